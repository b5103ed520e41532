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
 * struct verdict_limits - what a verdict may change
 * @is_return: it answers a return event
 * @nr_args: arguments of the call, at most PORTAL_NR_ARGS
 * @regs: registers that it may set, bit n = PORTAL_REG_* n of the event's ABI
 */
struct verdict_limits {
	bool is_return;
	u32 nr_args;
	u64 regs;
};

/**
 * struct verdict_write - one deferred write
 * @addr: address of the program
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
 * @size: total size in bytes, with registers and writes; any number
 * @limits: what it may change
 *
 * Return: 0; -EINVAL: it is too short, changes a flag, argument or register that it must not
 * change, sets a register twice, or its registers and writes are malformed.
 */
int __must_check verdict_check(const struct portal_wire_verdict *verdict, size_t size,
			       const struct verdict_limits *limits);

/**
 * verdict_regs() - get the registers of a verdict
 * @verdict: checked, or at least nr_regs is
 *
 * Return: nr_regs entries.
 */
static inline const struct portal_wire_reg *verdict_regs(const struct portal_wire_verdict *verdict)
{
	return (const struct portal_wire_reg *)(verdict + 1);
}

/**
 * verdict_next_write() - get the next write of a verdict
 * @verdict: the copy, of which nr_regs is checked
 * @size: its total size in bytes
 * @pos: 0 for the first write; advanced to the next one
 * @ret_write: the write; points into @verdict
 *
 * Return: 1: @ret_write is set; 0: no more writes; -EINVAL: malformed.
 */
int __must_check verdict_next_write(const struct portal_wire_verdict *verdict, size_t size,
				    u32 *pos, struct verdict_write *ret_write);

#endif /* GUEST_VERDICT_H */
