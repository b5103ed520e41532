/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's lists of system calls as data; list_<name>.c has those of an architecture. They have
 * the names of calls and functions; table.c looks up the addresses.
 */
#ifndef GUEST_SYSCALL_LIST_H
#define GUEST_SYSCALL_LIST_H

#include <linux/types.h>

/**
 * struct syscall_list - the list of one ABI
 * @abi: PORTAL_ABI_*; PORTAL_ABI_NONE if the kernel does not support it
 * @nr_names: entries of @names
 * @len: entries of the arrays below, 0 .. SYSCALL_MAX_NR; 0 if it is not supported
 * @names: by number, as strace prints them; NULL for a number without a call
 * @symbols: names of the functions by number; NULL for a number without a function
 * @functions: by number, receives their addresses
 * @entry_symbols: as @symbols, what the kernel's table holds; NULL: the functions
 * @entries: by number, receives their addresses; @functions if @entry_symbols is NULL
 */
struct syscall_list {
	u32 abi;
	unsigned int nr_names;
	unsigned int len;
	const char *const *names;
	const char *const *symbols;
	unsigned long *functions;
	const char *const *entry_symbols;
	unsigned long *entries;
};

extern const struct syscall_list syscall_list_native;
extern const struct syscall_list syscall_list_compat;

#endif /* GUEST_SYSCALL_LIST_H */
