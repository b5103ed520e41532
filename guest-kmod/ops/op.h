/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One operation: what the host asked for and what it is answered. The handlers of one family are in
 * one op_*.c; they carry an operation out in the context of the current task, and do not know how
 * requests come and answers go. Their bounds on the payload are those of <portal/ops.h> and have
 * been checked before; what addr and size mean is said there as well.
 */
#ifndef GUEST_OP_H
#define GUEST_OP_H

#include <linux/types.h>

#include <portal/ops.h>
#include <portal/wire.h>

/**
 * struct op - an operation under way
 * @addr: the request's address or parameter
 * @size: the request's size or parameter
 * @data: shared bytes: the request's payload, later the answer's
 * @room: bytes of @data
 * @scratch: PORTAL_PAGE_SIZE private bytes
 * @resp: PORTAL_RESP_* of the answer
 * @result: signed result of the answer
 * @cursor: where to go on, 0 = nothing is left
 */
struct op {
	u64 addr;
	u64 size;
	u8 *data;
	u32 room;
	u8 *scratch;
	u32 resp;
	s64 result;
	u64 cursor;
};

/**
 * typedef op_fn - carry out one operation
 * @op: request, and the cursor of the answer
 *
 * Context: process, may sleep; user memory is that of the current task.
 * Return: the answer's signed result.
 */
typedef s64 op_fn(struct op *op);

/**
 * op_invalid() - answer that a parameter is out of bounds
 * @op: the operation
 *
 * Return: -EINVAL, for the handler to return.
 */
s64 op_invalid(struct op *op);

/* op_read(), op_write(), ...: a handler for each operation */
#define PORTAL_OP_HANDLER(NAME, name, number, least, most) op_fn op_##name;
PORTAL_ANSWERED_OPS(PORTAL_OP_HANDLER)
#undef PORTAL_OP_HANDLER

#endif /* GUEST_OP_H */
