/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As syscalls_arm64.h, for the system calls of 32-bit tasks. Before 6.11 __SYSCALL has the 32-bit
 * function.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#include <asm/unistd32.h>
#else
#include <asm/syscall_table_32.h>
#endif
