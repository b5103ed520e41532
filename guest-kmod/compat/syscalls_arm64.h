/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __SYSCALL(number, function) for each system call of arm64; since 6.11 __SYSCALL_WITH_COMPAT(
 * number, function, 32-bit function) where 32-bit tasks enter another function. Include it in the
 * initializer of an array.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#include <asm/unistd.h>
#else
#include <asm/syscall_table_64.h>
#endif
