// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "arch/exchange.h"
#include "base/user_mem.h"
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

/* Takes the call for the rule by counting it. */
static bool take_call(const struct rule *rule)
{
	u64 state = state_get(rule), found;

	while (may_count(rule, state)) {
		found = state_count(rule, state);
		if (found == state)
			return true;
		state = found;
	}
	return false;
}

/* ---- places ---- */

/* @len: 1 .. 8 bytes, little endian */
static bool read_number(u64 addr, u32 len, u64 *ret_value)
{
	__le64 value = 0;

	if (user_mem_read(addr, &value, len) != len)
		return false;
	*ret_value = le64_to_cpu(value);
	return true;
}

static bool find_address(const struct rule_place *place, const struct filter_call *call,
			 u64 *ret_addr)
{
	u64 addr = call->args[place->arg] + place->offset;

	if (place->what == PORTAL_PLACE_PTR_MEM) {
		if (!read_number(addr, call->long_bytes, &addr))
			return false;
		addr += place->inner_offset;
	}
	*ret_addr = addr;
	return true;
}

/* Gets the number to compare, or the address of the string to compare. */
static bool find_value(const struct rule_cond *cond, const struct filter_call *call, s64 ret,
		       u64 *ret_value)
{
	u32 width = cond->match.width ? cond->match.width : call->long_bytes;
	u64 addr;

	if (cond->place.what == PORTAL_PLACE_RET) {
		*ret_value = ret;
		return true;
	}
	if (cond->place.what == PORTAL_PLACE_ARG) {
		*ret_value = call->args[cond->place.arg];
		return true;
	}
	if (!find_address(&cond->place, call, &addr))
		return false;
	if (!filter_is_string(cond->match.cmp))
		return read_number(addr, width, ret_value);
	*ret_value = addr;
	return true;
}

/* ---- answering ---- */

static bool conds_match(const struct rule *rule, const struct filter_call *call, s64 ret)
{
	u64 value;
	u32 i;

	for (i = 0; i < rule->nr_conds; i++)
		if (!find_value(&rule->cond[i], call, ret, &value) ||
		    !filter_match_value(&rule->cond[i].match, value, call))
			return false;
	return true;
}

static bool find_stores(const struct rule *rule, const struct filter_call *call, u64 *addr)
{
	u32 i;

	for (i = 0; i < rule->nr_stores; i++)
		if (!find_address(&rule->store[i].place, call, &addr[i]))
			return false;
	return true;
}

static bool do_stores(const struct rule *rule, const u64 *addr)
{
	const struct rule_store *store;
	u32 i;

	for (i = 0; i < rule->nr_stores; i++) {
		store = &rule->store[i];
		if (user_mem_write(addr[i], store->bytes, store->len) != store->len)
			return false;
	}
	return true;
}

enum rule_outcome rule_try(const struct rule *rule, const struct filter_call *call, s64 ret)
{
	u64 addr[PORTAL_MAX_RULE_STORES];

	/* a revoked rule must not read the task's memory */
	if (!may_count(rule, state_get(rule)))
		return RULE_PASSES;
	if (!conds_match(rule, call, ret) || !find_stores(rule, call, addr) || !take_call(rule))
		return RULE_PASSES;
	return do_stores(rule, addr) ? RULE_TAKES : RULE_FAILS;
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

void rule_init(struct rule *rule, const struct portal_wire_rule *wire,
	       struct portal_rule_slot *slot, const u8 *bytes, u16 *kmp_fail)
{
	const struct portal_wire_rule_cond *cond = rule_wire_conds(wire);
	const struct portal_wire_rule_store *store = rule_wire_stores(wire);
	u32 i;

	memset(rule, 0, sizeof(*rule));
	rule->state = (__force u64 *)&slot->state;
	rule->generation = le32_to_cpu(wire->generation);
	rule->when = le32_to_cpu(wire->when);
	rule->nr_conds = le32_to_cpu(wire->nr_conds);
	rule->nr_stores = le32_to_cpu(wire->nr_stores);
	for (i = 0; i < rule->nr_conds; i++) {
		place_init(&rule->cond[i].place, &cond[i].place);
		kmp_fail = filter_match_init(&rule->cond[i].match, &cond[i].match, bytes, kmp_fail);
	}
	for (i = 0; i < rule->nr_stores; i++) {
		place_init(&rule->store[i].place, &store[i].place);
		rule->store[i].bytes = bytes + le32_to_cpu(store[i].off);
		rule->store[i].len = le32_to_cpu(store[i].len);
	}
	effects_init(&rule->effects, wire);
}
