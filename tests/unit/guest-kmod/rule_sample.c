/* SPDX-License-Identifier: MIT */
#include "rule_sample.h"

void rule_sample_init(struct rule_sample *sample, u32 when)
{
	memset(sample, 0, sizeof(*sample));
	sample->head.hook = cpu_to_le32(7);
	sample->head.generation = cpu_to_le32(1);
	sample->head.when = cpu_to_le32(when);
}

struct portal_wire_place rule_sample_place(u32 what, u32 arg, s64 offset, s64 inner_offset)
{
	return (struct portal_wire_place){
		.what = cpu_to_le32(what),
		.arg = cpu_to_le32(arg),
		.offset = cpu_to_le64((u64)offset),
		.inner_offset = cpu_to_le64((u64)inner_offset),
	};
}

struct portal_wire_rule_cond *rule_sample_cond(struct rule_sample *sample,
					       struct portal_wire_place place, u32 cmp, u32 width,
					       u64 value)
{
	struct portal_wire_rule_cond *cond = &sample->conds[sample->nr_conds++];

	cond->place = place;
	cond->match.cmp = cpu_to_le32(cmp);
	cond->match.width = cpu_to_le32(width);
	cond->match.value = cpu_to_le64(value);
	return cond;
}

static u32 add_bytes(struct rule_sample *sample, const void *bytes, size_t len)
{
	u32 off = sample->bytes_size;

	memcpy(sample->bytes + off, bytes, len);
	sample->bytes_size += (u32)len;
	return cpu_to_le32(off);
}

struct portal_wire_rule_cond *rule_sample_str(struct rule_sample *sample,
					      struct portal_wire_place place, u32 cmp,
					      const char *str)
{
	struct portal_wire_rule_cond *cond = rule_sample_cond(sample, place, cmp, 0, 0);

	cond->match.str_off = add_bytes(sample, str, strlen(str));
	cond->match.str_len = cpu_to_le32((u32)strlen(str));
	return cond;
}

struct portal_wire_rule_store *rule_sample_store(struct rule_sample *sample,
						 struct portal_wire_place place, const void *bytes,
						 u32 len)
{
	struct portal_wire_rule_store *store = &sample->stores[sample->nr_stores++];

	store->place = place;
	store->off = add_bytes(sample, bytes, len);
	store->len = cpu_to_le32(len);
	return store;
}

void rule_sample_key(struct rule_sample *sample, struct portal_wire_place place, u32 width)
{
	sample->head.key = place;
	sample->head.key_width = cpu_to_le32(width);
}

struct portal_wire_rule_row *rule_sample_row(struct rule_sample *sample, u64 value, s64 ret,
					     const void *bytes, u32 len)
{
	struct portal_wire_rule_row *row = &sample->rows[sample->nr_rows++];

	row->value = cpu_to_le64(value);
	row->ret = cpu_to_le64((u64)ret);
	row->off = add_bytes(sample, bytes, len);
	row->len = cpu_to_le32(len);
	return row;
}

static u8 *put(u8 *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

size_t rule_sample_encode(const struct rule_sample *sample, void *buf)
{
	struct portal_wire_rule head = sample->head;
	u8 *at = buf;

	head.nr_conds = cpu_to_le32(sample->nr_conds);
	head.nr_stores = cpu_to_le32(sample->nr_stores);
	head.nr_rows = cpu_to_le32(sample->nr_rows);
	head.bytes_size = cpu_to_le32(sample->bytes_size);
	at = put(at, &head, sizeof(head));
	at = put(at, sample->conds, sample->nr_conds * sizeof(sample->conds[0]));
	at = put(at, sample->stores, sample->nr_stores * sizeof(sample->stores[0]));
	at = put(at, sample->rows, sample->nr_rows * sizeof(sample->rows[0]));
	at = put(at, sample->bytes, sample->bytes_size);
	return (size_t)(at - (u8 *)buf);
}
