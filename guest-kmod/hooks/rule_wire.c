// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/filter.h"
#include "hooks/hook_wire.h"
#include "hooks/rule_wire.h"

static bool place_is_valid(const struct portal_wire_place *place)
{
	u32 what = le32_to_cpu(place->what);

	if (what < PORTAL_PLACE_ARG || what > PORTAL_PLACE_RET)
		return false;
	if (what != PORTAL_PLACE_PTR_MEM && place->inner_offset)
		return false;
	if ((what == PORTAL_PLACE_ARG || what == PORTAL_PLACE_RET) && place->offset)
		return false;
	if (what == PORTAL_PLACE_RET)
		return !place->arg;
	return le32_to_cpu(place->arg) < PORTAL_NR_ARGS;
}

/* SUCCESS and ERROR are for results only, strings for arguments and memory only. */
static bool cmp_is_valid(u32 cmp, bool is_result)
{
	if (cmp == PORTAL_CMP_SUCCESS || cmp == PORTAL_CMP_ERROR)
		return is_result;
	return cmp != PORTAL_CMP_ANY && !(is_result && filter_is_string(cmp));
}

static bool cond_is_valid(const struct portal_wire_rule *wire,
			  const struct portal_wire_rule_cond *cond)
{
	bool is_result = le32_to_cpu(cond->place.what) == PORTAL_PLACE_RET;

	if (!place_is_valid(&cond->place))
		return false;
	if (is_result && le32_to_cpu(wire->when) != PORTAL_WHEN_RETURN)
		return false;
	return cmp_is_valid(le32_to_cpu(cond->match.cmp), is_result) &&
	       hook_wire_match_is_valid(&cond->match, rule_wire_bytes(wire),
					le32_to_cpu(wire->bytes_size));
}

static bool store_is_valid(const struct portal_wire_rule_store *store, u32 bytes_size)
{
	u32 what = le32_to_cpu(store->place.what);
	u32 off = le32_to_cpu(store->off), len = le32_to_cpu(store->len);

	if (what != PORTAL_PLACE_MEM && what != PORTAL_PLACE_PTR_MEM)
		return false;
	return place_is_valid(&store->place) && len > 0 && off <= bytes_size &&
	       len <= bytes_size - off;
}

static bool head_is_valid(const struct portal_wire_rule *wire)
{
	u32 when = le32_to_cpu(wire->when), generation = le32_to_cpu(wire->generation);
	bool is_return = when == PORTAL_WHEN_RETURN;
	u32 flags = is_return ? PORTAL_VERDICT_RET : PORTAL_VERDICT_SKIP;
	u32 args = is_return ? 0 : (1u << PORTAL_NR_ARGS) - 1;

	if (!wire->hook || wire->reserved || (when != PORTAL_WHEN_ENTER && !is_return))
		return false;
	if (le32_to_cpu(wire->slot) >= PORTAL_MAX_RULES || generation == 0 ||
	    generation >= PORTAL_RULE_GENERATIONS)
		return false;
	return !(le32_to_cpu(wire->flags) & ~flags) && !(le32_to_cpu(wire->arg_mask) & ~args);
}

static bool size_is_valid(const struct portal_wire_rule *wire, size_t size)
{
	u32 nr_conds = le32_to_cpu(wire->nr_conds), nr_stores = le32_to_cpu(wire->nr_stores);
	size_t fixed;

	if (nr_conds > PORTAL_MAX_RULE_CONDS || nr_stores > PORTAL_MAX_RULE_STORES)
		return false;
	fixed = sizeof(*wire) + nr_conds * sizeof(struct portal_wire_rule_cond) +
		nr_stores * sizeof(struct portal_wire_rule_store);
	return size >= fixed && size - fixed == le32_to_cpu(wire->bytes_size);
}

int rule_wire_check(const struct portal_wire_rule *wire, size_t size)
{
	u32 i;

	if (size < sizeof(*wire) || size > PORTAL_DATA_SIZE)
		return -EINVAL;
	if (!head_is_valid(wire) || !size_is_valid(wire, size))
		return -EINVAL;
	for (i = 0; i < le32_to_cpu(wire->nr_conds); i++)
		if (!cond_is_valid(wire, &rule_wire_conds(wire)[i]))
			return -EINVAL;
	for (i = 0; i < le32_to_cpu(wire->nr_stores); i++)
		if (!store_is_valid(&rule_wire_stores(wire)[i], le32_to_cpu(wire->bytes_size)))
			return -EINVAL;
	return 0;
}
