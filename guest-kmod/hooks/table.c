// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "hooks/hook_wire.h"
#include "hooks/rule_wire.h"
#include "hooks/table.h"

struct hook;

/**
 * struct rule_entry - a rule of a hook; the rule's bytes follow @kmp_fail
 * @link: link in the hook's list, in the order of installation
 * @rcu: for freeing
 * @slot: number of its slot
 * @rule: the rule
 * @kmp_fail: see rule_init()
 */
struct rule_entry {
	struct list_head link;
	struct rcu_head rcu;
	u32 slot;
	struct rule rule;
	u16 kmp_fail[];
};

/* link of a hook in the list of one call; a hook may be on one call of each table */
struct hook_link {
	struct hlist_node node;
	struct hook *hook;
};

/**
 * struct hook - an installed hook; its kmp_fail entries and strings follow @functions
 * @all: link in the list of all hooks
 * @link: links in the lists of its calls; a hook on every call uses the first
 * @rcu: for freeing
 * @serial: number of its installation, never reused
 * @id: the host's number for it
 * @when: PORTAL_WHEN_*
 * @bit: its bit in events, as a mask
 * @on: it is enabled
 * @observes: it changes nothing; if the call returns, the return event reports both stages
 * @traces: it gets records in the trace instead of events
 * @blocks: the task waits for room for its records
 * @every_call: it is on every call of both ABIs
 * @nr: number of its call, by table, or PORTAL_NR_NONE
 * @filter: its filters
 * @nr_fetch: entries of @fetch
 * @fetch: its declarations
 * @rules: its rules
 * @nr_functions: entries of @functions
 * @functions: functions that it keeps redirected
 */
struct hook {
	struct hlist_node all;
	struct hook_link link[SYSCALL_NR_TABLES];
	struct rcu_head rcu;
	u64 serial;
	u32 id;
	u32 when;
	u64 bit;
	bool on;
	bool observes;
	bool traces;
	bool blocks;
	bool every_call;
	u32 nr[SYSCALL_NR_TABLES];
	struct filter filter;
	u32 nr_fetch;
	struct portal_wire_fetch fetch[PORTAL_MAX_FETCH];
	struct list_head rules;
	unsigned int nr_functions;
	unsigned long functions[];
};

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
	return !(hook->observes && returns && hook->when & PORTAL_WHEN_RETURN);
}

static void add_hook(struct hook_masks *bits, const struct hook *hook)
{
	if (hook->traces)
		bits->trace |= hook->bit;
	else
		bits->event |= hook->bit;
	if (hook->blocks)
		bits->block |= hook->bit;
}

static void match_list(struct hlist_head *list, const struct filter_call *call, bool returns,
		       struct hook_match *match)
{
	struct hook_link *link;
	struct hook *hook;

	hlist_for_each_entry_srcu(link, list, node, srcu_read_lock_held(&hook_srcu)) {
		hook = link->hook;
		if (!READ_ONCE(hook->on) || !filter_entry(&hook->filter, call))
			continue;
		if (wants_entry(hook, returns))
			add_hook(&match->enter, hook);
		if (hook->when & PORTAL_WHEN_RETURN)
			match->on_return |= hook->bit;
	}
}

void hook_table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
		      struct hook_match *ret_match)
{
	bool returns = !arch_never_returns(table, nr);
	struct hook_match match = { 0 };
	int idx = srcu_read_lock(&hook_srcu);

	match.newest = READ_ONCE(last_serial);
	match_list(&every_call_hooks, call, returns, &match);
	match_list(hooks_of_call(table, nr), call, returns, &match);
	srcu_read_unlock(&hook_srcu, idx);
	*ret_match = match;
}

/* A hook that has reused the bit of one that matched at entry has a serial above @newest. */
static void match_return_list(struct hlist_head *list, const struct filter_call *call,
			      const struct hook_match *match, s64 ret, struct hook_masks *bits)
{
	struct hook_link *link;
	struct hook *hook;

	hlist_for_each_entry_srcu(link, list, node, srcu_read_lock_held(&hook_srcu)) {
		hook = link->hook;
		if (!(match->on_return & hook->bit) || !(hook->when & PORTAL_WHEN_RETURN))
			continue;
		if (hook->serial > match->newest || !READ_ONCE(hook->on))
			continue;
		if (filter_return(&hook->filter, call, ret))
			add_hook(bits, hook);
	}
}

void hook_table_match_return(enum syscall_table table, u32 nr, const struct filter_call *call,
			     const struct hook_match *match, s64 ret, struct hook_masks *ret_bits)
{
	int idx = srcu_read_lock(&hook_srcu);

	*ret_bits = (struct hook_masks){ 0 };
	match_return_list(&every_call_hooks, call, match, ret, ret_bits);
	match_return_list(hooks_of_call(table, nr), call, match, ret, ret_bits);
	srcu_read_unlock(&hook_srcu, idx);
}

