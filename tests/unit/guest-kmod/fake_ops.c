/* SPDX-License-Identifier: MIT */
#include "fake_ops.h"

struct fake_ops fake_ops;

static s64 ran(const char *name, struct op *op)
{
	fake_ops.nr_runs++;
	fake_ops.last = name;
	op->cursor = fake_ops.cursor;
	if (fake_ops.act)
		fake_ops.act();
	return fake_ops.invalid ? op_invalid(op) : fake_ops.result;
}

#define FAKE(NAME, name, number, least, most) \
	s64 op_##name(struct op *op)          \
	{                                     \
		return ran(#NAME, op);        \
	}

PORTAL_ANSWERED_OPS(FAKE)
