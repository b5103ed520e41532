// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/string.h>

#include "hooks/trace.h"
#include "ops/op.h"

s64 op_trace_open(struct op *op)
{
	__le64 *gpas = (__le64 *)op->scratch;
	int nr = trace_open(op->arg, gpas);

	BUILD_BUG_ON(PORTAL_MAX_TRACE_RINGS * sizeof(*gpas) > PORTAL_DATA_SIZE);
	if (nr < 0)
		return nr;
	memcpy(op->data, gpas, nr * sizeof(*gpas));
	return nr * sizeof(*gpas);
}
