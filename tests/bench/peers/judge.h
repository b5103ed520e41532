/* SPDX-License-Identifier: MIT */
/* What a supervisor in user space does with a call it was told of: reads its memory and answers it.
 */
#ifndef BENCH_JUDGE_H
#define BENCH_JUDGE_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct judge - a kind of answer
 * @name: as the command line has it: "denied" or "register", see bench_calls.c
 * @nr: the call
 * @answer: the result for a call of @pid with @args: 0 or negative errno; 1: let it run
 */
struct judge {
	const char *name;
	uint32_t nr;
	int (*answer)(pid_t pid, const uint64_t args[6]);
};

/** judge_find() - by its name. Return: NULL: there is none. */
const struct judge *judge_find(const char *name);

#endif
