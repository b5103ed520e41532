/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validates the wire format of a verdict and iterates over its writes. It applies nothing. Pure:
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
 * verdict_check() - check a verdict
 * @verdict: a private copy, aligned to 8
 * @size: total size in bytes, header and writes; any number
 * @is_return: it answers a return event
 * @writable_regs: registers that a verdict may set, bit n = PORTAL_REG_* n
 *
 * Return: 0; -EINVAL: it is too short, changes a flag, argument or register that it must not
 * change, or its writes are malformed.
 */
int __must_check verdict_check(const struct portal_wire_verdict *verdict, size_t size,
			       bool is_return, u64 writable_regs);

/**
 * verdict_next_write() - get the next write of a verdict
 * @verdict: the copy, followed by writes_size bytes
 * @pos: 0 for the first write; advanced to the next one
 * @ret_write: the write; points into @verdict
 *
 * Return: 1: @ret_write is set; 0: no more writes; -EINVAL: malformed.
 */
int __must_check verdict_next_write(const struct portal_wire_verdict *verdict, u32 *pos,
				    struct verdict_write *ret_write);

#endif /* GUEST_VERDICT_H */
