/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hook: its filters, declarations and rules, its sites, and the functions that they need to have
 * redirected. It does not know which other hooks there are, nor who reads it: its links, its bit
 * and its serial are those of the table (table.h).
 */
#ifndef GUEST_HOOK_H
#define GUEST_HOOK_H

#include <linux/list.h>
#include <linux/srcu.h>
#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/filter.h"
#include "hooks/rule.h"
#include "syscalls/table.h"

struct hook;

/**
 * struct rule_entry - a rule of a hook; its kmp_fail entries follow @tail
 * @link: link in the hook's list, in the order of installation
 * @rcu: for freeing
 * @slot: number of its slot
 * @rule: the rule
 * @tail: see rule_init()
 */
struct rule_entry {
	struct list_head link;
	struct rcu_head rcu;
	u32 slot;
	struct rule rule;
	u8 tail[] __aligned(8);
};

/**
 * struct hook_site - a site of a hook
 * @node: link in the list of that call
 * @hook: the hook
 * @table: SYSCALL_*
 * @nr: number of the call
 */
struct hook_site {
	struct hlist_node node;
	struct hook *hook;
	enum syscall_table table;
	u32 nr;
};

/**
 * struct hook - an installed hook; its kmp_fail entries and strings follow @functions
 * @all: link in the list of all hooks
 * @rcu: for freeing
 * @serial: number of its installation, never reused
 * @id: the host's number for it
 * @when: PORTAL_WHEN_*
 * @flags: PORTAL_HOOK_F_*
 * @bit: its bit in masks; no other hook on one of its sites has it
 * @on: it is enabled
 * @nr_sites: entries of @site
 * @site: its sites; a hook on every call has one, which only links it
 * @filter: its filters
 * @nr_fetch: entries of @fetch
 * @fetch: its declarations
 * @rules: its rules
 * @nr_functions: entries of @functions
 * @functions: functions that it keeps redirected
 */
struct hook {
	struct hlist_node all;
	struct rcu_head rcu;
	u64 serial;
	u32 id;
	u32 when;
	u32 flags;
	u64 bit;
	bool on;
	u32 nr_sites;
	struct hook_site site[PORTAL_MAX_SITES];
	struct filter filter;
	u32 nr_fetch;
	struct portal_wire_fetch fetch[PORTAL_MAX_FETCH];
	struct list_head rules;
	unsigned int nr_functions;
	unsigned long functions[];
};

/**
 * hook_create() - create a hook that is in no list
 * @wire: checked by hook_wire_check(), followed by its sites, declarations and strings; copied
 * @ret_hook: the hook, which is enabled
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: the kernel does not have the ABI of a site; -ENOSYS: none of its calls has a
 * function that can be redirected; -ENOMEM.
 */
int hook_create(const struct portal_wire_hook *wire, struct hook **ret_hook);

/**
 * hook_free() - free a hook and its rules
 * @rcu: member of the hook
 *
 * Context: called by SRCU when no reader has the hook, or before it was in a list.
 */
void hook_free(struct rcu_head *rcu);

/**
 * hook_add_site() - append a site
 * @hook: a hook with room for it, in no list
 * @table: SYSCALL_*
 * @nr: number of the call
 */
void hook_add_site(struct hook *hook, enum syscall_table table, u32 nr);

/**
 * hook_is_on_every_call() - check whether a hook is on every call
 * @hook: the hook
 */
static inline bool hook_is_on_every_call(const struct hook *hook)
{
	return hook->flags & PORTAL_HOOK_F_ALL;
}

/**
 * hook_shares_site() - check whether a call may match both of two hooks
 * @a: a hook
 * @b: another one
 */
bool hook_shares_site(const struct hook *a, const struct hook *b);

/**
 * hook_rule_create() - create a rule that is in no list
 * @wire: checked by rule_wire_check(); copied
 * @slot: its slot
 *
 * Context: may sleep.
 * Return: the rule; NULL: no memory.
 */
struct rule_entry *hook_rule_create(const struct portal_wire_rule *wire,
				    struct portal_rule_slot *slot);

/**
 * hook_rule_free() - free a rule
 * @rcu: member of the rule
 *
 * Context: as hook_free().
 */
void hook_rule_free(struct rcu_head *rcu);

#endif /* GUEST_HOOK_H */
