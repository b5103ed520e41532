// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/exchange.h"
#include "base/user_mem.h"
#include "hooks/number.h"
#include "hooks/rule.h"
#include "hooks/rule_wire.h"

#define HITS_MASK ((1ULL << PORTAL_RULE_HITS_BITS) - 1)

/* ---- the slot's state ---- */

/* If its hit count is full, a rule does not apply. */
static bool may_count(const struct rule *rule, u64 state)
{
	return state >> PORTAL_RULE_HITS_BITS == rule->generation &&
	       (state & HITS_MASK) != HITS_MASK;
}

static u64 state_get(const struct rule *rule)
{
	return le64_to_cpu((__force __le64)READ_ONCE(*rule->state));
}

/* Return: the state found; if that is @old, a hit has been added. */
static u64 state_count(const struct rule *rule, u64 old)
{
	u64 found = exchange_with_host(rule->state, (__force u64)cpu_to_le64(old),
				       (__force u64)cpu_to_le64(old + 1));

	return le64_to_cpu((__force __le64)found);
}

/* ---- places ---- */

/* @len: 1 .. NUMBER_MAX bytes */
static bool read_number(const struct filter_call *call, u64 addr, u32 len, u64 *ret_value)
{
	u8 bytes[NUMBER_MAX];

	if (user_mem_read(call->base + addr, bytes, len) != len)
		return false;
	*ret_value = number_get(bytes, len, call->big_endian);
	return true;
}

static bool find_address(const struct rule_place *place, const struct filter_call *call,
			 u64 *ret_addr)
{
	u64 addr = call->args[place->arg] + place->offset;

	if (place->what == PORTAL_PLACE_PTR_MEM) {
		if (!read_number(call, addr, call->long_bytes, &addr))
			return false;
		addr += place->inner_offset;
	}
	*ret_addr = addr;
	return true;
}

/* Gets the number of @width bytes at a place that is an argument or in memory. */
static bool find_number(const struct rule_place *place, u32 width, const struct filter_call *call,
			u64 *ret_value)
{
	u64 addr;

	if (place->what == PORTAL_PLACE_ARG) {
		*ret_value = call->args[place->arg];
		return true;
	}
	return find_address(place, call, &addr) && read_number(call, addr, width, ret_value);
}

/* ---- answering ---- */

/**
 * struct attempt - a rule while it is tried
 * @rule: the rule
 * @call: the call
 * @ret: at return: its result
 * @state: state of the slot when the conditions were evaluated
 * @row: row that matches, if the rule has rows
 * @addr: addresses of the stores
 */
struct attempt {
	const struct rule *rule;
	const struct filter_call *call;
	s64 ret;
	u64 state;
	const struct portal_wire_rule_row *row;
	u64 addr[PORTAL_MAX_RULE_STORES];
};

/* Gets the number to compare, or the address of the string to compare. */
static bool find_value(const struct attempt *attempt, const struct rule_cond *cond, u64 *ret_value)
{
	const struct filter_call *call = attempt->call;

	switch (cond->place.what) {
	case PORTAL_PLACE_RET:
		*ret_value = attempt->ret;
		return true;
	case PORTAL_PLACE_HITS:
		*ret_value = attempt->state & HITS_MASK;
		return true;
	case PORTAL_PLACE_ARG:
		*ret_value = call->args[cond->place.arg];
		return true;
	}
	if (filter_is_string(cond->match.cmp))
		return find_address(&cond->place, call, ret_value);
	return find_number(&cond->place, cond->match.width ? cond->match.width : call->long_bytes,
			   call, ret_value);
}

static bool conds_match(const struct attempt *attempt)
{
	const struct rule *rule = attempt->rule;
	u64 value;
	u32 i;

	for (i = 0; i < rule->nr_conds; i++)
		if (!find_value(attempt, &rule->cond[i], &value) ||
		    !filter_match_value(&rule->cond[i].match, value, attempt->call))
			return false;
	return true;
}

static bool find_row(struct attempt *attempt)
{
	const struct rule *rule = attempt->rule;
	u64 mask, value;
	u32 i;

	if (!rule->nr_rows)
		return true;
	if (!find_number(&rule->key, rule->key_width, attempt->call, &value))
		return false;
	mask = ~0ULL >> (64 - 8 * rule->key_width);
	for (i = 0; i < rule->nr_rows; i++) {
		if ((le64_to_cpu(rule->row[i].value) ^ value) & mask)
			continue;
		attempt->row = &rule->row[i];
		return true;
	}
	return false;
}

static bool find_stores(struct attempt *attempt)
{
	const struct rule *rule = attempt->rule;
	u32 i;

	for (i = 0; i < rule->nr_stores; i++)
		if (!find_address(&rule->store[i].place, attempt->call, &attempt->addr[i]))
			return false;
	return true;
}

/*
 * Takes the call for the rule by counting it. If other CPUs have counted calls since the conditions
 * were evaluated, that matters only to a rule with a condition on their number.
 * Return: -EAGAIN: such a rule; -EPERM: the rule does not apply any more.
 */
static int take_call(struct attempt *attempt)
{
	const struct rule *rule = attempt->rule;
	u64 found;

	while (may_count(rule, attempt->state)) {
		found = state_count(rule, attempt->state);
		if (found == attempt->state)
			return 0;
		attempt->state = found;
		if (rule->uses_hits)
			return -EAGAIN;
	}
	return -EPERM;
}

