/* SPDX-License-Identifier: MIT */
/*
 * The paths whose trace rings are compared. Each call's is another one and says at both ends which,
 * so that one that was cut, mixed with another or told twice is found. Knows neither who opens them
 * nor who tells of them.
 */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include <stddef.h>

/* its first characters; there is no such directory */
#define PATH_HEAD "/tmp/bench/"

/* characters of a path, without the NUL */
#define PATH_LEN_MIN 32
#define PATH_LEN_MAX 4000

/**
 * struct path - a path of a chosen length
 * @len: its characters, PATH_LEN_MIN .. PATH_LEN_MAX
 * @text: these and a NUL
 */
struct path {
	size_t len;
	char text[PATH_LEN_MAX + 1];
};

/** path_init() - the path of call 0. @len: see struct path. */
void path_init(struct path *path, size_t len);

/** path_set_number() - make it the path of another call. @number: below 10^8. */
void path_set_number(struct path *path, unsigned long number);

/**
 * struct path_reader - what somebody tells of calls
 * @next: number of the first call that was not told of
 * @nr_right: calls whose path was told whole
 * @path: what the last one must have been; of length 0 before the first
 *
 * Zeroed at the start.
 */
struct path_reader {
	unsigned long next;
	unsigned long nr_right;
	struct path path;
};

/** path_read() - count this text if it is the whole path of a call behind all before. @text: any
 * @len bytes. */
void path_read(struct path_reader *reader, const char *text, size_t len);

#endif
