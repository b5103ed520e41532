/* SPDX-License-Identifier: MIT */
/* Order with the host. */
#ifndef FAKE_ASM_BARRIER_H
#define FAKE_ASM_BARRIER_H

#define virt_load_acquire(ptr)	       __atomic_load_n((ptr), __ATOMIC_SEQ_CST)
#define virt_store_release(ptr, value) __atomic_store_n((ptr), (value), __ATOMIC_SEQ_CST)
#define smp_load_acquire(ptr)	       virt_load_acquire(ptr)
#define smp_store_release(ptr, value)  virt_store_release(ptr, value)
/* all of the above are in one order */
#define virt_mb()  ((void)0)
#define virt_rmb() ((void)0)
#define virt_wmb() ((void)0)

#endif
