/* SPDX-License-Identifier: MIT */
#include "hooks/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "hooks/hook.h"

_Static_assert(PORTAL_RULE_ARG == PORTAL_PLACE_ARG, "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_RULE_MEM == PORTAL_PLACE_MEM, "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_RULE_PTR_MEM == PORTAL_PLACE_PTR_MEM,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_RULE_RET == PORTAL_PLACE_RET, "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_RULE_SKIP == PORTAL_VERDICT_SKIP, "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_RULE_SET_RET == PORTAL_VERDICT_RET, "numbers of the SDK and the wire agree");

#define NR_ARGS	 ARRAY_SIZE(((struct portal_rule *)0)->args)
#define ALL_ARGS ((1u << NR_ARGS) - 1)

/* ---- checking a description ---- */

static int check_place(const struct portal_rule_place *place, const struct portal_rule *desc)
{
	bool is_memory = place->what == PORTAL_RULE_MEM || place->what == PORTAL_RULE_PTR_MEM;

	if (place->what < PORTAL_RULE_ARG || place->what > PORTAL_RULE_RET)
		return -EINVAL;
	if (place->arg >= NR_ARGS || (!is_memory && place->offset != 0))
		return -EINVAL;
	if (place->what != PORTAL_RULE_PTR_MEM && place->inner_offset != 0)
		return -EINVAL;
	if (place->what == PORTAL_RULE_RET)
		return place->arg != 0 || desc->when != PORTAL_ON_RETURN ? -EINVAL : 0;
	return 0;
}

static int check_cond(const struct portal_rule_cond *cond, const struct portal_rule *desc)
{
	const bool is_result = cond->place.what == PORTAL_RULE_RET;
	const struct portal_match *match = &cond->match;

	if (check_place(&cond->place, desc) < 0 || hook_check_match(match) < 0)
		return -EINVAL;
	/* only a result can be an error, and a result is not a string */
	if (match->cmp == PORTAL_MATCH_SUCCESS || match->cmp == PORTAL_MATCH_ERROR)
		return is_result ? 0 : -EINVAL;
	return match->cmp == PORTAL_MATCH_ANY || (is_result && hook_is_string_match(match))
		       ? -EINVAL
		       : 0;
}

static int check_store(const struct portal_rule_store *store, const struct portal_rule *desc)
{
	if (store->place.what != PORTAL_RULE_MEM && store->place.what != PORTAL_RULE_PTR_MEM)
		return -EINVAL;
	if (store->reserved != 0 || store->len == 0 ||
	    (!store->bytes && store->len > sizeof(store->value)))
		return -EINVAL;
	return check_place(&store->place, desc);
}

static int check_effects(const struct portal_rule *desc)
{
	bool is_return = desc->when == PORTAL_ON_RETURN;

	if (desc->flags & ~(is_return ? PORTAL_RULE_SET_RET : PORTAL_RULE_SKIP))
		return -EINVAL;
	return desc->arg_mask & ~(is_return ? 0 : ALL_ARGS) ? -EINVAL : 0;
}

static int check(const struct portal_hook *hook, const struct portal_rule *desc)
{
	if (desc->size != sizeof(*desc) || hook->flags & (PORTAL_HOOK_OBSERVE | PORTAL_HOOK_TRACE))
		return -EINVAL;
	if ((desc->when != PORTAL_ON_ENTER && desc->when != PORTAL_ON_RETURN) ||
	    !(desc->when & hook->when))
		return -EINVAL;
	if (desc->nr_conds > PORTAL_MAX_RULE_CONDS || desc->nr_stores > PORTAL_MAX_RULE_STORES)
		return -E2BIG;
	if ((desc->nr_conds > 0 && !desc->conds) || (desc->nr_stores > 0 && !desc->stores))
		return -EINVAL;
	for (uint32_t i = 0; i < desc->nr_conds; i++)
		if (check_cond(&desc->conds[i], desc) < 0)
			return -EINVAL;
	for (uint32_t i = 0; i < desc->nr_stores; i++)
		if (check_store(&desc->stores[i], desc) < 0)
			return -EINVAL;
	return check_effects(desc);
}

/* ---- the wire form ---- */

/* Get the size of all strings and stored bytes. Return: 0; -E2BIG: the rule exceeds a page. */
static int bytes_size(const struct portal_rule *desc, size_t *ret_size)
{
	size_t room = PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_rule) -
		      desc->nr_conds * sizeof(struct portal_wire_rule_cond) -
		      desc->nr_stores * sizeof(struct portal_wire_rule_store);
	size_t size = 0;

	for (uint32_t i = 0; i < desc->nr_conds; i++) {
		const struct portal_match *match = &desc->conds[i].match;
		size_t len = hook_is_string_match(match) ? strlen(match->str) : 0;

		if (len > room - size)
			return -E2BIG;
		size += len;
	}
	for (uint32_t i = 0; i < desc->nr_stores; i++) {
		if (desc->stores[i].len > room - size)
			return -E2BIG;
		size += desc->stores[i].len;
	}
	*ret_size = size;
	return 0;
}

