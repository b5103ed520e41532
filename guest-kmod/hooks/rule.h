/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule: an answer that the guest module gives without an exit. It reads user memory, compares and
 * stores; it does not know hooks, and the caller applies all effects except the stores. Pure: also
 * compiled and tested in user space.
 *
 * A rule takes a call by counting it with one compare-and-exchange of its slot's state, which
 * succeeds only while the slot has the rule's generation. The host revokes a rule by an exchange,
 * too. So either the rule or the host handles a call, and the host gets the exact number of calls
 * that the rule has taken.
 */
#ifndef GUEST_RULE_H
#define GUEST_RULE_H

#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/filter.h"

/* struct portal_wire_place in native byte order */
struct rule_place {
	u32 what;
	u32 arg;
	u64 offset;
	u64 inner_offset;
};

/* condition: the value at @place matches @match */
struct rule_cond {
	struct rule_place place;
	struct filter_match match;
};

/* store: @len bytes from @bytes are written to @place; if @hits, the number of calls taken */
struct rule_store {
	struct rule_place place;
	const u8 *bytes;
	u32 len;
	bool hits;
};

/**
 * struct rule_effects - effects of a rule that follow its stores
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
 * struct rule - a rule
 * @state: state of its slot, shared with the host
 * @generation: the rule applies while @state has this generation
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN
 * @nr_conds: entries of @cond
 * @nr_stores: entries of @store
 * @nr_rows: entries of @row; 0: @key is unused
 * @key_width: bytes of the number at @key
 * @uses_hits: a condition is on the number of calls taken
 * @cond: conditions
 * @store: stores
 * @key: the number that selects a row
 * @row: rows, as on the wire
 * @bytes: the rule's bytes, to which rows refer
 * @effects: other effects
 */
struct rule {
	u64 *state;
	u64 generation;
	u32 when;
	u32 nr_conds;
	u32 nr_stores;
	u32 nr_rows;
	u32 key_width;
	bool uses_hits;
	struct rule_cond cond[PORTAL_MAX_RULE_CONDS];
	struct rule_store store[PORTAL_MAX_RULE_STORES];
	struct rule_place key;
	const struct portal_wire_rule_row *row;
	const u8 *bytes;
	struct rule_effects effects;
};

enum rule_outcome {
	RULE_PASSES, /* it does not match or does not apply; nothing was done */
	RULE_TAKES,  /* it took the call and its stores are done */
	RULE_FAILS,  /* it took the call, but a store failed; nothing after that store was done */
};

/**
 * rule_nr_kmp_fail() - count the entries of KMP failure functions that rule_init() needs
 * @wire: checked by rule_wire_check()
 *
 * Return: number of u16.
 */
size_t rule_nr_kmp_fail(const struct portal_wire_rule *wire);

/**
 * rule_init() - make a rule from its wire format
 * @rule: written
 * @wire: checked by rule_wire_check()
 * @slot: its slot; must live as long as the rule
 * @tail: copy of rule_wire_tail_size() bytes from rule_wire_rows() on, aligned to 8; must live as
 *	long as the rule
 * @kmp_fail: rule_nr_kmp_fail() entries; written, must live as long as the rule
 */
void rule_init(struct rule *rule, const struct portal_wire_rule *wire,
	       struct portal_rule_slot *slot, const void *tail, u16 *kmp_fail);

/**
 * rule_try() - answer a call by a rule, if it matches
 * @rule: the rule
 * @call: the call, with its original arguments
 * @ret: at return: its result
 * @ret_effects: written unless RULE_PASSES
 *
 * All reads precede the stores. If a read faults, the rule does not match.
 *
 * Context: may sleep and fault pages in; accesses the current task's memory.
 */
enum rule_outcome rule_try(const struct rule *rule, const struct filter_call *call, s64 ret,
			   struct rule_effects *ret_effects);

#endif /* GUEST_RULE_H */
