/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule as bytes: is it well formed, and what does it carry. What passes here is used without
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
 * @size: its bytes, with all that follows the struct; any number
 *
 * Whether there is such a hook is not looked at.
 *
 * Return: 0; -EINVAL.
 */
int __must_check rule_wire_check(const struct portal_wire_rule *wire, size_t size);

/**
 * rule_wire_conds() - its conditions
 * @wire: checked, or its size is
 */
static inline const struct portal_wire_rule_cond *
rule_wire_conds(const struct portal_wire_rule *wire)
{
	return (const struct portal_wire_rule_cond *)(wire + 1);
}

/**
 * rule_wire_stores() - its stores
 * @wire: checked, or its size is
 */
static inline const struct portal_wire_rule_store *
rule_wire_stores(const struct portal_wire_rule *wire)
{
	return (const struct portal_wire_rule_store *)(rule_wire_conds(wire) +
						       le32_to_cpu(wire->nr_conds));
}

/**
 * rule_wire_bytes() - its strings, and what it stores
 * @wire: checked, or its size is
 *
 * Return: bytes_size bytes.
 */
static inline const u8 *rule_wire_bytes(const struct portal_wire_rule *wire)
{
	return (const u8 *)(rule_wire_stores(wire) + le32_to_cpu(wire->nr_stores));
}

#endif /* GUEST_RULE_WIRE_H */
