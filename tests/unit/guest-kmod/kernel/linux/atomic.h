/* SPDX-License-Identifier: MIT */
/* Atomic exchanges: fully ordered as in the kernel. A test can run code before and after each. */
#ifndef FAKE_LINUX_ATOMIC_H
#define FAKE_LINUX_ATOMIC_H

#include "fake_kernel.h"

#define xchg(ptr, value)                                                          \
	({                                                                        \
		__typeof__(*(ptr)) xchg_old;                                      \
                                                                                  \
		fake_kernel_step();                                               \
		xchg_old = __atomic_exchange_n((ptr), (value), __ATOMIC_SEQ_CST); \
		fake_kernel_step();                                               \
		xchg_old;                                                         \
	})

#define cmpxchg(ptr, old, value)                                                                   \
	({                                                                                         \
		__typeof__(*(ptr)) cmpxchg_old = (old);                                            \
                                                                                                   \
		fake_kernel_step();                                                                \
		__atomic_compare_exchange_n((ptr), &cmpxchg_old, (value), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                                     \
		fake_kernel_step();                                                                \
		cmpxchg_old;                                                                       \
	})

/* with the host, which is one more thread here */
#define sync_cmpxchg(ptr, old, value) cmpxchg(ptr, old, value)

#define smp_store_mb(var, value) __atomic_store_n(&(var), (value), __ATOMIC_SEQ_CST)

#endif
