/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's lists of system calls as data, an architecture's in syscall_list_<name>.c. They say
 * what is built into the kernel; where it is, syscall_table.c finds out.
 */
#ifndef GUEST_SYSCALL_LIST_H
#define GUEST_SYSCALL_LIST_H

#include <linux/types.h>

/**
 * struct syscall_list - the list of one ABI
 * @abi: PORTAL_ABI_*; PORTAL_ABI_NONE when the kernel does not serve it
 * @nr_names: entries of @names
 * @len: entries of @symbols and @functions, 0 .. SYSCALL_MAX_NR; 0 when it is not served
 * @names: by number, as strace prints them; NULL for a number without a call
 * @symbols: the functions' names by number; NULL for a number without one
 * @functions: room for their addresses
 */
struct syscall_list {
	u32 abi;
	unsigned int nr_names;
	unsigned int len;
	const char *const *names;
	const char *const *symbols;
	unsigned long *functions;
};

extern const struct syscall_list syscall_list_native;
extern const struct syscall_list syscall_list_compat;

#endif /* GUEST_SYSCALL_LIST_H */
