/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hooks that are installed, by system call. It owns them, and keeps the functions redirected
 * that they need; it does not know what happens when one matches.
 *
 * Matching looks at user memory and may sleep, so readers are protected by SRCU and never wait for
 * writers, nor these for them: hooks come and go in the middle of sessions.
 */
#ifndef GUEST_HOOK_TABLE_H
#define GUEST_HOOK_TABLE_H

#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/fetch.h"
#include "hooks/filter.h"
#include "hooks/rule.h"
#include "redirect/redirect.h"
#include "syscalls/table.h"

/**
 * struct hook_masks - hooks that match at one stage of a call, by what they want
 * @now: to be asked
 * @trace: a record of it
 * @block: of @trace, to wait for room
 */
struct hook_masks {
	u64 now;
	u64 trace;
	u64 block;
};

/**
 * struct hook_match - which hooks a call concerns
 * @enter: the entry hooks that match
 * @on_return: bits of the return hooks that match as far as can be said at entry
 * @newest: no hook installed later is meant by @on_return
 */
struct hook_match {
	struct hook_masks enter;
	u64 on_return;
	u64 newest;
};

/**
 * hook_table_open() - allow hooks
 * @wrapper: where hooked functions are redirected to
 *
 * Context: may sleep; once before hook_table_close().
 * Return: 0; -ENOENT the kernel does not tell its symbols.
 */
int __must_check hook_table_open(redirect_fn *wrapper);

/**
 * hook_table_close() - remove all hooks at once and allow no more
 *
 * Context: may sleep.
 */
void hook_table_close(void);

/**
 * hook_table_drain() - wait until nothing of removed hooks is left
 *
 * Context: may sleep; after hook_table_close(), on the way to unloading the module.
 */
void hook_table_drain(void);

/**
 * hook_table_add() - install a hook
 * @wire: checked by hook_wire_check(), its strings behind it; copied
 *
 * Context: may sleep.
 * Return: 0; -EEXIST its id or bit is taken; -ENOSYS it names a call without a function that can be
 * redirected; -EBUSY something else redirects it; -ENOMEM; -ENODEV closed, or ftrace is off.
 */
int hook_table_add(const struct portal_wire_hook *wire);

/**
 * hook_table_del() - remove a hook: what starts to match after this does not see it
 * @id: its id
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_del(u32 id);

/**
 * hook_table_enable() - switch a hook on or off
 * @id: its id
 * @on: off: it never matches
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_enable(u32 id, bool on);

/**
 * hook_table_add_rule() - give a hook a rule, behind those it has
 * @wire: checked by rule_wire_check(); copied
 * @slot: its slot
 *
 * Context: may sleep.
 * Return: 0; -ENOENT no such hook; -EINVAL the hook only observes, or is not at that stage;
 * -EEXIST the slot is taken; -ENOMEM.
 */
int hook_table_add_rule(const struct portal_wire_rule *wire, struct portal_rule_slot *slot);

/**
 * hook_table_del_rule() - remove a rule; it goes with its hook, too
 * @slot: below PORTAL_MAX_RULES
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_del_rule(u32 slot);

/**
 * hook_table_count() - how many hooks are installed
 */
unsigned int hook_table_count(void);

/**
 * hook_table_watches() - is there any hook on this call
 * @table: SYSCALL_*
 * @nr: any number
 */
bool hook_table_watches(enum syscall_table table, u32 nr);

/**
 * hook_table_match() - evaluate all but the result filters
 * @table: SYSCALL_*
 * @nr: number that hook_table_watches() has
 * @call: the call at entry
 * @ret_match: the outcome
 *
 * Context: may sleep.
 */
void hook_table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
		      struct hook_match *ret_match);

/**
 * hook_table_fetch() - bring along what the hooks that matched have declared
 * @table: SYSCALL_*
 * @nr: number
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN
 * @bits: the hooks
 * @match: from hook_table_match()
 * @fetch: grows
 *
 * Context: may sleep.
 */
void hook_table_fetch(enum syscall_table table, u32 nr, u32 when, u64 bits,
		      const struct hook_match *match, struct fetch *fetch);

/**
 * hook_table_match_return() - evaluate the result filters of those that matched
 * @table: SYSCALL_*
 * @nr: number
 * @call: the call as it was at entry
 * @match: from hook_table_match()
 * @ret: the call's own result
 * @ret_bits: the return hooks that match
 *
 * Context: may sleep.
 */
void hook_table_match_return(enum syscall_table table, u32 nr, const struct filter_call *call,
			     const struct hook_match *match, s64 ret, struct hook_masks *ret_bits);

/**
 * hook_table_answer() - let a rule answer a call that concerns one hook only
 * @table: SYSCALL_*
 * @nr: number
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN
 * @bits: the hooks, at least one
 * @match: from hook_table_match()
 * @call: the call as it was at entry
 * @ret: at the return: its result
 * @ret_effects: unless RULE_PASSES: of the rule whose call it was
 *
 * Context: may sleep.
 */
enum rule_outcome hook_table_answer(enum syscall_table table, u32 nr, u32 when, u64 bits,
				    const struct hook_match *match, const struct filter_call *call,
				    s64 ret, struct rule_effects *ret_effects);

#endif /* GUEST_HOOK_TABLE_H */
