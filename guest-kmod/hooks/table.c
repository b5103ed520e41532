// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/rculist.h>
#include <linux/smp.h>
#include <linux/srcu.h>

#include <asm/barrier.h>

#include "arch/arch.h"
#include "hooks/hook.h"
#include "hooks/table.h"

DEFINE_STATIC_SRCU(hook_srcu);
/* serializes changes of hooks and rules; never held during a call of the doorbell */
static DEFINE_MUTEX(hook_lock);

static HLIST_HEAD(all_hooks);
static HLIST_HEAD(every_call_hooks);
static struct hlist_head call_hooks[SYSCALL_NR_TABLES][SYSCALL_MAX_NR];
static struct rule_entry *rule_of_slot[PORTAL_MAX_RULES];
static unsigned int nr_hooks;
static unsigned int nr_rules;
static u64 last_serial;
static bool is_open;

/* ---- matching ---- */

static struct hlist_head *hooks_of_call(enum syscall_table table, u32 nr)
{
	return &call_hooks[table][array_index_nospec(nr, SYSCALL_MAX_NR)];
}

bool hook_table_watches(enum syscall_table table, u32 nr)
{
	if (nr >= syscall_table_len(table))
		return false;
	return !hlist_empty(hooks_of_call(table, nr)) || !hlist_empty(&every_call_hooks);
}

/* Observers get both stages in the return event, if the call returns. */
static bool wants_entry(const struct hook *hook, bool returns)
{
	if (!(hook->when & PORTAL_WHEN_ENTER))
		return false;
	return !(hook->flags & PORTAL_HOOK_F_OBSERVE && returns && hook->when & PORTAL_WHEN_RETURN);
}

static void add_hook(struct hook_masks *bits, const struct hook *hook)
{
	if (hook->flags & PORTAL_HOOK_F_TRACE)
		bits->trace |= hook->bit;
	else
		bits->event |= hook->bit;
	if (hook->flags & PORTAL_HOOK_F_TRACE_BLOCK)
		bits->block |= hook->bit;
}

/* A hook that is newer than the match may have the bit of a hook that has been removed since. */
static bool is_in(const struct hook *hook, u64 bits, const struct hook_match *match)
{
	return bits & hook->bit && hook->serial <= match->newest;
}

static void match_list(struct hlist_head *list, bool returns, struct hook_match *match)
{
	struct hook_site *site;
	struct hook *hook;

	hlist_for_each_entry_srcu(site, list, node, srcu_read_lock_held(&hook_srcu)) {
		hook = site->hook;
		if (hook->serial > match->newest || !READ_ONCE(hook->on))
			continue;
		if (!filter_entry(&hook->filter, match->call))
			continue;
		if (wants_entry(hook, returns))
			add_hook(&match->enter, hook);
		if (hook->when & PORTAL_WHEN_RETURN)
			add_hook(&match->on_return, hook);
	}
}

void hook_table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
		      struct hook_match *ret_match)
{
	bool returns = !arch_never_returns(table, nr) && !arch_is_sigreturn(table, nr);
	struct hook_match match = { .table = table, .nr = nr, .call = call };
	int idx = srcu_read_lock(&hook_srcu);

	match.newest = READ_ONCE(last_serial);
	/* pairs with hook_publish(): hooks removed before the newest one was added are not found */
	virt_rmb();
	match.cpu = raw_smp_processor_id();
	match_list(&every_call_hooks, returns, &match);
	match_list(hooks_of_call(table, nr), returns, &match);
	srcu_read_unlock(&hook_srcu, idx);
	*ret_match = match;
}

/* A filter on the result holds for ends that have a result. */
static bool wants_end(const struct hook *hook, const struct hook_match *match, u8 end, s64 ret)
{
	if (end == PORTAL_CALL_END_RESTARTS && !(hook->flags & PORTAL_HOOK_F_RESTARTS))
		return false;
	if (end == PORTAL_CALL_END_RESTARTS || end == PORTAL_CALL_END_KILLED)
		return hook->filter.ret.cmp == PORTAL_CMP_ANY;
	return filter_return(&hook->filter, match->call, ret);
}

