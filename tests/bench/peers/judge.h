/* SPDX-License-Identifier: MIT */
/*
 * How a supervisor in user space answers a system call: it reads the task's memory and gives a
 * result.
 */
#ifndef BENCH_JUDGE_H
#define BENCH_JUDGE_H

#include <stdint.h>
#include <sys/types.h>

/**
 * struct judge - a kind of answer
 * @name: name on the command line: "denied" or "register", see calls.c
 * @nr: number of the system call
 * @answer: the result for a call of @pid with @args: 0 or negative errno; 1: let it run
 */
struct judge {
	const char *name;
	uint32_t nr;
	int (*answer)(pid_t pid, const uint64_t args[6]);
};

/** judge_find() - find an answer by name. Return: NULL: not found. */
const struct judge *judge_find(const char *name);

#endif
