/* SPDX-License-Identifier: MIT */
/* bench_time COMMAND...: prints the duration of COMMAND in nanoseconds, from fork() to its end. */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static _Noreturn void run(char *argv[])
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		bench_die("/dev/null");
	execvp(argv[0], argv);
	bench_die(argv[0]);
}

int main(int argc, char *argv[])
{
	uint64_t start = bench_now_ns();
	int status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0)
		run(argv + 1);
	if (waitpid(child, &status, 0) < 0)
		bench_die("waitpid");
	if (status != 0) {
		fprintf(stderr, "bench_time: %s ended with %#x\n", argv[1], (unsigned int)status);
		return EXIT_FAILURE;
	}
	printf("%llu\n", (unsigned long long)(bench_now_ns() - start));
	return EXIT_SUCCESS;
}