static void match_return_list(struct hlist_head *list, const struct hook_match *match, u8 end,
			      s64 ret, struct hook_masks *bits)
{
	u64 on_return = match->on_return.event | match->on_return.trace;
	struct hook_site *site;
	struct hook *hook;

	hlist_for_each_entry_srcu(site, list, node, srcu_read_lock_held(&hook_srcu)) {
		hook = site->hook;
		if (!is_in(hook, on_return, match) || !READ_ONCE(hook->on))
			continue;
		if (wants_end(hook, match, end, ret))
			add_hook(bits, hook);
	}
}

static void match_return(const struct hook_match *match, u8 end, s64 ret,
			 struct hook_masks *ret_bits)
{
	int idx = srcu_read_lock(&hook_srcu);

	*ret_bits = (struct hook_masks){ 0 };
	match_return_list(&every_call_hooks, match, end, ret, ret_bits);
	match_return_list(hooks_of_call(match->table, match->nr), match, end, ret, ret_bits);
	srcu_read_unlock(&hook_srcu, idx);
}

void hook_table_match_return(const struct hook_match *match, s64 ret, struct hook_masks *ret_bits)
{
	match_return(match, PORTAL_CALL_END_RETURNS, ret, ret_bits);
}

void hook_table_match_end(const struct hook_match *match, u8 end, struct hook_masks *ret_bits)
{
	match_return(match, end, 0, ret_bits);
}

/* Return: @nr plus the number of hooks in the list. */
static u32 list_ids(struct hlist_head *list, const struct hook_match *match, u64 bits, __le32 *ids,
		    u32 nr, u32 *flags)
{
	struct hook_site *site;

	hlist_for_each_entry_srcu(site, list, node, srcu_read_lock_held(&hook_srcu)) {
		if (!is_in(site->hook, bits, match))
			continue;
		ids[nr++] = cpu_to_le32(site->hook->id);
		*flags |= site->hook->flags;
	}
	return nr;
}

u32 hook_table_list(const struct hook_match *match, u64 bits, __le32 *ids, u32 *ret_flags)
{
	int idx = srcu_read_lock(&hook_srcu);
	u32 nr, flags = 0;

	nr = list_ids(&every_call_hooks, match, bits, ids, 0, &flags);
	nr = list_ids(hooks_of_call(match->table, match->nr), match, bits, ids, nr, &flags);
	srcu_read_unlock(&hook_srcu, idx);
	*ret_flags = flags;
	return nr;
}

static void fetch_list(struct hlist_head *list, const struct hook_match *match, u64 bits,
		       struct fetch *fetch)
{
	struct hook_site *site;
	u32 n;

	hlist_for_each_entry_srcu(site, list, node, srcu_read_lock_held(&hook_srcu)) {
		if (!is_in(site->hook, bits, match))
			continue;
		for (n = 0; n < site->hook->nr_fetch; n++)
			fetch_collect(fetch, &site->hook->fetch[n]);
	}
}

void hook_table_fetch(const struct hook_match *match, u64 bits, struct fetch *fetch)
{
	int idx = srcu_read_lock(&hook_srcu);

	fetch_list(&every_call_hooks, match, bits, fetch);
	fetch_list(hooks_of_call(match->table, match->nr), match, bits, fetch);
	srcu_read_unlock(&hook_srcu, idx);
}

/* ---- answering by a rule ---- */

static struct hook *find_matched(struct hlist_head *list, u64 bit, const struct hook_match *match)
{
	struct hook_site *site;

	hlist_for_each_entry_srcu(site, list, node, srcu_read_lock_held(&hook_srcu))
		if (is_in(site->hook, bit, match))
			return site->hook;
	return NULL;
}

