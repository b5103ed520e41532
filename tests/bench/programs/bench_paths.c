/* SPDX-License-Identifier: MIT */
/*
 * bench_paths: reads what somebody has told of calls with paths of path.h, at most one a line, and
 * prints right=N, the number of calls whose path is there whole.
 */
#include <string.h>

#include "bench.h"
#include "path.h"

/* all that a path can consist of */
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
