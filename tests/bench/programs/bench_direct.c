/* SPDX-License-Identifier: MIT */
/*
 * bench_direct ACCESS: lets the hook module make one access to present memory of this program, and
 * prints its duration in nanoseconds. Checks the bytes that the hook module writes.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "bench.h"

static const char *const names[BENCH_NR_ACCESSES] = {
	"read-64", "readv-64", "bulk-read", "bulk-write", "bulk-memcpy", "bulk-readv",
};

static unsigned int find(const char *name)
{
	unsigned int i;

	for (i = 0; i < BENCH_NR_ACCESSES && strcmp(names[i], name) != 0; i++)
		;
	return i;
}

int main(int argc, char *argv[])
{
	unsigned int access = argc == 2 ? find(argv[1]) : BENCH_NR_ACCESSES;
	uint8_t *bytes;
	int ns;

	if (access == BENCH_NR_ACCESSES) {
		fputs("usage: bench_direct ACCESS\n", stderr);
		return 2;
	}
	bytes = mmap(NULL, BENCH_BULK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	if (bytes == MAP_FAILED)
		bench_die("mmap");
	memset(bytes, access == BENCH_BULK_WRITE ? 0 : BENCH_BULK_BYTE, BENCH_BULK_SIZE);
	ns = prctl(BENCH_CONTROL, BENCH_DIRECT, access, bytes, 0);
	if (ns < 0)
		bench_die("bench_direct: the hook module");
	for (size_t i = 0; i < BENCH_BULK_SIZE; i++) {
		if (bytes[i] != BENCH_BULK_BYTE) {
			fprintf(stderr, "bench_direct: byte %zu was not written\n", i);
			return EXIT_FAILURE;
		}
	}
	printf("%d\n", ns);
	return EXIT_SUCCESS;
}