static enum rule_outcome try_rules(const struct hook *hook, u32 when,
				   const struct filter_call *call, s64 ret,
				   struct rule_effects *ret_effects)
{
	enum rule_outcome outcome;
	struct rule_entry *entry;

	list_for_each_entry_srcu(entry, &hook->rules, link, srcu_read_lock_held(&hook_srcu)) {
		if (entry->rule.when != when)
			continue;
		outcome = rule_try(&entry->rule, call, ret, ret_effects);
		if (outcome != RULE_PASSES)
			return outcome;
	}
	return RULE_PASSES;
}

enum rule_outcome hook_table_answer(const struct hook_match *match, u32 when, u64 bits, s64 ret,
				    struct rule_effects *ret_effects)
{
	enum rule_outcome outcome = RULE_PASSES;
	struct hook *hook;
	int idx;

	if (!READ_ONCE(nr_rules) || bits & (bits - 1))
		return RULE_PASSES;
	idx = srcu_read_lock(&hook_srcu);
	hook = find_matched(&every_call_hooks, bits, match);
	if (!hook)
		hook = find_matched(hooks_of_call(match->table, match->nr), bits, match);
	if (hook)
		outcome = try_rules(hook, when, match->call, ret, ret_effects);
	srcu_read_unlock(&hook_srcu, idx);
	return outcome;
}

/* ---- installing ---- */

static struct hook *find_hook(u32 id)
{
	struct hook *hook;

	hlist_for_each_entry(hook, &all_hooks, all)
		if (hook->id == id)
			return hook;
	return NULL;
}

/* Return: 0: the hooks with which it shares sites have all bits. */
static u64 free_bit(const struct hook *hook)
{
	const struct hook *other;
	u64 taken = 0;

	hlist_for_each_entry(other, &all_hooks, all)
		if (hook_shares_site(hook, other))
			taken |= other->bit;
	return ~taken & (taken + 1);
}

static struct hlist_head *list_of(const struct hook_site *site)
{
	if (hook_is_on_every_call(site->hook))
		return &every_call_hooks;
	return hooks_of_call(site->table, site->nr);
}

static void hook_publish(struct hook *hook)
{
	u32 n;

	hook->serial = last_serial + 1;
	/* after the removal of a hook that had the bit before */
	virt_wmb();
	WRITE_ONCE(last_serial, hook->serial);
	hlist_add_head(&hook->all, &all_hooks);
	WRITE_ONCE(nr_hooks, nr_hooks + 1);
	if (hook_is_on_every_call(hook))
		hook_add_site(hook, SYSCALL_NATIVE, 0);
	for (n = 0; n < hook->nr_sites; n++)
		hlist_add_head_rcu(&hook->site[n].node, list_of(&hook->site[n]));
}

/* The rules are freed with the hook, once no reader can see them. */
static void forget_rules(const struct hook *hook)
{
	const struct rule_entry *entry;

	list_for_each_entry(entry, &hook->rules, link) {
		rule_of_slot[entry->slot] = NULL;
		WRITE_ONCE(nr_rules, nr_rules - 1);
	}
}

static void hook_unpublish(struct hook *hook)
{
	u32 n;

	forget_rules(hook);
	for (n = 0; n < hook->nr_sites; n++)
		hlist_del_rcu(&hook->site[n].node);
	hlist_del(&hook->all);
	WRITE_ONCE(nr_hooks, nr_hooks - 1);
	call_srcu(&hook_srcu, &hook->rcu, hook_free);
}

static int hook_install(struct hook *hook, u64 *ret_refused)
{
	unsigned long refused = 0;
	int err;

	if (!is_open)
		return -ENODEV;
	if (find_hook(hook->id))
		return -EEXIST;
	hook->bit = free_bit(hook);
	if (!hook->bit)
		return -ENOSPC;
	err = redirect_get(hook->functions, hook->nr_functions, &refused);
	*ret_refused = syscall_table_call(refused);
	if (err)
		return err;
	hook_publish(hook);
	return 0;
}

