// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/hook_wire.h"
#include "hooks/table.h"
#include "hooks/trace.h"
#include "ops/op.h"
#include "syscalls/table.h"

s64 op_syscall_names(struct op *op)
{
	int table = syscall_table_of_abi(op->arg);
	size_t len, used = 0;
	const char *name;
	u64 nr;

	if (table < 0)
		return table;
	for (nr = op->addr; nr < syscall_table_len(table); nr++) {
		name = syscall_table_name(table, nr);
		len = strlen(name) + 1;
		if (len > op->room - used) {
			op->cursor = nr;
			break;
		}
		memcpy(op->data + used, name, len);
		used += len;
	}
	return used;
}

s64 op_hook_add(struct op *op)
{
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)op->scratch;
	int err;

	memcpy(op->scratch, op->payload, op->payload_size);
	err = hook_wire_check(wire, op->payload_size);
	if (!err && le32_to_cpu(wire->flags) & PORTAL_HOOK_F_TRACE && !trace_is_open())
		err = -EINVAL;
	return err ? err : hook_table_add(wire, &op->cursor);
}

static bool is_id(u64 number)
{
	return number > 0 && number <= U32_MAX;
}

s64 op_hook_del(struct op *op)
{
	return is_id(op->addr) ? hook_table_del(op->addr) : -ENOENT;
}

s64 op_hook_enable(struct op *op)
{
	if (op->arg > 1)
		return -EINVAL;
	return is_id(op->addr) ? hook_table_enable(op->addr, op->arg) : -ENOENT;
}
