/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One operation: the host's request and the answer. The handlers of one family are in one file.
 * They carry out an operation in the context of the current task and do not know how requests and
 * answers are transported. <portal/ops.h> describes addr, arg and payload. Before a handler runs,
 * the bounds of the payload are checked, and that parameters are 0 that it does not use.
 */
#ifndef GUEST_OP_H
#define GUEST_OP_H

#include <linux/types.h>

#include <portal/ops.h>
#include <portal/wire.h>

/**
 * struct op - an operation in progress
 * @addr: the request's first parameter
 * @arg: the request's second parameter
 * @payload: the request's payload; shared with the host, and in @data
 * @payload_size: bytes of @payload
 * @data: shared with the host: receives the bytes of the answer
 * @room: size of @data in bytes
 * @scratch: PORTAL_PAGE_SIZE private bytes
 * @dead: the task is dying: what is about its memory and files is -ESRCH
 * @resp: PORTAL_RESP_* of the answer
 * @result: signed result of the answer
 * @cursor: where a further operation continues, 0 = nothing is left
 */
struct op {
	u64 addr;
	u64 arg;
	const u8 *payload;
	u32 payload_size;
	u8 *data;
	u32 room;
	u8 *scratch;
	bool dead;
	u32 resp;
	s64 result;
	u64 cursor;
};

/**
 * typedef op_fn - carry out one operation
 * @op: the request; the handler writes data and cursor of the answer, after it has read the payload
 *
 * Context: process, may sleep; user memory is that of the current task.
 * Return: the answer's signed result.
 */
typedef s64 op_fn(struct op *op);

/**
 * op_invalid() - set the answer to PORTAL_RESP_INVALID: a parameter is out of bounds
 * @op: the operation
 *
 * Return: -EINVAL, for the handler to return.
 */
s64 op_invalid(struct op *op);

/* op_read(), op_write(), ...: the handler of each operation */
#define PORTAL_OP_HANDLER(NAME, name, number, least, most) op_fn op_##name;
PORTAL_ANSWERED_OPS(PORTAL_OP_HANDLER)
#undef PORTAL_OP_HANDLER

#endif /* GUEST_OP_H */