int hook_table_add(const struct portal_wire_hook *wire, u64 *ret_detail)
{
	struct hook *hook;
	int err;

	*ret_detail = 0;
	err = hook_create(wire, &hook);
	if (err)
		return err;
	mutex_lock(&hook_lock);
	err = hook_install(hook, ret_detail);
	if (!err)
		*ret_detail = hook->serial;
	mutex_unlock(&hook_lock);
	if (err)
		hook_free(&hook->rcu);
	return err;
}

int hook_table_del(u32 id)
{
	struct hook *hook;

	mutex_lock(&hook_lock);
	hook = find_hook(id);
	if (hook) {
		redirect_put(hook->functions, hook->nr_functions);
		hook_unpublish(hook);
	}
	mutex_unlock(&hook_lock);
	return hook ? 0 : -ENOENT;
}

int hook_table_enable(u32 id, bool on)
{
	struct hook *hook;

	mutex_lock(&hook_lock);
	hook = find_hook(id);
	if (hook)
		WRITE_ONCE(hook->on, on);
	mutex_unlock(&hook_lock);
	return hook ? 0 : -ENOENT;
}

/* ---- rules ---- */

/* Hooks that observe or trace decide nothing, so they cannot have rules. */
static int rule_install(struct rule_entry *entry, u32 hook_id)
{
	struct hook *hook = find_hook(hook_id);

	if (!hook)
		return -ENOENT;
	if (hook->flags & (PORTAL_HOOK_F_OBSERVE | PORTAL_HOOK_F_TRACE) ||
	    !(hook->when & entry->rule.when))
		return -EINVAL;
	if (rule_of_slot[entry->slot])
		return -EEXIST;
	rule_of_slot[entry->slot] = entry;
	list_add_tail_rcu(&entry->link, &hook->rules);
	WRITE_ONCE(nr_rules, nr_rules + 1);
	return 0;
}

int hook_table_add_rule(const struct portal_wire_rule *wire, struct portal_rule_slot *slot)
{
	struct rule_entry *entry;
	int err;

	entry = hook_rule_create(wire, slot);
	if (!entry)
		return -ENOMEM;
	mutex_lock(&hook_lock);
	err = rule_install(entry, le32_to_cpu(wire->hook));
	mutex_unlock(&hook_lock);
	if (err)
		hook_rule_free(&entry->rcu);
	return err;
}

int hook_table_del_rule(u32 slot)
{
	struct rule_entry *entry;

	mutex_lock(&hook_lock);
	entry = rule_of_slot[slot];
	if (entry) {
		rule_of_slot[slot] = NULL;
		list_del_rcu(&entry->link);
		WRITE_ONCE(nr_rules, nr_rules - 1);
		call_srcu(&hook_srcu, &entry->rcu, hook_rule_free);
	}
	mutex_unlock(&hook_lock);
	return entry ? 0 : -ENOENT;
}

unsigned int hook_table_count(void)
{
	return READ_ONCE(nr_hooks);
}

/* ---- opening and closing ---- */

int hook_table_open(redirect_fn *wrapper)
{
	int err;

	mutex_lock(&hook_lock);
	err = syscall_table_init();
	if (!err) {
		redirect_open(wrapper);
		is_open = true;
	}
	mutex_unlock(&hook_lock);
	return err;
}

void hook_table_close(void)
{
	struct hlist_node *next;
	struct hook *hook;

	mutex_lock(&hook_lock);
	is_open = false;
	redirect_close();
	hlist_for_each_entry_safe(hook, next, &all_hooks, all)
		hook_unpublish(hook);
	mutex_unlock(&hook_lock);
}

void hook_table_drain(void)
{
	srcu_barrier(&hook_srcu);
}
