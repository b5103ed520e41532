/* SPDX-License-Identifier: MIT */
/*
 * bench_ebpf LEN COMMAND...: runs COMMAND while an eBPF program copies the path of each of its
 * openat() calls, at most LEN characters, into a ring. This program reads the ring. After the
 * output of COMMAND, prints right=N, the number of calls with a complete path.
 */
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "path.h"
#include "string_probe.h"

/* the same delay as for trace hooks */
#define LINGER_MS 20

static void on_path(const char *text, size_t len, void *data)
{
	path_read(data, text, len);
}

/* @start_fd: a pipe that is closed when the eBPF program is attached */
static _Noreturn void run(int start_fd, char *argv[])
{
	char end;

	if (read(start_fd, &end, 1) != 0)
		bench_die("start pipe");
	execvp(argv[0], argv);
	bench_die(argv[0]);
}

static void read_until_end(struct string_probe *probe, int child_fd, struct path_reader *reader)
{
	struct pollfd fds[] = {
		{ .fd = probe->ring_fd, .events = POLLIN },
		{ .fd = child_fd, .events = POLLIN },
	};

	while (!(fds[1].revents & POLLIN)) {
		if (poll(fds, 2, LINGER_MS) < 0)
			bench_die("poll");
		string_probe_read(probe, on_path, reader);
	}
}

int main(int argc, char *argv[])
{
	unsigned long len = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct string_probe probe;
	struct path_reader reader = { 0 };
	int start_pipe[2], status, child_fd;
	pid_t child;

	if (len == 0 || len > PATH_LEN_MAX) {
		fputs("usage: bench_ebpf LEN COMMAND...\n", stderr);
		return 2;
	}
	if (pipe(start_pipe) < 0)
		bench_die("pipe");
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0) {
		close(start_pipe[1]);
		run(start_pipe[0], argv + 2);
	}
	child_fd = (int)syscall(SYS_pidfd_open, child, 0);
	if (child_fd < 0)
		bench_die("pidfd_open");
	string_probe_start(&probe, child, (uint32_t)(len + 8) / 8 * 8);
	close(start_pipe[1]);
	read_until_end(&probe, child_fd, &reader);
	if (waitpid(child, &status, 0) < 0)
		bench_die("waitpid");
	printf("right=%lu\n", reader.nr_right);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
