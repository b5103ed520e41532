/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As syscalls_x86_64.h, for the system calls of 32-bit tasks. Before 5.13 there is one function for
 * each, that of a 64-bit kernel; since then __SYSCALL_WITH_COMPAT() has both.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
#define __SYSCALL_I386(nr, sym) __SYSCALL(nr, sym)
#endif
#include <asm/syscalls_32.h>