static struct portal_wire_place encode_place(const struct portal_rule_place *place)
{
	return (struct portal_wire_place){
		.what = htole32(place->what),
		.arg = htole32(place->arg),
		.offset = htole64((uint64_t)place->offset),
		.inner_offset = htole64((uint64_t)place->inner_offset),
	};
}

/* Encode the conditions at @at, and append their strings to @bytes. */
static void encode_conds(const struct portal_rule *desc, uint8_t *at, uint8_t *bytes, size_t *used)
{
	for (uint32_t i = 0; i < desc->nr_conds; i++, at += sizeof(struct portal_wire_rule_cond)) {
		struct portal_wire_rule_cond wire = { .place =
							      encode_place(&desc->conds[i].place) };

		hook_encode_match(&desc->conds[i].match, &wire.match, (char *)bytes, used);
		memcpy(at, &wire, sizeof(wire));
	}
}

/* Encode the stores at @at, and append their data to @bytes. */
static void encode_stores(const struct portal_rule *desc, uint8_t *at, uint8_t *bytes, size_t used)
{
	for (uint32_t i = 0; i < desc->nr_stores;
	     i++, at += sizeof(struct portal_wire_rule_store)) {
		const struct portal_rule_store *store = &desc->stores[i];
		const uint64_t value = htole64(store->value);
		const struct portal_wire_rule_store wire = {
			.place = encode_place(&store->place),
			.off = htole32((uint32_t)used),
			.len = htole32(store->len),
		};

		memcpy(at, &wire, sizeof(wire));
		memcpy(bytes + used, store->bytes ? store->bytes : &value, store->len);
		used += store->len;
	}
}

static int prepare_wire(struct installed_rule *rule, const struct portal_rule *desc)
{
	const size_t conds = desc->nr_conds * sizeof(struct portal_wire_rule_cond);
	const size_t stores = desc->nr_stores * sizeof(struct portal_wire_rule_store);
	struct portal_wire_rule wire = {
		.when = htole32(desc->when),
		.flags = htole32(desc->flags),
		.arg_mask = htole32(desc->arg_mask),
		.nr_conds = htole32(desc->nr_conds),
		.nr_stores = htole32(desc->nr_stores),
		.ret = htole64((uint64_t)desc->ret),
	};
	size_t size, used = 0;
	uint8_t *bytes;
	int ret = bytes_size(desc, &size);

	if (ret < 0)
		return ret;
	rule->wire_len = sizeof(wire) + conds + stores + size;
	rule->wire = calloc(1, rule->wire_len);
	if (!rule->wire)
		return -ENOMEM;
	wire.bytes_size = htole32((uint32_t)size);
	for (size_t i = 0; i < NR_ARGS; i++)
		wire.args[i] = htole64(desc->args[i]);
	memcpy(rule->wire, &wire, sizeof(wire));
	bytes = rule->wire + sizeof(wire) + conds + stores;
	encode_conds(desc, rule->wire + sizeof(wire), bytes, &used);
	encode_stores(desc, rule->wire + sizeof(wire) + conds, bytes, used);
	return 0;
}

int rule_create(const struct portal_hook *hook, const struct portal_rule *desc,
		struct installed_rule **ret_rule)
{
	struct installed_rule *rule;
	int ret = check(hook, desc);

	if (ret < 0)
		return ret;
	rule = calloc(1, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	rule->refs = 1;
	ret = prepare_wire(rule, desc);
	if (ret < 0) {
		rule_put(rule);
		return ret;
	}
	*ret_rule = rule;
	return 0;
}

void rule_put(struct installed_rule *rule)
{
	if (--rule->refs > 0)
		return;
	free(rule->wire);
	free(rule);
}

size_t rule_encode(const struct installed_rule *rule, uint8_t *buf)
{
	struct portal_wire_rule wire;

	memcpy(&wire, rule->wire, sizeof(wire));
	wire.hook = htole32(rule->hook->id);
	wire.slot = htole32(rule->slot);
	wire.generation = htole32(rule->generation);
	memcpy(buf, &wire, sizeof(wire));
	memcpy(buf + sizeof(wire), rule->wire + sizeof(wire), rule->wire_len - sizeof(wire));
	return rule->wire_len;
}
