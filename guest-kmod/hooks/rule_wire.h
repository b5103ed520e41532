/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validates the wire format of a rule and finds its parts. A rule that passes is used without
 * further checks. Pure: also compiled and tested in user space.
 */
#ifndef GUEST_RULE_WIRE_H
#define GUEST_RULE_WIRE_H

#include <linux/types.h>

#include <asm/byteorder.h>

#include <portal/wire.h>

/**
 * rule_wire_check() - check the payload of PORTAL_OP_RULE_ADD
 * @wire: a private copy, aligned to 8
 * @size: total size in bytes, with the parts that follow the struct; any number
 *
 * It does not check whether the hook exists.
 *
 * Return: 0; -EINVAL: malformed.
 */
int __must_check rule_wire_check(const struct portal_wire_rule *wire, size_t size);

/**
 * rule_wire_conds() - get the conditions
 * @wire: checked, or at least its size is
 */
static inline const struct portal_wire_rule_cond *
rule_wire_conds(const struct portal_wire_rule *wire)
{
	return (const struct portal_wire_rule_cond *)(wire + 1);
}

/**
 * rule_wire_stores() - get the stores
 * @wire: checked, or at least its size is
 */
static inline const struct portal_wire_rule_store *
rule_wire_stores(const struct portal_wire_rule *wire)
{
	return (const struct portal_wire_rule_store *)(rule_wire_conds(wire) +
						       le32_to_cpu(wire->nr_conds));
}

/**
 * rule_wire_rows() - get the rows; the bytes follow them
 * @wire: checked, or at least its size is
 */
static inline const struct portal_wire_rule_row *rule_wire_rows(const struct portal_wire_rule *wire)
{
	return (const struct portal_wire_rule_row *)(rule_wire_stores(wire) +
						     le32_to_cpu(wire->nr_stores));
}

/**
 * rule_wire_bytes() - get the strings and the bytes to store
 * @wire: checked, or at least its size is
 *
 * Return: bytes_size bytes.
 */
static inline const u8 *rule_wire_bytes(const struct portal_wire_rule *wire)
{
	return (const u8 *)(rule_wire_rows(wire) + le32_to_cpu(wire->nr_rows));
}

/**
 * rule_wire_tail_size() - get the size of rows and bytes
 * @wire: checked, or at least its size is
 */
static inline size_t rule_wire_tail_size(const struct portal_wire_rule *wire)
{
	return le32_to_cpu(wire->nr_rows) * sizeof(struct portal_wire_rule_row) +
	       le32_to_cpu(wire->bytes_size);
}

#endif /* GUEST_RULE_WIRE_H */
