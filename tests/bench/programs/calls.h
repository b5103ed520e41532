/* SPDX-License-Identifier: MIT */
/*
 * The system calls that are measured, each with a check of its result. Does not know who watches or
 * answers them.
 */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "path.h"

/**
 * struct caller - state of one process that makes calls
 * @fd: a socket for the ioctl()
 * @path: path of the next call
 * @number: number of the next call
 */
struct caller {
	int fd;
	struct path path;
	unsigned long number;
};

/**
 * struct bench_call - a kind of system call
 * @name: see calls.c
 * @path_len: characters of its path; 0: no path, or always the same
 * @make: make the call. Return: its result is correct
 */
struct bench_call {
	const char *name;
	size_t path_len;
	bool (*make)(struct caller *caller);
};

/** calls_find() - find a call by name. Return: NULL: not found. */
const struct bench_call *calls_find(const char *name);

/** calls_list() - print the names to stderr, for a usage message. */
void calls_list(void);

/** calls_prepare() - initialise @caller; ends the program if it gets no socket. */
void calls_prepare(const struct bench_call *call, struct caller *caller);

/**
 * calls_repeat() - make a call @n times
 *
 * Return: the duration in nanoseconds. Ends the program if a result is wrong.
 */
uint64_t calls_repeat(const struct bench_call *call, struct caller *caller, unsigned long n);

#endif
