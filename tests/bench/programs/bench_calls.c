/* SPDX-License-Identifier: MIT */
/* bench_calls CALL N: makes a system call of calls.c N times and prints the nanoseconds for one. */
#include "bench.h"
#include "calls.h"

int main(int argc, char *argv[])
{
	const struct bench_call *call = argc == 3 ? calls_find(argv[1]) : NULL;
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct caller caller;

	if (!call || n == 0) {
		fputs("usage: bench_calls CALL N\n", stderr);
		calls_list();
		return 2;
	}
	calls_prepare(call, &caller);
	printf("%.1f\n", (double)calls_repeat(call, &caller, n) / (double)n);
	return EXIT_SUCCESS;
}
