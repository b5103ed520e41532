// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>

#include "ops/dispatch.h"

/* most = 0: the request has no payload, its size field is a parameter */
struct op_entry {
	op_fn *run;
	u32 least;
	u32 most;
};

#define FINAL_ENTRY(NAME, name, number, least_, most_) \
	[number] = { .least = (least_), .most = (most_) },
#define ENTRY(NAME, name, number, least_, most_) \
	[number] = { .run = op_##name, .least = (least_), .most = (most_) },

static const struct op_entry entries[PORTAL_NR_OPS] = { PORTAL_FINAL_OPS(FINAL_ENTRY)
								PORTAL_ANSWERED_OPS(ENTRY) };

int dispatch_check(u32 code, u64 size)
{
	if (code >= ARRAY_SIZE(entries))
		return -EOPNOTSUPP;
	if (entries[code].most == 0)
		return 0;
	if (size < entries[code].least || size > entries[code].most)
		return -EINVAL;
	return 0;
}

s64 op_invalid(struct op *op)
{
	op->resp = PORTAL_RESP_INVALID;
	return -EINVAL;
}

static s64 op_unknown(struct op *op)
{
	op->resp = PORTAL_RESP_UNKNOWN;
	return -EOPNOTSUPP;
}

static s64 run_checked(u32 code, struct op *op)
{
	int err = dispatch_check(code, op->size);

	if (err == -EOPNOTSUPP)
		return op_unknown(op);
	if (err < 0 || !entries[code].run)
		return op_invalid(op);
	return entries[code].run(op);
}

void dispatch_run(u32 code, struct op *op)
{
	op->resp = PORTAL_RESP_DONE;
	op->cursor = 0;
	op->result = run_checked(code, op);
}
