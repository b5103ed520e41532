/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __SYSCALL(number, function) for each system call of 64-bit tasks, in later kernels
 * __SYSCALL_NORETURN() for some. Before 5.13 the macros had the name of their ABI; calls of x32 are
 * left out. Include it in the initializer of an array.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
#define __SYSCALL_64(nr, sym)	  __SYSCALL(nr, sym)
#define __SYSCALL_COMMON(nr, sym) __SYSCALL(nr, sym)
#define __SYSCALL_X32(nr, sym)
#endif
#include <asm/syscalls_64.h>
