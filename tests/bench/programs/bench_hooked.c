/* SPDX-License-Identifier: MIT */
/*
 * bench_hooked CONFIG COMMAND...: runs COMMAND with the hooks of configuration CONFIG and ends with
 * its status. With -c, prints the number of events with correct data after the output of COMMAND.
 */
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "bench_configs.h"

#define SETTLE_US 500000

static void set_config(unsigned int config)
{
	if (prctl(BENCH_CONTROL, BENCH_SET, config, 0, 0) != 0)
		bench_die("bench_hooked: the hook module does not answer");
}

static int run(char *argv[])
{
	int status;
	pid_t child = fork();

	if (child < 0)
		bench_die("fork");
	if (child == 0) {
		execvp(argv[0], argv);
		bench_die(argv[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		bench_die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	int at = argc > 1 && strcmp(argv[1], "-c") == 0 ? 2 : 1;
	int status, right;
	unsigned int config = argc > at + 1 ? bench_config_find(argv[at]) : BENCH_NR_CONFIGS;

	if (config == BENCH_NR_CONFIGS) {
		fputs("usage: bench_hooked [-c] CONFIG COMMAND...\n", stderr);
		return 2;
	}
	set_config(config);
	status = run(argv + at + 1);
	/* trace records are read with a delay */
	if (at == 2)
		usleep(SETTLE_US);
	right = prctl(BENCH_CONTROL, BENCH_COUNT, 0, 0, 0);
	set_config(BENCH_NONE);
	if (at == 2)
		printf("right=%d\n", right);
	return status;
}
