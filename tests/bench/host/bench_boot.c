/* SPDX-License-Identifier: MIT */
/*
 * bench_boot IDLE_MS COMMAND...: starts a VMM, whose stdout is the guest's console, and prints
 *
 *	boot_ns N	from its start to the line of bench_init.c
 *	pss_kib N	IDLE_MS later, its memory (Pss) beside the guest's
 *
 * then ends it with SIGTERM. What is mapped in pieces of 64 MiB and more counts as the guest's:
 *give it more.
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
	static const char text[] = "bench_boot: the guest did not come up\n";

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
	fputs("bench_boot: the VMM ended before the guest came up\n", stderr);
	exit(EXIT_FAILURE);
}

static unsigned long pss_beside_guest(pid_t pid)
{
	unsigned long size = 0, value, sum = 0;
	char path[64], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = fopen(path, "re");
	if (!file)
		bench_die(path);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Size: %lu kB", &value) == 1)
			size = value;
		else if (sscanf(line, "Pss: %lu kB", &value) == 1 && size < GUEST_MIN_KIB)
			sum += value;
	}
	fclose(file);
	return sum;
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
