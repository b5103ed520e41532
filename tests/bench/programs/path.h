/* SPDX-License-Identifier: MIT */
/*
 * The paths by which traces are compared. Each call has a different path, with the number of the
 * call at both ends. So a path that is truncated, mixed with another one or repeated is detected.
 * Does not know who opens or traces them.
 */
#ifndef BENCH_PATH_H
#define BENCH_PATH_H

#include <stddef.h>

/* first characters of a path; the directory does not exist */
#define PATH_HEAD "/tmp/bench/"

/* characters of a path, without the NUL */
#define PATH_LEN_MIN 32
#define PATH_LEN_MAX 4000

/**
 * struct path - a path of a chosen length
 * @len: number of characters, PATH_LEN_MIN .. PATH_LEN_MAX
 * @text: the characters and a NUL
 */
struct path {
	size_t len;
	char text[PATH_LEN_MAX + 1];
};

/** path_init() - make the path of call 0. @len: see struct path. */
void path_init(struct path *path, size_t len);

/** path_set_number() - change it to the path of another call. @number: below 10^8. */
void path_set_number(struct path *path, unsigned long number);

/**
 * struct path_reader - reads a trace of calls
 * @next: number of the next call that is expected
 * @nr_right: calls with a complete path
 * @path: the expected path of the last call; of length 0 before the first call
 *
 * Zeroed at the start.
 */
struct path_reader {
	unsigned long next;
	unsigned long nr_right;
	struct path path;
};

/**
 * path_read() - count @text if it is the complete path of a call after all earlier ones. @text: any
 * @len bytes.
 */
void path_read(struct path_reader *reader, const char *text, size_t len);

#endif
