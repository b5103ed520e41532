/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of installed hooks, by system call. It owns the hooks and keeps their functions
 * redirected; it does not know what happens when one matches.
 *
 * Matching reads user memory and may sleep, so readers are protected by SRCU. Readers and writers
 * do not wait for each other: hooks may be added and removed while sessions are open.
 *
 * Which hooks match is a set of bits. A hook gets a bit that no hook has with which it shares a
 * site. When it is removed, the bit may be given to another hook while a call still has it in a
 * set. So a bit means only a hook that is not newer than the match.
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
 * struct hook_masks - bits of the hooks that match at one stage of a call
 * @event: hooks that get an event
 * @trace: hooks that get a record in the trace
 * @block: those of @trace for which the task waits for room
 */
struct hook_masks {
	u64 event;
	u64 trace;
	u64 block;
};

/**
 * struct hook_match - hooks that match a call
 * @table: SYSCALL_*
 * @nr: number of the call
 * @call: the call as it was at entry
 * @enter: entry hooks that match
 * @on_return: return hooks that match at entry; the result filters follow at return
 * @newest: serial of the newest hook at that time
 * @cpu: CPU at that time
 */
struct hook_match {
	enum syscall_table table;
	u32 nr;
	const struct filter_call *call;
	struct hook_masks enter;
	struct hook_masks on_return;
	u64 newest;
	u32 cpu;
};

/**
 * hook_table_open() - allow hooks
 * @wrapper: runs instead of hooked functions
 *
 * Context: may sleep; once before hook_table_close().
 * Return: 0; the errors of syscall_table_init().
 */
int __must_check hook_table_open(redirect_fn *wrapper);

/**
 * hook_table_close() - remove all hooks at once and allow no more
 *
 * Context: may sleep.
 */
void hook_table_close(void);

/**
 * hook_table_drain() - wait until all removed hooks are freed
 *
 * Context: may sleep; after hook_table_close(), when the module is unloaded.
 */
void hook_table_drain(void);

/**
 * hook_table_add() - install a hook
 * @wire: checked by hook_wire_check(), followed by its sites, declarations and strings; copied
 * @ret_detail: the hook's serial, which grows with each hook and is never 0; on an error, the call
 *	whose function cannot be redirected, see syscall_table_call(); 0: there is none, or it is
 *	not known
 *
 * Context: may sleep.
 * Return: 0; -EINVAL: the kernel does not have the ABI of a site; -EEXIST: its id is taken;
 * -ENOSPC: the hooks with which it shares sites have all bits; -ENOSYS: none of its calls has a
 * function that can be redirected; -EBUSY: something else redirects the function; -ENOMEM; -ENODEV:
 * closed, or ftrace is disabled.
 */
int hook_table_add(const struct portal_wire_hook *wire, u64 *ret_detail);

/**
 * hook_table_del() - remove a hook; calls that are matched after this do not see it
 * @id: its id
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_del(u32 id);

/**
 * hook_table_enable() - enable or disable a hook
 * @id: its id
 * @on: false: it never matches
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_enable(u32 id, bool on);

/**
 * hook_table_add_rule() - append a rule to the rules of a hook
 * @wire: checked by rule_wire_check(); copied
 * @slot: its slot
 *
 * Context: may sleep.
 * Return: 0; -ENOENT: no such hook; -EINVAL: the hook only observes or traces, or does not have the
 * rule's stage; -EEXIST: the slot is taken; -ENOMEM.
 */
int hook_table_add_rule(const struct portal_wire_rule *wire, struct portal_rule_slot *slot);

/**
 * hook_table_del_rule() - remove a rule; removing its hook removes it, too
 * @slot: below PORTAL_MAX_RULES
 *
 * Context: may sleep.
 * Return: 0 or -ENOENT.
 */
int hook_table_del_rule(u32 slot);

/**
 * hook_table_count() - count the installed hooks
 */
unsigned int hook_table_count(void);

/**
 * hook_table_watches() - check whether a call has any hook
 * @table: SYSCALL_*
 * @nr: any number
 */
bool hook_table_watches(enum syscall_table table, u32 nr);

/**
 * hook_table_match() - evaluate all filters except those on the result
 * @table: SYSCALL_*
 * @nr: a number for which hook_table_watches() is true
 * @call: the call at entry; must live as long as @ret_match
 * @ret_match: the hooks that match
 *
 * Context: may sleep.
 */
void hook_table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
		      struct hook_match *ret_match);

/**
 * hook_table_match_return() - evaluate the result filters of the hooks that matched at entry
 * @match: from hook_table_match()
 * @ret: the call's own result
 * @ret_bits: the return hooks that match
 *
 * Context: may sleep.
 */
void hook_table_match_return(const struct hook_match *match, s64 ret, struct hook_masks *ret_bits);

/**
 * hook_table_match_end() - find the return hooks that match an end without a result
 * @match: from hook_table_match()
 * @end: PORTAL_CALL_END_KILLED; PORTAL_CALL_END_RESTARTS: only hooks that have asked for it
 * @ret_bits: the hooks; those with a filter on the result are not among them
 *
 * Context: may sleep.
 */
void hook_table_match_end(const struct hook_match *match, u8 end, struct hook_masks *ret_bits);

/**
 * hook_table_list() - list the hooks of an event that are still installed
 * @match: from hook_table_match()
 * @bits: bits of the hooks
 * @ids: PORTAL_MAX_HOOKS entries; receives their ids
 * @ret_flags: PORTAL_HOOK_F_* that any of them has
 *
 * Return: number of ids; 0: all have been removed.
 */
u32 hook_table_list(const struct hook_match *match, u64 bits, __le32 *ids, u32 *ret_flags);

/**
 * hook_table_fetch() - collect the items that hooks have declared
 * @match: from hook_table_match()
 * @bits: bits of the hooks
 * @fetch: the items are appended
 *
 * Context: may sleep.
 */
void hook_table_fetch(const struct hook_match *match, u64 bits, struct fetch *fetch);

/**
 * hook_table_answer() - answer a call by a rule, if exactly one hook matches
 * @match: from hook_table_match()
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN
 * @bits: bits of the hooks that match, at least one
 * @ret: at return: the call's result
 * @ret_effects: effects of the rule; written unless RULE_PASSES
 *
 * Context: may sleep.
 */
enum rule_outcome hook_table_answer(const struct hook_match *match, u32 when, u64 bits, s64 ret,
				    struct rule_effects *ret_effects);

#endif /* GUEST_HOOK_TABLE_H */
