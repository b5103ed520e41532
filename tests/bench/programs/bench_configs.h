/* SPDX-License-Identifier: MIT */
/* The configurations of hooks that the benchmark measures: their numbers and names, for guest and
 * module. */
#ifndef BENCH_CONFIGS_H
#define BENCH_CONFIGS_H

#include <string.h>

enum bench_config {
	BENCH_NONE = 0,
	BENCH_OTHERS_1, /* hooks on calls that nobody makes */
	BENCH_OTHERS_10,
	BENCH_OTHERS_100,
	BENCH_MISS_SCALAR, /* openat, filters that say no */
	BENCH_MISS_COMM,
	BENCH_MISS_PREFIX,
	BENCH_EMPTY,	   /* getppid, a callback that does nothing */
	BENCH_DECIDE,	   /* openat, 64 bytes read, denied */
	BENCH_BUFFERS,	   /* openat, the path compared with what it must be */
	BENCH_ONE,	   /* openat of everybody, the path read */
	BENCH_EVERY,	   /* every call of everybody */
	BENCH_RULE,	   /* the register read, answered by rule */
	BENCH_TRACE,	   /* openat of bench_calls, the path read, by a trace */
	BENCH_TRACE_EVERY, /* every call of everybody, by a trace */
	BENCH_NR_CONFIGS
};

static const char *const bench_config_names[BENCH_NR_CONFIGS] = {
	"none",	     "others-1",    "others-10", "others-100", "miss-scalar",
	"miss-comm", "miss-prefix", "empty",	 "decide",     "buffers",
	"one",	     "every",	    "rule",	 "trace",      "trace-every",
};

/** bench_config_find() - number of a configuration by its name. Return: BENCH_NR_CONFIGS: there is
 * none. */
static inline unsigned int bench_config_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < BENCH_NR_CONFIGS && strcmp(bench_config_names[i], name) != 0; i++)
		;
	return i;
}

#endif
