// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "hooks/hook.h"
#include "hooks/hook_wire.h"
#include "hooks/rule_wire.h"

/* ---- creating ---- */

static unsigned int max_functions(const struct portal_wire_hook *wire)
{
	if (le32_to_cpu(wire->flags) & PORTAL_HOOK_F_ALL)
		return syscall_table_len(SYSCALL_NATIVE) + syscall_table_len(SYSCALL_COMPAT);
	return 2 * PORTAL_MAX_SITES;
}

static struct hook *hook_alloc(const struct portal_wire_hook *wire)
{
	size_t strings_size = le32_to_cpu(wire->strings_size);
	size_t nr_kmp_fail = filter_nr_kmp_fail(wire);
	unsigned int nr_functions = max_functions(wire);
	struct hook *hook;
	u16 *kmp_fail;
	u8 *strings;

	hook = kvzalloc(struct_size(hook, functions, nr_functions) +
				nr_kmp_fail * sizeof(*kmp_fail) + strings_size,
			GFP_KERNEL);
	if (!hook)
		return NULL;
	kmp_fail = (u16 *)(hook->functions + nr_functions);
	strings = (u8 *)(kmp_fail + nr_kmp_fail);
	memcpy(strings, hook_wire_strings(wire), strings_size);
	filter_init(&hook->filter, wire, strings, kmp_fail);
	INIT_LIST_HEAD(&hook->rules);
	return hook;
}

void hook_free(struct rcu_head *rcu)
{
	struct hook *hook = container_of(rcu, struct hook, rcu);
	struct rule_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &hook->rules, link)
		kvfree(entry);
	kvfree(hook);
}

static void add_every_function(struct hook *hook, enum syscall_table table)
{
	unsigned long function;
	u32 nr;

	for (nr = 0; nr < syscall_table_len(table); nr++) {
		function = syscall_table_function(table, nr);
		if (function)
			hook->functions[hook->nr_functions++] = function;
	}
}

void hook_add_site(struct hook *hook, enum syscall_table table, u32 nr)
{
	struct hook_site *site = &hook->site[hook->nr_sites++];

	site->hook = hook;
	site->table = table;
	site->nr = nr;
}

/* A number that is not in the table is left out, because no call of it comes to the wrapper. */
static int find_sites(struct hook *hook, const struct portal_wire_hook *wire)
{
	const struct portal_wire_site *sites = hook_wire_sites(wire);
	int table;
	u32 i;

	for (i = 0; i < le32_to_cpu(wire->nr_sites); i++) {
		table = syscall_table_of_abi(le32_to_cpu(sites[i].abi));
		if (table < 0)
			return table;
		if (le32_to_cpu(sites[i].nr) < syscall_table_len(table))
			hook_add_site(hook, table, le32_to_cpu(sites[i].nr));
	}
	return 0;
}

/* The call by which the kernel continues an interrupted call, which ends in it. */
static void add_restart(struct hook *hook, enum syscall_table table)
{
	unsigned long function = syscall_table_function(table, arch_restart_nr(table));

	if (function && hook->when & PORTAL_WHEN_RETURN)
		hook->functions[hook->nr_functions++] = function;
}

/*
 * Calls without a function that can be redirected, because the kernel was built without them, are
 * left out: for a hook on every call, and for a name that only one ABI implements. It is an error
 * if no function is left.
 */
static int find_functions(struct hook *hook)
{
	unsigned long function;
	u32 n;

	if (hook_is_on_every_call(hook)) {
		add_every_function(hook, SYSCALL_NATIVE);
		add_every_function(hook, SYSCALL_COMPAT);
	}
	for (n = 0; n < hook->nr_sites; n++) {
		function = syscall_table_function(hook->site[n].table, hook->site[n].nr);
		if (!function)
			continue;
		hook->functions[hook->nr_functions++] = function;
		add_restart(hook, hook->site[n].table);
	}
	return hook->nr_functions > 0 ? 0 : -ENOSYS;
}

int hook_create(const struct portal_wire_hook *wire, struct hook **ret_hook)
{
	struct hook *hook = hook_alloc(wire);
	int err;

	if (!hook)
		return -ENOMEM;
	hook->id = le32_to_cpu(wire->id);
	hook->when = le32_to_cpu(wire->when);
	hook->flags = le32_to_cpu(wire->flags);
	hook->on = true;
	hook->nr_fetch = le32_to_cpu(wire->nr_fetch);
	memcpy(hook->fetch, hook_wire_fetches(wire), hook->nr_fetch * sizeof(hook->fetch[0]));
	err = find_sites(hook, wire);
	if (!err)
		err = find_functions(hook);
	if (err) {
		kvfree(hook);
		return err;
	}
	*ret_hook = hook;
	return 0;
}

/* ---- sites ---- */

static bool has_site(const struct hook *hook, const struct hook_site *site)
{
	u32 n;

	for (n = 0; n < hook->nr_sites; n++)
		if (hook->site[n].table == site->table && hook->site[n].nr == site->nr)
			return true;
	return false;
}

bool hook_shares_site(const struct hook *a, const struct hook *b)
{
	u32 n;

	if (hook_is_on_every_call(a) || hook_is_on_every_call(b))
		return true;
	for (n = 0; n < a->nr_sites; n++)
		if (has_site(b, &a->site[n]))
			return true;
	return false;
}

/* ---- rules ---- */

struct rule_entry *hook_rule_create(const struct portal_wire_rule *wire,
				    struct portal_rule_slot *slot)
{
	size_t tail_size = rule_wire_tail_size(wire), kmp_fail_at = ALIGN(tail_size, sizeof(u16));
	struct rule_entry *entry;

	entry = kvzalloc(struct_size(entry, tail, kmp_fail_at) +
				 rule_nr_kmp_fail(wire) * sizeof(u16),
			 GFP_KERNEL);
	if (!entry)
		return NULL;
	memcpy(entry->tail, rule_wire_rows(wire), tail_size);
	rule_init(&entry->rule, wire, slot, entry->tail, (u16 *)(entry->tail + kmp_fail_at));
	entry->slot = le32_to_cpu(wire->slot);
	return entry;
}

void hook_rule_free(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct rule_entry, rcu));
}
