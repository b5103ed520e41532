/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's system call tables: number to name and number to function, for both ABIs. They are
 * made at build time from the kernel's own generated lists, because the tables in kernel memory are
 * not exported and newer kernels of x86 do not use them. It knows nothing about hooks.
 */
#ifndef GUEST_SYSCALL_TABLE_H
#define GUEST_SYSCALL_TABLE_H

#include <linux/types.h>

#include "arch/arch.h"

/**
 * syscall_table_init() - look up the addresses of the functions
 *
 * Functions that cannot be redirected are treated as absent.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT: the kernel's symbols cannot be looked up; -ENXIO: redirection needs the
 * kernel's own tables, and they are not found.
 */
int __must_check syscall_table_init(void);

/**
 * syscall_table_abi() - get the ABI of a table
 * @table: SYSCALL_*
 *
 * Return: PORTAL_ABI_*; PORTAL_ABI_NONE if the kernel does not support the table.
 */
u32 syscall_table_abi(enum syscall_table table);

/**
 * syscall_table_of_abi() - get the table of an ABI
 * @abi: PORTAL_ABI_*, any value
 *
 * Return: SYSCALL_*; -EINVAL: the kernel has no such ABI.
 */
int syscall_table_of_abi(u64 abi);

/**
 * syscall_table_len() - get the number of entries of a table
 * @table: SYSCALL_*
 *
 * Return: highest number + 1, at most SYSCALL_MAX_NR; 0 for a table that is not supported.
 */
unsigned int syscall_table_len(enum syscall_table table);

/**
 * syscall_table_name() - get the name of a system call, as strace prints it
 * @table: SYSCALL_*
 * @nr: any number
 *
 * Return: the name, "" for a number without a call.
 */
const char *syscall_table_name(enum syscall_table table, u32 nr);

/**
 * syscall_table_function() - get the function of a system call
 * @table: SYSCALL_*
 * @nr: any number
 *
 * Context: after syscall_table_init().
 * Return: its address, 0 if there is none that can be redirected.
 */
unsigned long syscall_table_function(enum syscall_table table, u32 nr);

/**
 * syscall_table_call() - get the system call of a function
 * @function: its address, any value
 *
 * Return: PORTAL_ABI_* << 32 | number of a call that has this function; 0: there is none.
 */
u64 syscall_table_call(unsigned long function);

#endif /* GUEST_SYSCALL_TABLE_H */
