/* SPDX-License-Identifier: MIT */
/* Handlers that only record that they were called. */
#ifndef FAKE_OPS_H
#define FAKE_OPS_H

#include "ops/op.h"

/**
 * struct fake_ops - behaviour of the handlers, and record of their calls
 * @nr_runs: number of calls
 * @last: name of the last handler that was called
 * @result: result that they return
 * @cursor: cursor that they set
 * @invalid: they answer that a parameter is out of bounds
 * @act: if set, called by each handler
 */
struct fake_ops {
	unsigned int nr_runs;
	const char *last;
	s64 result;
	u64 cursor;
	bool invalid;
	void (*act)(void);
};

extern struct fake_ops fake_ops;

#endif
