/* SPDX-License-Identifier: MIT */
/*
 * Numbers and names of the hook configurations that the benchmark measures, for the guest programs
 * and the hook module.
 */
#ifndef BENCH_CONFIGS_H
#define BENCH_CONFIGS_H

#include <string.h>

enum bench_config {
	BENCH_NONE = 0,
	BENCH_OTHERS_1, /* hooks on system calls that no program makes */
	BENCH_OTHERS_10,
	BENCH_OTHERS_100,
	BENCH_MISS_SCALAR, /* openat, with filters that do not match */
	BENCH_MISS_COMM,
	BENCH_MISS_PREFIX,
	BENCH_EMPTY,	   /* getppid, a callback that does nothing */
	BENCH_DECIDE,	   /* openat, 64 bytes read, denied */
	BENCH_BUFFERS,	   /* openat, the path read and compared */
	BENCH_ONE,	   /* openat of all tasks, the path read */
	BENCH_EVERY,	   /* every system call of all tasks */
	BENCH_RULE,	   /* the register read, answered by a rule */
	BENCH_TRACE,	   /* openat of bench_calls, traced with the path */
	BENCH_TRACE_EVERY, /* every system call of all tasks, traced */
	BENCH_NR_CONFIGS
};

static const char *const bench_config_names[BENCH_NR_CONFIGS] = {
	"none",	     "others-1",    "others-10", "others-100", "miss-scalar",
	"miss-comm", "miss-prefix", "empty",	 "decide",     "buffers",
	"one",	     "every",	    "rule",	 "trace",      "trace-every",
};

/**
 * bench_config_find() - find a configuration by name. Return: its number; BENCH_NR_CONFIGS: not
 * found.
 */
static inline unsigned int bench_config_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < BENCH_NR_CONFIGS && strcmp(bench_config_names[i], name) != 0; i++)
		;
	return i;
}

#endif
