/* SPDX-License-Identifier: MIT */
/*
 * bench_paths: reads a trace of calls with paths of path.h, at most one path a line, and prints
 * right=N, the number of calls with a complete path.
 */
#include <string.h>

#include "bench.h"
#include "path.h"

/* all characters that a path may have */
#define PATH_CHARS "/abcdefghijklmnopqrstuvwxyz0123456789"

int main(void)
{
	struct path_reader reader = { 0 };
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) >= 0) {
		const char *path = strstr(line, PATH_HEAD);

		if (path)
			path_read(&reader, path, strspn(path, PATH_CHARS));
	}
	free(line);
	printf("right=%lu\n", reader.nr_right);
	return EXIT_SUCCESS;
}
