// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/string.h>

#include "hooks/rule_slots.h"
#include "hooks/rule_wire.h"
#include "hooks/table.h"
#include "ops/op.h"

s64 op_rule_open(struct op *op)
{
	phys_addr_t gpa;
	int err;

	err = rule_slots_open(&gpa);
	if (!err)
		op->cursor = gpa;
	return err;
}

s64 op_rule_add(struct op *op)
{
	const struct portal_wire_rule *wire = (const struct portal_wire_rule *)op->scratch;
	struct portal_rule_slot *slot;
	int err;

	memcpy(op->scratch, op->payload, op->payload_size);
	err = rule_wire_check(wire, op->payload_size);
	if (err)
		return err;
	slot = rule_slots_get(le32_to_cpu(wire->slot));
	return slot ? hook_table_add_rule(wire, slot) : -EINVAL;
}

s64 op_rule_del(struct op *op)
{
	return op->addr < PORTAL_MAX_RULES ? hook_table_del_rule(op->addr) : -ENOENT;
}
