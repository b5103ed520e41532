/* SPDX-License-Identifier: MIT */
/* A compare-and-exchange, before which the test can act as another module does. */
#ifndef FAKE_LINUX_ATOMIC_H
#define FAKE_LINUX_ATOMIC_H

#define cmpxchg(ptr, old, value)                                                                   \
	({                                                                                         \
		__typeof__(*(ptr)) cmpxchg_old = (old);                                            \
                                                                                                   \
		__atomic_compare_exchange_n((ptr), &cmpxchg_old, (value), false, __ATOMIC_SEQ_CST, \
					    __ATOMIC_SEQ_CST);                                     \
		cmpxchg_old;                                                                       \
	})

#endif
