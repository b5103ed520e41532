/* SPDX-License-Identifier: MIT */
/* A rule as the host sends it, under construction. */
#ifndef RULE_SAMPLE_H
#define RULE_SAMPLE_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct rule_sample - the parts of a rule
 * @head: the counts in it are filled in by rule_sample_encode()
 * @conds, @stores, @bytes: what follows it
 * @nr_conds, @nr_stores, @bytes_size: how much there is of each
 */
struct rule_sample {
	struct portal_wire_rule head;
	struct portal_wire_rule_cond conds[PORTAL_MAX_RULE_CONDS + 1];
	struct portal_wire_rule_store stores[PORTAL_MAX_RULE_STORES + 1];
	u8 bytes[PORTAL_DATA_SIZE];
	u32 nr_conds, nr_stores, bytes_size;
};

/** rule_sample_init() - generation 1 in slot 0, of hook 7 at @when, with nothing in it */
void rule_sample_init(struct rule_sample *sample, u32 when);

/** rule_sample_place() - a place */
struct portal_wire_place rule_sample_place(u32 what, u32 arg, s64 offset, s64 inner_offset);

/** rule_sample_cond() - one more condition on a number. Return: to be spoilt. */
struct portal_wire_rule_cond *rule_sample_cond(struct rule_sample *sample,
					       struct portal_wire_place place, u32 cmp, u32 width,
					       u64 value);

/** rule_sample_str() - one more condition on a string. Return: to be spoilt. */
struct portal_wire_rule_cond *rule_sample_str(struct rule_sample *sample,
					      struct portal_wire_place place, u32 cmp,
					      const char *str);

/** rule_sample_store() - one more store. Return: to be spoilt. */
struct portal_wire_rule_store *rule_sample_store(struct rule_sample *sample,
						 struct portal_wire_place place, const void *bytes,
						 u32 len);

/** rule_sample_encode() - put it together in @buf of PORTAL_PAGE_SIZE. Return: its bytes. */
size_t rule_sample_encode(const struct rule_sample *sample, void *buf);

#endif
