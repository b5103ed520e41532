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

/* numbers */
typedef struct {
	int counter;
} atomic_t;

#define atomic_read(v)	     __atomic_load_n(&(v)->counter, __ATOMIC_SEQ_CST)
#define atomic_set(v, value) __atomic_store_n(&(v)->counter, (value), __ATOMIC_SEQ_CST)
#define atomic_add(value, v) \
	((void)__atomic_add_fetch(&(v)->counter, (int)(value), __ATOMIC_SEQ_CST))
#define atomic_xchg(v, value) xchg(&(v)->counter, (value))

/* Return: the old number minus one; the number stays when that is negative. */
static inline int atomic_dec_if_positive(atomic_t *v)
{
	int old = atomic_read(v);

	while (old > 0 && !__atomic_compare_exchange_n(&v->counter, &old, old - 1, false,
						       __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return old - 1;
}

#define smp_store_mb(var, value) __atomic_store_n(&(var), (value), __ATOMIC_SEQ_CST)

#endif
