/* SPDX-License-Identifier: MIT */
/*
 * bench_pair CALL N PROCESSES: starts PROCESSES processes, each on its own CPU, which make a system
 * call of calls.c N times at the same time. Prints the total number of calls per second, from the
 * first start to the last end.
 */
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "calls.h"

#define MAX_PROCESSES 8
#define WAIT_NS	      10000000000u /* limit for the start of the other processes */

/* shared by the processes; @nr_ready: processes that are ready to begin */
struct race {
	unsigned int nr_processes;
	atomic_uint nr_ready;
	struct {
		uint64_t start_ns, end_ns;
	} lanes[MAX_PROCESSES];
};

static void pin(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		bench_die("sched_setaffinity");
}

static void wait_for_others(struct race *race)
{
	uint64_t limit = bench_now_ns() + WAIT_NS;

	atomic_fetch_add(&race->nr_ready, 1);
	while (atomic_load(&race->nr_ready) < race->nr_processes) {
		if (bench_now_ns() > limit) {
			fputs("bench_pair: another process did not start\n", stderr);
			exit(EXIT_FAILURE);
		}
	}
}

/* @start_fd: a pipe that is closed when all processes have been started */
static _Noreturn void run(struct race *race, unsigned int lane, int start_fd,
			  const struct bench_call *call, unsigned long n)
{
	struct caller caller;
	char end;

	pin(lane);
	calls_prepare(call, &caller);
	if (read(start_fd, &end, 1) != 0)
		bench_die("start pipe");
	wait_for_others(race);
	race->lanes[lane].start_ns = bench_now_ns();
	calls_repeat(call, &caller, n);
	race->lanes[lane].end_ns = bench_now_ns();
	exit(EXIT_SUCCESS);
}

static void start_all(struct race *race, const struct bench_call *call, unsigned long n)
{
	int ends[2];

	if (pipe(ends) < 0)
		bench_die("pipe");
	for (unsigned int i = 0; i < race->nr_processes; i++) {
		pid_t child = fork();

		if (child < 0)
			bench_die("fork");
		if (child == 0) {
			close(ends[1]);
			run(race, i, ends[0], call, n);
		}
	}
	close(ends[0]);
	close(ends[1]);
}

static bool wait_for_all(unsigned int nr)
{
	bool good = true;
	int status;

	while (nr-- > 0) {
		if (wait(&status) < 0)
			bench_die("wait");
		good = good && status == 0;
	}
	return good;
}

static uint64_t took_ns(const struct race *race)
{
	uint64_t start = race->lanes[0].start_ns, end = race->lanes[0].end_ns;

	for (unsigned int i = 1; i < race->nr_processes; i++) {
		if (race->lanes[i].start_ns < start)
			start = race->lanes[i].start_ns;
		if (race->lanes[i].end_ns > end)
			end = race->lanes[i].end_ns;
	}
	return end - start;
}

int main(int argc, char *argv[])
{
	const struct bench_call *call = argc == 4 ? calls_find(argv[1]) : NULL;
	unsigned long n = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long nr = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	struct race *race;

	if (!call || n == 0 || nr == 0 || nr > MAX_PROCESSES) {
		fputs("usage: bench_pair CALL N PROCESSES\n", stderr);
		calls_list();
		return 2;
	}
	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (race == MAP_FAILED)
		bench_die("mmap");
	race->nr_processes = (unsigned int)nr;
	start_all(race, call, n);
	if (!wait_for_all((unsigned int)nr))
		return EXIT_FAILURE;
	printf("%.1f\n", (double)(nr * n) * 1e9 / (double)took_ns(race));
	return EXIT_SUCCESS;
}
