// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "base/user_mem.h"
#include "ops/op.h"

/* A request for at least one byte that transferred nothing is a fault. */
static s64 transfer_result(size_t done, size_t wanted)
{
	return done == 0 && wanted > 0 ? -EFAULT : (s64)done;
}

s64 op_read(struct op *op)
{
	if (op->arg > op->room || op->payload_size)
		return op_invalid(op);
	return transfer_result(user_mem_read(op->addr, op->data, op->arg), op->arg);
}

s64 op_write(struct op *op)
{
	return transfer_result(user_mem_write(op->addr, op->payload, op->payload_size),
			       op->payload_size);
}

s64 op_read_str(struct op *op)
{
	ssize_t len;

	if (op->arg > op->room)
		return op_invalid(op);
	len = user_mem_read_str(op->addr, op->data, op->arg);
	if (len >= 0 && (u64)len == op->arg)
		op->cursor = op->addr + len;
	return len;
}
