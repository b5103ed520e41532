/* SPDX-License-Identifier: MIT */
/*
 * The system calls that are measured, each with a check of its result. What watches or answers them
 * is somebody else's business.
 */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "path.h"

/**
 * struct caller - what the calls of one process need
 * @fd: a socket that is asked about an interface
 * @path: of the call that is made next
 * @number: of that call
 */
struct caller {
	int fd;
	struct path path;
	unsigned long number;
};

/**
 * struct syscall_event - a call by its name
 * @name: see calls.c
 * @path_len: characters of its path; 0: it has none, or always the same
 * @make: makes it; false when its result is not what it must be
 */
struct syscall_event {
	const char *name;
	size_t path_len;
	bool (*make)(struct caller *caller);
};

/** calls_find() - by its name. Return: NULL: there is none. */
const struct syscall_event *calls_find(const char *name);

/** calls_list() - the names, for a usage line on stderr. */
void calls_list(void);

/** calls_prepare() - make the caller; ends the program when it gets no socket. */
void calls_prepare(const struct syscall_event *call, struct caller *caller);

/**
 * calls_repeat() - make a call @n times
 *
 * Return: the nanoseconds that took. Ends the program when one result is wrong.
 */
uint64_t calls_repeat(const struct syscall_event *call, struct caller *caller, unsigned long n);

#endif