/* Declarations of hooks that were installed after the match are not fetched. */
static void fetch_list(struct hlist_head *list, u32 when, u64 bits, const struct hook_match *match,
		       struct fetch *fetch)
{
	struct hook_link *link;
	u32 n;

	hlist_for_each_entry_srcu(link, list, node, srcu_read_lock_held(&hook_srcu)) {
		if (!(bits & link->hook->bit) || !(link->hook->when & when) ||
		    link->hook->serial > match->newest)
			continue;
		for (n = 0; n < link->hook->nr_fetch; n++)
			fetch_collect(fetch, &link->hook->fetch[n]);
	}
}

void hook_table_fetch(enum syscall_table table, u32 nr, u32 when, u64 bits,
		      const struct hook_match *match, struct fetch *fetch)
{
	int idx = srcu_read_lock(&hook_srcu);

	fetch_list(&every_call_hooks, when, bits, match, fetch);
	fetch_list(hooks_of_call(table, nr), when, bits, match, fetch);
	srcu_read_unlock(&hook_srcu, idx);
}

/* ---- answering by a rule ---- */

static struct hook *find_matched(struct hlist_head *list, u32 when, u64 bit,
				 const struct hook_match *match)
{
	struct hook_link *link;

	hlist_for_each_entry_srcu(link, list, node, srcu_read_lock_held(&hook_srcu))
		if (link->hook->bit == bit && link->hook->when & when &&
		    link->hook->serial <= match->newest)
			return link->hook;
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
		outcome = rule_try(&entry->rule, call, ret);
		if (outcome == RULE_PASSES)
			continue;
		*ret_effects = entry->rule.effects;
		return outcome;
	}
	return RULE_PASSES;
}

enum rule_outcome hook_table_answer(enum syscall_table table, u32 nr, u32 when, u64 bits,
				    const struct hook_match *match, const struct filter_call *call,
				    s64 ret, struct rule_effects *ret_effects)
{
	enum rule_outcome outcome = RULE_PASSES;
	struct hook *hook;
	int idx;

	if (!READ_ONCE(nr_rules) || bits & (bits - 1))
		return RULE_PASSES;
	idx = srcu_read_lock(&hook_srcu);
	hook = find_matched(&every_call_hooks, when, bits, match);
	if (!hook)
		hook = find_matched(hooks_of_call(table, nr), when, bits, match);
	if (hook)
		outcome = try_rules(hook, when, call, ret, ret_effects);
	srcu_read_unlock(&hook_srcu, idx);
	return outcome;
}

/* ---- creating ---- */

