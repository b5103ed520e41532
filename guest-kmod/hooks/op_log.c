// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/string.h>

#include "hooks/log.h"
#include "ops/op.h"

s64 op_log_open(struct op *op)
{
	__le64 *gpas = (__le64 *)op->scratch;
	int nr = log_open(op->size, gpas);

	BUILD_BUG_ON(PORTAL_MAX_LOGS * sizeof(*gpas) > PORTAL_DATA_SIZE);
	if (nr < 0)
		return nr;
	memcpy(op->data, gpas, nr * sizeof(*gpas));
	return nr * sizeof(*gpas);
}
