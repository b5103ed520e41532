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

static unsigned long resolve(const char *const *symbols, u32 nr, compat_lookup_fn *lookup)
{
	return symbols[nr] ? lookup(symbols[nr]) : 0;
}

static struct redirect_calls list_resolve(const struct syscall_list *list, compat_lookup_fn *lookup)
{
	u32 nr;

	for (nr = 0; nr < list->len; nr++) {
		list->functions[nr] = resolve(list->symbols, nr, lookup);
		if (list->entry_symbols)
			list->entries[nr] = resolve(list->entry_symbols, nr, lookup);
		if (!list->entries[nr])
			list->functions[nr] = 0;
	}
	return (struct redirect_calls){
		.entries = list->entries,
		.functions = list->functions,
		.len = list->len,
	};
}

static void list_drop_impossible(const struct syscall_list *list)
{
	u32 nr;

	for (nr = 0; nr < list->len; nr++)
		if (!redirect_is_possible(list->functions[nr]))
			list->functions[nr] = 0;
}

int syscall_table_init(void)
{
	struct redirect_calls calls[SYSCALL_NR_TABLES];
	compat_lookup_fn *lookup = compat_kallsyms();
	unsigned int i;
	int err;

	if (!lookup)
		return -ENOENT;
	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		calls[i] = list_resolve(lists[i], lookup);
	err = redirect_bind(calls, lookup);
	if (err)
		return err;
	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		list_drop_impossible(lists[i]);
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

u64 syscall_table_call(unsigned long function)
{
	unsigned int i;
	u32 nr;

	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		for (nr = 0; nr < lists[i]->len; nr++)
			if (function && lists[i]->functions[nr] == function)
				return (u64)lists[i]->abi << 32 | nr;
	return 0;
}
