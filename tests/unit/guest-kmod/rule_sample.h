/* SPDX-License-Identifier: MIT */
/* Builds a rule in the wire format. */
#ifndef RULE_SAMPLE_H
#define RULE_SAMPLE_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct rule_sample - the parts of a rule
 * @head: the rule; rule_sample_encode() sets its counts
 * @conds, @stores, @rows, @bytes: the parts that follow it
 * @nr_conds, @nr_stores, @nr_rows, @bytes_size: number of entries and bytes in them
 */
struct rule_sample {
	struct portal_wire_rule head;
	struct portal_wire_rule_cond conds[PORTAL_MAX_RULE_CONDS + 1];
	struct portal_wire_rule_store stores[PORTAL_MAX_RULE_STORES + 1];
	struct portal_wire_rule_row rows[PORTAL_MAX_RULE_ROWS + 1];
	u8 bytes[PORTAL_DATA_SIZE];
	u32 nr_conds, nr_stores, nr_rows, bytes_size;
};

/** rule_sample_init() - make an empty rule of hook 7 at @when: generation 1, slot 0 */
void rule_sample_init(struct rule_sample *sample, u32 when);

/** rule_sample_place() - make a place */
struct portal_wire_place rule_sample_place(u32 what, u32 arg, s64 offset, s64 inner_offset);

/** rule_sample_cond() - add a condition on a number. Return: the condition, to modify. */
struct portal_wire_rule_cond *rule_sample_cond(struct rule_sample *sample,
					       struct portal_wire_place place, u32 cmp, u32 width,
					       u64 value);

/** rule_sample_str() - add a condition on a string. Return: the condition, to modify. */
struct portal_wire_rule_cond *rule_sample_str(struct rule_sample *sample,
					      struct portal_wire_place place, u32 cmp,
					      const char *str);

/** rule_sample_store() - add a store. Return: the store, to modify. */
struct portal_wire_rule_store *rule_sample_store(struct rule_sample *sample,
						 struct portal_wire_place place, const void *bytes,
						 u32 len);

/** rule_sample_key() - set the number that selects a row */
void rule_sample_key(struct rule_sample *sample, struct portal_wire_place place, u32 width);

/** rule_sample_row() - add a row. Return: the row, to modify. */
struct portal_wire_rule_row *rule_sample_row(struct rule_sample *sample, u64 value, s64 ret,
					     const void *bytes, u32 len);

/** rule_sample_encode() - write the rule to @buf of two pages. Return: its size. */
size_t rule_sample_encode(const struct rule_sample *sample, void *buf);

#endif