/* A rule that does not apply must not read the task's memory: it may have been revoked. */
static bool try_once(struct attempt *attempt, int *ret_err)
{
	if (!may_count(attempt->rule, attempt->state))
		return false;
	if (!conds_match(attempt) || !find_row(attempt) || !find_stores(attempt))
		return false;
	*ret_err = take_call(attempt);
	return true;
}

static bool do_store(const struct attempt *attempt, u32 n)
{
	const struct rule_store *store = &attempt->rule->store[n];
	u64 addr = attempt->call->base + attempt->addr[n];
	const u8 *bytes = store->bytes;
	u8 number[NUMBER_MAX];
	u32 len = store->len;

	if (n == 0 && attempt->row) {
		bytes = attempt->rule->bytes + le32_to_cpu(attempt->row->off);
		len = le32_to_cpu(attempt->row->len);
	} else if (store->hits) {
		number_put(number, len, attempt->call->big_endian,
			   (attempt->state & HITS_MASK) + 1);
		bytes = number;
	}
	return user_mem_write(addr, bytes, len) == len;
}

static bool do_stores(const struct attempt *attempt)
{
	u32 i;

	for (i = 0; i < attempt->rule->nr_stores; i++)
		if (!do_store(attempt, i))
			return false;
	return true;
}

enum rule_outcome rule_try(const struct rule *rule, const struct filter_call *call, s64 ret,
			   struct rule_effects *ret_effects)
{
	struct attempt attempt = {
		.rule = rule, .call = call, .ret = ret, .state = state_get(rule)
	};
	int err;

	do {
		if (!try_once(&attempt, &err))
			return RULE_PASSES;
	} while (err == -EAGAIN);
	if (err)
		return RULE_PASSES;
	*ret_effects = rule->effects;
	if (attempt.row)
		ret_effects->ret = le64_to_cpu(attempt.row->ret);
	return do_stores(&attempt) ? RULE_TAKES : RULE_FAILS;
}

/* ---- creating ---- */

size_t rule_nr_kmp_fail(const struct portal_wire_rule *wire)
{
	size_t nr_kmp_fail = 0;
	u32 i;

	for (i = 0; i < le32_to_cpu(wire->nr_conds); i++)
		nr_kmp_fail += filter_match_nr_kmp_fail(&rule_wire_conds(wire)[i].match);
	return nr_kmp_fail;
}

static void place_init(struct rule_place *place, const struct portal_wire_place *wire)
{
	place->what = le32_to_cpu(wire->what);
	place->arg = le32_to_cpu(wire->arg);
	place->offset = le64_to_cpu(wire->offset);
	place->inner_offset = le64_to_cpu(wire->inner_offset);
}

static void effects_init(struct rule_effects *effects, const struct portal_wire_rule *wire)
{
	u32 i;

	effects->flags = le32_to_cpu(wire->flags);
	effects->arg_mask = le32_to_cpu(wire->arg_mask);
	effects->ret = le64_to_cpu(wire->ret);
	for (i = 0; i < PORTAL_NR_ARGS; i++)
		effects->args[i] = le64_to_cpu(wire->args[i]);
}

static void conds_init(struct rule *rule, const struct portal_wire_rule_cond *wire, u16 *kmp_fail)
{
	struct rule_cond *cond;
	u32 i;

	for (i = 0; i < rule->nr_conds; i++) {
		cond = &rule->cond[i];
		place_init(&cond->place, &wire[i].place);
		kmp_fail = filter_match_init(&cond->match, &wire[i].match, rule->bytes, kmp_fail);
		rule->uses_hits |= cond->place.what == PORTAL_PLACE_HITS;
	}
}

static void stores_init(struct rule *rule, const struct portal_wire_rule_store *wire)
{
	struct rule_store *store;
	u32 i;

	for (i = 0; i < rule->nr_stores; i++) {
		store = &rule->store[i];
		place_init(&store->place, &wire[i].place);
		if (i == 0 && rule->nr_rows)
			continue;
		store->bytes = rule->bytes + le32_to_cpu(wire[i].off);
		store->len = le32_to_cpu(wire[i].len);
		store->hits = le32_to_cpu(wire[i].flags) & PORTAL_STORE_F_HITS;
	}
}

void rule_init(struct rule *rule, const struct portal_wire_rule *wire,
	       struct portal_rule_slot *slot, const void *tail, u16 *kmp_fail)
{
	memset(rule, 0, sizeof(*rule));
	rule->state = (__force u64 *)&slot->state;
	rule->generation = le32_to_cpu(wire->generation);
	rule->when = le32_to_cpu(wire->when);
	rule->nr_conds = le32_to_cpu(wire->nr_conds);
	rule->nr_stores = le32_to_cpu(wire->nr_stores);
	rule->nr_rows = le32_to_cpu(wire->nr_rows);
	rule->key_width = le32_to_cpu(wire->key_width);
	rule->row = tail;
	rule->bytes = (const u8 *)(rule->row + rule->nr_rows);
	place_init(&rule->key, &wire->key);
	conds_init(rule, rule_wire_conds(wire), kmp_fail);
	stores_init(rule, rule_wire_stores(wire));
	effects_init(&rule->effects, wire);
}