static unsigned int max_functions(const struct portal_wire_hook *wire)
{
	if (le32_to_cpu(wire->flags) & PORTAL_HOOK_F_ALL)
		return syscall_table_len(SYSCALL_NATIVE) + syscall_table_len(SYSCALL_COMPAT);
	return SYSCALL_NR_TABLES;
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

static void hook_free(struct rcu_head *rcu)
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

/*
 * Calls without a function that can be redirected, because the kernel was built without them, are
 * left out: for a hook on every call, and for a name that only one ABI implements. It is an error
 * if no function is left.
 */
static int find_functions(struct hook *hook)
{
	unsigned long function;
	unsigned int table;

	for (table = 0; table < SYSCALL_NR_TABLES; table++) {
		if (hook->every_call) {
			add_every_function(hook, table);
			continue;
		}
		if (hook->nr[table] == PORTAL_NR_NONE)
			continue;
		function = syscall_table_function(table, hook->nr[table]);
		if (function)
			hook->functions[hook->nr_functions++] = function;
	}
	return hook->nr_functions > 0 ? 0 : -ENOSYS;
}

static int hook_create(const struct portal_wire_hook *wire, struct hook **ret_hook)
{
	struct hook *hook = hook_alloc(wire);
	u32 n;
	int err;

	if (!hook)
		return -ENOMEM;
	hook->id = le32_to_cpu(wire->id);
	hook->when = le32_to_cpu(wire->when);
	hook->bit = BIT_ULL(le32_to_cpu(wire->bit));
	hook->on = true;
	hook->observes = le32_to_cpu(wire->flags) & PORTAL_HOOK_F_OBSERVE;
	hook->traces = le32_to_cpu(wire->flags) & PORTAL_HOOK_F_TRACE;
	hook->blocks = le32_to_cpu(wire->flags) & PORTAL_HOOK_F_TRACE_BLOCK;
	hook->every_call = le32_to_cpu(wire->flags) & PORTAL_HOOK_F_ALL;
	hook->nr[SYSCALL_NATIVE] = le32_to_cpu(wire->nr);
	hook->nr[SYSCALL_COMPAT] = le32_to_cpu(wire->compat_nr);
	hook->nr_fetch = le32_to_cpu(wire->nr_fetch);
	for (n = 0; n < hook->nr_fetch; n++)
		hook_wire_fetch(wire, n, &hook->fetch[n]);
	err = find_functions(hook);
	if (err) {
		kvfree(hook);
		return err;
	}
	*ret_hook = hook;
	return 0;
}

/* ---- installing ---- */

static bool share_call(const struct hook *a, const struct hook *b)
{
	unsigned int table;

	if (a->every_call || b->every_call)
		return true;
	for (table = 0; table < SYSCALL_NR_TABLES; table++)
		if (a->nr[table] != PORTAL_NR_NONE && a->nr[table] == b->nr[table])
			return true;
	return false;
}

static bool hook_is_taken(const struct hook *hook)
{
	const struct hook *other;

	hlist_for_each_entry(other, &all_hooks, all) {
		if (other->id == hook->id)
			return true;
		if (other->bit == hook->bit && other->when & hook->when && share_call(other, hook))
			return true;
	}
	return false;
}

static void hook_link(struct hook *hook, unsigned int n, struct hlist_head *list)
{
	hook->link[n].hook = hook;
	hlist_add_head_rcu(&hook->link[n].node, list);
}

static void hook_publish(struct hook *hook)
{
	unsigned int table;

	hook->serial = last_serial + 1;
	WRITE_ONCE(last_serial, hook->serial);
	hlist_add_head(&hook->all, &all_hooks);
	WRITE_ONCE(nr_hooks, nr_hooks + 1);
	if (hook->every_call) {
		hook_link(hook, 0, &every_call_hooks);
		return;
	}
	for (table = 0; table < SYSCALL_NR_TABLES; table++)
		if (hook->nr[table] != PORTAL_NR_NONE)
			hook_link(hook, table, hooks_of_call(table, hook->nr[table]));
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
	unsigned int n;

	forget_rules(hook);
	for (n = 0; n < SYSCALL_NR_TABLES; n++)
		if (hook->link[n].hook)
			hlist_del_rcu(&hook->link[n].node);
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
	if (hook_is_taken(hook))
		return -EEXIST;
	err = redirect_get(hook->functions, hook->nr_functions, &refused);
	*ret_refused = syscall_table_call(refused);
	if (err)
		return err;
	hook_publish(hook);
	return 0;
}

int hook_table_add(const struct portal_wire_hook *wire, u64 *ret_refused)
{
	struct hook *hook;
	int err;

	*ret_refused = 0;
	err = hook_create(wire, &hook);
	if (err)
		return err;
	mutex_lock(&hook_lock);
	err = hook_install(hook, ret_refused);
	mutex_unlock(&hook_lock);
	if (err)
		kvfree(hook);
	return err;
}

static struct hook *find_hook(u32 id)
{
	struct hook *hook;

	hlist_for_each_entry(hook, &all_hooks, all)
		if (hook->id == id)
			return hook;
	return NULL;
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

static struct rule_entry *rule_create(const struct portal_wire_rule *wire,
				      struct portal_rule_slot *slot)
{
	size_t nr_kmp_fail = rule_nr_kmp_fail(wire), bytes_size = le32_to_cpu(wire->bytes_size);
	struct rule_entry *entry;
	u8 *bytes;

	entry = kvzalloc(struct_size(entry, kmp_fail, nr_kmp_fail) + bytes_size, GFP_KERNEL);
	if (!entry)
		return NULL;
	bytes = (u8 *)(entry->kmp_fail + nr_kmp_fail);
	memcpy(bytes, rule_wire_bytes(wire), bytes_size);
	rule_init(&entry->rule, wire, slot, bytes, entry->kmp_fail);
	entry->slot = le32_to_cpu(wire->slot);
	return entry;
}

static void rule_free(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct rule_entry, rcu));
}

/* Hooks that observe or trace decide nothing, so they cannot have rules. */
static int rule_install(struct rule_entry *entry, u32 hook_id)
{
	struct hook *hook = find_hook(hook_id);

	if (!hook)
		return -ENOENT;
	if (hook->observes || hook->traces || !(hook->when & entry->rule.when))
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

	entry = rule_create(wire, slot);
	if (!entry)
		return -ENOMEM;
	mutex_lock(&hook_lock);
	err = rule_install(entry, le32_to_cpu(wire->hook));
	mutex_unlock(&hook_lock);
	if (err)
		kvfree(entry);
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
		call_srcu(&hook_srcu, &entry->rcu, rule_free);
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
