/* SPDX-License-Identifier: MIT */
/*
 * bench_boot IDLE_MS COMMAND...: starts a VMM with the guest's console on its stdout, and prints
 *
 *	boot_ns N	time from the start to the line that bench_init.c prints
 *	pss_kib N	memory of the VMM (Pss) without guest RAM, IDLE_MS later
 *
 * Then it ends the VMM with SIGTERM. Adjacent mappings between two guard pages are added up; if
 * they have 64 MiB or more, they are guest RAM. So the guest needs more RAM than that.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define MARK	      "bench: init"
#define GUEST_MIN_KIB 65536
#define LIMIT_S	      120

static pid_t child;

static void on_alarm(int signal_nr)
{
	static const char text[] = "bench_boot: the guest did not boot\n";

	(void)signal_nr;
	kill(child, SIGKILL);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_FAILURE);
}

static pid_t start(char *argv[], FILE **ret_console)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) < 0)
		bench_die("pipe");
	pid = fork();
	if (pid < 0)
		bench_die("fork");
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		bench_die(argv[0]);
	}
	close(ends[1]);
	*ret_console = fdopen(ends[0], "r");
	if (!*ret_console)
		bench_die("fdopen");
	return pid;
}

static void wait_for_mark(FILE *console)
{
	char line[512];

	while (fgets(line, sizeof(line), console)) {
		if (strstr(line, MARK))
			return;
		fputs(line, stderr);
	}
	fputs("bench_boot: the VMM ended before the guest had booted\n", stderr);
	exit(EXIT_FAILURE);
}

/* adjacent mappings, without a gap or a guard page between them */
struct run {
	unsigned long end, size_kib, pss_kib;
};

/* end a run. Return: its Pss; 0 if it is guest RAM */
static unsigned long run_finish(struct run *run)
{
	unsigned long pss_kib = run->size_kib < GUEST_MIN_KIB ? run->pss_kib : 0;

	*run = (struct run){ 0 };
	return pss_kib;
}

static unsigned long pss_beside_guest(pid_t pid)
{
	unsigned long first, end, value, sum = 0;
	char path[64], line[512], mode[8];
	struct run run = { 0 };
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = fopen(path, "re");
	if (!file)
		bench_die(path);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx %7s", &first, &end, mode) == 3) {
			if (first != run.end || strncmp(mode, "---", 3) == 0)
				sum += run_finish(&run);
			run.end = strncmp(mode, "---", 3) == 0 ? 0 : end;
			run.size_kib += run.end ? (end - first) / 1024 : 0;
		} else if (sscanf(line, "Pss: %lu kB", &value) == 1) {
			run.pss_kib += value;
		}
	}
	fclose(file);
	return sum + run_finish(&run);
}

int main(int argc, char *argv[])
{
	uint64_t began, up;
	FILE *console;

	if (argc < 3) {
		fputs("usage: bench_boot IDLE_MS COMMAND...\n", stderr);
		return 2;
	}
	signal(SIGALRM, on_alarm);
	alarm(LIMIT_S);
	began = bench_now_ns();
	child = start(argv + 2, &console);
	wait_for_mark(console);
	up = bench_now_ns();
	usleep((useconds_t)strtoul(argv[1], NULL, 10) * 1000);
	printf("boot_ns %llu\n", (unsigned long long)(up - began));
	printf("pss_kib %lu\n", pss_beside_guest(child));
	kill(child, SIGTERM);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return EXIT_SUCCESS;
}
