/* SPDX-License-Identifier: MIT */
/* Accesses that race on purpose. Loads are not moved before an exchange, as in the kernel. */
#ifndef FAKE_LINUX_COMPILER_H
#define FAKE_LINUX_COMPILER_H

#define READ_ONCE(x)	     __atomic_load_n(&(x), __ATOMIC_SEQ_CST)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), (value), __ATOMIC_RELAXED)

#endif
