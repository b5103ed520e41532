// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/verdict.h"

#define WRITE_ALIGN 8

int verdict_next_write(const struct portal_wire_verdict *verdict, size_t size, u32 *pos,
		       struct verdict_write *ret_write)
{
	const u8 *writes = (const u8 *)(verdict_regs(verdict) + le32_to_cpu(verdict->nr_regs));
	struct portal_wire_write wire;
	u32 len, padding, left = (const u8 *)verdict + size - writes - *pos;

	if (left == 0)
		return 0;
	if (left < sizeof(wire))
		return -EINVAL;
	memcpy(&wire, writes + *pos, sizeof(wire));
	left -= sizeof(wire);
	len = le32_to_cpu(wire.len);
	if (len == 0 || len > left)
		return -EINVAL;
	padding = -len % WRITE_ALIGN;
	if (padding > left - len)
		return -EINVAL;

	ret_write->addr = le64_to_cpu(wire.addr);
	ret_write->hook = le32_to_cpu(wire.hook);
	ret_write->len = len;
	ret_write->data = writes + *pos + sizeof(wire);
	if (memchr_inv(ret_write->data + len, 0, padding))
		return -EINVAL;
	*pos += sizeof(wire) + len + padding;
	return 1;
}

static int check_regs(const struct portal_wire_verdict *verdict, size_t size, u64 may_set)
{
	const struct portal_wire_reg *regs = verdict_regs(verdict);
	u32 i, reg, nr = le32_to_cpu(verdict->nr_regs);

	if (nr > (size - sizeof(*verdict)) / sizeof(*regs))
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		reg = le32_to_cpu(regs[i].reg);
		if (regs[i].reserved || reg >= PORTAL_NR_REGS || !(may_set & BIT_ULL(reg)))
			return -EINVAL;
		may_set &= ~BIT_ULL(reg);
	}
	return 0;
}

static int check_writes(const struct portal_wire_verdict *verdict, size_t size)
{
	struct verdict_write write;
	u32 pos = 0, nr_writes = 0;
	int more;

	while ((more = verdict_next_write(verdict, size, &pos, &write)) > 0)
		nr_writes++;
	if (more < 0)
		return more;
	return nr_writes == le32_to_cpu(verdict->nr_writes) ? 0 : -EINVAL;
}

int verdict_check(const struct portal_wire_verdict *verdict, size_t size,
		  const struct verdict_limits *limits)
{
	u32 flags = limits->is_return ? PORTAL_VERDICT_RET : PORTAL_VERDICT_SKIP;
	u32 args = limits->is_return ? 0 : (1u << limits->nr_args) - 1;
	int err;

	if (size < sizeof(*verdict) || size > PORTAL_DATA_SIZE)
		return -EINVAL;
	if (le32_to_cpu(verdict->flags) & ~flags || le32_to_cpu(verdict->arg_mask) & ~args)
		return -EINVAL;
	err = check_regs(verdict, size, limits->regs);
	return err ? err : check_writes(verdict, size);
}
