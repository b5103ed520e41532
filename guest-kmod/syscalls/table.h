/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's system call tables: number to name and number to function, for both ABIs. Made at
 * build time from the kernel's own generated lists, since the tables in its memory are not for
 * modules and, on newer kernels, not there. It knows nothing about hooks.
 */
#ifndef GUEST_SYSCALL_TABLE_H
#define GUEST_SYSCALL_TABLE_H

#include <linux/types.h>

#include "arch/arch.h"

/* room for the numbers of any table; the build fails when a kernel has more */
#define SYSCALL_MAX_NR 512

/**
 * syscall_table_init() - find the addresses of the functions
 *
 * Functions that ftrace cannot redirect are as if they were not there.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT the kernel does not tell its symbols.
 */
int __must_check syscall_table_init(void);

/**
 * syscall_table_abi() - what the wire calls the ABI of a table
 * @table: SYSCALL_*
 *
 * Return: PORTAL_ABI_*; PORTAL_ABI_NONE when the kernel does not serve it.
 */
u32 syscall_table_abi(enum syscall_table table);

/**
 * syscall_table_of_abi() - the other way round
 * @abi: PORTAL_ABI_*, any number
 *
 * Return: SYSCALL_*, or -EINVAL.
 */
int syscall_table_of_abi(u64 abi);

/**
 * syscall_table_len() - how many numbers a table has
 * @table: SYSCALL_*
 *
 * Return: highest number + 1, at most SYSCALL_MAX_NR; 0 for a table that is not served.
 */
unsigned int syscall_table_len(enum syscall_table table);

/**
 * syscall_table_name() - the name of a call, as strace prints it
 * @table: SYSCALL_*
 * @nr: any number
 *
 * Return: the name, "" for a number without a call.
 */
const char *syscall_table_name(enum syscall_table table, u32 nr);

/**
 * syscall_table_function() - the function behind a number
 * @table: SYSCALL_*
 * @nr: any number
 *
 * Context: after syscall_table_init().
 * Return: its address, 0 when there is none that can be redirected.
 */
unsigned long syscall_table_function(enum syscall_table table, u32 nr);

#endif /* GUEST_SYSCALL_TABLE_H */
