/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same for calls that 32-bit tasks make: see syscalls_arm64.h. Before 6.11 __SYSCALL has the
 * 32-bit function.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#include <asm/unistd32.h>
#else
#include <asm/syscall_table_32.h>
#endif
