/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule: how the guest answers a hook's call by itself. It reads user memory, compares, and
 * stores; it knows no hooks and applies nothing but its stores. Pure: also compiled and tested in
 * user space.
 *
 * A rule takes a call by counting it: in one exchange with its slot's word, which succeeds only
 * while the generation there is the rule's. So each call is the rule's or the host's, and the host,
 * which ends a generation by an exchange too, gets the number of calls that were the rule's.
 */
#ifndef GUEST_RULE_H
#define GUEST_RULE_H

#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/filter.h"

/* struct portal_wire_place in the kernel's own numbers */
struct rule_place {
	u32 what;
	u32 arg;
	u64 offset;
	u64 inner_offset;
};

/* @match holds for what is at @place */
struct rule_cond {
	struct rule_place place;
	struct filter_match match;
};

/* @len bytes at @bytes go to @place */
struct rule_store {
	struct rule_place place;
	const u8 *bytes;
	u32 len;
};

/**
 * struct rule_effects - what is left to do when the stores are done
 * @flags: PORTAL_VERDICT_*
 * @arg_mask: bit n: argument n becomes args[n]
 * @args: new arguments
 * @ret: the result for SKIP and RET
 */
struct rule_effects {
	u32 flags;
	u32 arg_mask;
	u64 args[PORTAL_NR_ARGS];
	u64 ret;
};

/**
 * struct rule - a rule, ready to use
 * @state: its slot's word, shared with the host
 * @generation: while the word says so, it applies
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN
 * @nr_conds: entries of @cond
 * @nr_stores: entries of @store
 * @cond: conditions
 * @store: stores
 * @effects: the rest
 */
struct rule {
	u64 *state;
	u64 generation;
	u32 when;
	u32 nr_conds;
	u32 nr_stores;
	struct rule_cond cond[PORTAL_MAX_RULE_CONDS];
	struct rule_store store[PORTAL_MAX_RULE_STORES];
	struct rule_effects effects;
};

enum rule_outcome {
	RULE_PASSES, /* not its call */
	RULE_TAKES,  /* its call; the stores are done */
	RULE_FAILS,  /* its call; a store has failed, nothing after it was done */
};

/**
 * rule_nr_kmp_fail() - how many entries rule_init() needs for its KMP failure functions
 * @wire: checked by rule_wire_check()
 *
 * Return: number of u16.
 */
size_t rule_nr_kmp_fail(const struct portal_wire_rule *wire);

/**
 * rule_init() - make a rule from its wire form
 * @rule: to be filled
 * @wire: checked by rule_wire_check()
 * @slot: its slot, kept as long as the rule
 * @bytes: the rule's bytes; kept as long as the rule
 * @kmp_fail: rule_nr_kmp_fail() entries; written, and kept as long as the rule
 */
void rule_init(struct rule *rule, const struct portal_wire_rule *wire,
	       struct portal_rule_slot *slot, const u8 *bytes, u16 *kmp_fail);

/**
 * rule_try() - let a rule answer, if the call is for it
 * @rule: the rule
 * @call: the call, with its original arguments
 * @ret: at the return: its result
 *
 * All that is read is read before anything is stored. A fault while reading is no match.
 *
 * Context: may sleep, faults pages in; the current task's memory.
 */
enum rule_outcome rule_try(const struct rule *rule, const struct filter_call *call, s64 ret);

#endif /* GUEST_RULE_H */
