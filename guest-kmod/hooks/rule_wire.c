// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/filter.h"
#include "hooks/hook_wire.h"
#include "hooks/rule_wire.h"

static bool width_is_valid(u32 width)
{
	return width == 1 || width == 2 || width == 4 || width == 8;
}

static bool is_memory(u32 what)
{
	return what == PORTAL_PLACE_MEM || what == PORTAL_PLACE_PTR_MEM;
}

static bool place_is_valid(const struct portal_wire_place *place)
{
	u32 what = le32_to_cpu(place->what);

	if (what < PORTAL_PLACE_ARG || what > PORTAL_PLACE_HITS)
		return false;
	if (what != PORTAL_PLACE_PTR_MEM && place->inner_offset)
		return false;
	if (!is_memory(what) && place->offset)
		return false;
	if (what == PORTAL_PLACE_RET || what == PORTAL_PLACE_HITS)
		return !place->arg;
	return le32_to_cpu(place->arg) < PORTAL_NR_ARGS;
}

/* SUCCESS and ERROR are for results only, strings for arguments and memory only. */
static bool cmp_is_valid(u32 cmp, u32 what)
{
	if (cmp == PORTAL_CMP_SUCCESS || cmp == PORTAL_CMP_ERROR)
		return what == PORTAL_PLACE_RET;
	if (filter_is_string(cmp))
		return what == PORTAL_PLACE_ARG || is_memory(what);
	return cmp != PORTAL_CMP_ANY;
}

static bool cond_is_valid(const struct portal_wire_rule *wire,
			  const struct portal_wire_rule_cond *cond)
{
	u32 what = le32_to_cpu(cond->place.what);

	if (!place_is_valid(&cond->place))
		return false;
	if (what == PORTAL_PLACE_RET && le32_to_cpu(wire->when) != PORTAL_WHEN_RETURN)
		return false;
	return cmp_is_valid(le32_to_cpu(cond->match.cmp), what) &&
	       hook_wire_match_is_valid(&cond->match, rule_wire_bytes(wire),
					le32_to_cpu(wire->bytes_size));
}

static bool is_range(__le32 off, __le32 len, u32 size)
{
	return le32_to_cpu(off) <= size && le32_to_cpu(len) <= size - le32_to_cpu(off);
}

/* With rows, the first store is of bytes of a row, and its own are unused. */
static bool store_is_valid(const struct portal_wire_rule *wire, u32 n)
{
	const struct portal_wire_rule_store *store = &rule_wire_stores(wire)[n];
	u32 flags = le32_to_cpu(store->flags);

	if (!is_memory(le32_to_cpu(store->place.what)) || !place_is_valid(&store->place))
		return false;
	if (flags & ~PORTAL_STORE_F_HITS || store->reserved)
		return false;
	if (n == 0 && wire->nr_rows)
		return !flags;
	if (flags & PORTAL_STORE_F_HITS)
		return !store->off && width_is_valid(le32_to_cpu(store->len));
	return store->len && is_range(store->off, store->len, le32_to_cpu(wire->bytes_size));
}

/* Without a store there is no place for bytes of a row. */
static bool row_is_valid(const struct portal_wire_rule *wire,
			 const struct portal_wire_rule_row *row)
{
	return is_range(row->off, row->len, le32_to_cpu(wire->bytes_size)) &&
	       (!row->len || wire->nr_stores);
}

static bool key_is_valid(const struct portal_wire_rule *wire)
{
	u32 what = le32_to_cpu(wire->key.what);

	if (!wire->nr_rows)
		return !wire->key_width && !memchr_inv(&wire->key, 0, sizeof(wire->key));
	if (!width_is_valid(le32_to_cpu(wire->key_width)))
		return false;
	return (what == PORTAL_PLACE_ARG || is_memory(what)) && place_is_valid(&wire->key);
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
	u32 nr_rows = le32_to_cpu(wire->nr_rows);
	size_t fixed;

	if (nr_conds > PORTAL_MAX_RULE_CONDS || nr_stores > PORTAL_MAX_RULE_STORES ||
	    nr_rows > PORTAL_MAX_RULE_ROWS)
		return false;
	fixed = sizeof(*wire) + nr_conds * sizeof(struct portal_wire_rule_cond) +
		nr_stores * sizeof(struct portal_wire_rule_store) +
		nr_rows * sizeof(struct portal_wire_rule_row);
	return size >= fixed && size - fixed == le32_to_cpu(wire->bytes_size);
}

int rule_wire_check(const struct portal_wire_rule *wire, size_t size)
{
	u32 i;

	if (size < sizeof(*wire) || size > PORTAL_REQUEST_ROOM)
		return -EINVAL;
	if (!head_is_valid(wire) || !size_is_valid(wire, size) || !key_is_valid(wire))
		return -EINVAL;
	for (i = 0; i < le32_to_cpu(wire->nr_conds); i++)
		if (!cond_is_valid(wire, &rule_wire_conds(wire)[i]))
			return -EINVAL;
	for (i = 0; i < le32_to_cpu(wire->nr_stores); i++)
		if (!store_is_valid(wire, i))
			return -EINVAL;
	for (i = 0; i < le32_to_cpu(wire->nr_rows); i++)
		if (!row_is_valid(wire, &rule_wire_rows(wire)[i]))
			return -EINVAL;
	return 0;
}
