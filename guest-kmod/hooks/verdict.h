/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A verdict as bytes: is it well formed, and which writes does it carry. It applies nothing. Pure:
 * also compiled and tested in user space.
 */
#ifndef GUEST_VERDICT_H
#define GUEST_VERDICT_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct verdict_write - one deferred write
 * @addr: user address
 * @data: the bytes
 * @len: their number, at least 1
 * @hook: id of the hook that staged it
 */
struct verdict_write {
	u64 addr;
	const u8 *data;
	u32 len;
	u32 hook;
};

/**
 * verdict_check() - is this a verdict that can be applied
 * @verdict: a private copy, aligned to 8
 * @size: its bytes, header and writes; any number
 * @is_return: it answers a return event
 * @writable_regs: registers a verdict may set, bit n = PORTAL_REG_* n
 *
 * Return: 0; -EINVAL it is cut short, has a flag, argument or register that it may not have, or its
 * writes do not add up.
 */
int __must_check verdict_check(const struct portal_wire_verdict *verdict, size_t size,
			       bool is_return, u64 writable_regs);

/**
 * verdict_next_write() - walk through the writes
 * @verdict: the copy; writes_size bytes follow it
 * @pos: 0 at first; moved to the next write
 * @ret_write: the write; points into @verdict
 *
 * Return: 1 there is one; 0 that was all; -EINVAL malformed.
 */
int __must_check verdict_next_write(const struct portal_wire_verdict *verdict, u32 *pos,
				    struct verdict_write *ret_write);

#endif /* GUEST_VERDICT_H */
