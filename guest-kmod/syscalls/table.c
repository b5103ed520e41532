// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include <portal/wire.h>

#include "compat/kallsyms.h"
#include "redirect/redirect.h"
#include "syscalls/list.h"
#include "syscalls/table.h"

static const struct syscall_list *const lists[SYSCALL_NR_TABLES] = {
	[SYSCALL_NATIVE] = &syscall_list_native,
	[SYSCALL_COMPAT] = &syscall_list_compat,
};

static void list_resolve(const struct syscall_list *list, compat_lookup_fn *lookup)
{
	unsigned int nr;

	for (nr = 0; nr < list->len; nr++) {
		unsigned long address = list->symbols[nr] ? lookup(list->symbols[nr]) : 0;

		list->functions[nr] = redirect_is_possible(address) ? address : 0;
	}
}

int syscall_table_init(void)
{
	compat_lookup_fn *lookup = compat_kallsyms();
	unsigned int i;

	if (!lookup)
		return -ENOENT;
	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		list_resolve(lists[i], lookup);
	return 0;
}

u32 syscall_table_abi(enum syscall_table table)
{
	return lists[table]->abi;
}

int syscall_table_of_abi(u64 abi)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		if (abi != PORTAL_ABI_NONE && lists[i]->abi == abi)
			return i;
	return -EINVAL;
}

unsigned int syscall_table_len(enum syscall_table table)
{
	return lists[table]->len;
}

const char *syscall_table_name(enum syscall_table table, u32 nr)
{
	const char *name;

	if (nr >= lists[table]->nr_names)
		return "";
	name = lists[table]->names[array_index_nospec(nr, lists[table]->nr_names)];
	return name ? name : "";
}

unsigned long syscall_table_function(enum syscall_table table, u32 nr)
{
	if (nr >= lists[table]->len)
		return 0;
	return lists[table]->functions[array_index_nospec(nr, lists[table]->len)];
}
