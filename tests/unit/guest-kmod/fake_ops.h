/* SPDX-License-Identifier: MIT */
/* Handlers that only remember that they were called. */
#ifndef FAKE_OPS_H
#define FAKE_OPS_H

#include "ops/op.h"

/**
 * struct fake_ops - what the handlers do and what they have seen
 * @nr_runs: how many ran
 * @last: name of the last one
 * @result: what they return
 * @cursor: what they set
 * @invalid: they find a parameter out of bounds
 */
struct fake_ops {
	unsigned int nr_runs;
	const char *last;
	s64 result;
	u64 cursor;
	bool invalid;
};

extern struct fake_ops fake_ops;

#endif
