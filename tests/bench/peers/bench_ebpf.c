/* SPDX-License-Identifier: MIT */
/*
 * bench_ebpf LEN COMMAND...: runs COMMAND while an eBPF program copies the path of each of its
 * openat() calls into a ring, which this program reads. Prints behind its output right=N, the
 * number of calls whose path was there whole, of at most LEN characters.
 */
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "path.h"
#include "string_probe.h"

/* as long as the log of hooks waits for more */
#define LINGER_MS 20

static void on_path(const char *text, size_t len, void *data)
{
	path_read(data, text, len);
}

/* @channel: ends when the program is attached */
static _Noreturn void run(int channel, char *argv[])
{
	char end;

	if (read(channel, &end, 1) != 0)
		bench_die("channel");
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
	int channel[2], status, child_fd;
	pid_t child;

	if (len == 0 || len > PATH_LEN_MAX) {
		fputs("usage: bench_ebpf LEN COMMAND...\n", stderr);
		return 2;
	}
	if (pipe(channel) < 0)
		bench_die("pipe");
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0) {
		close(channel[1]);
		run(channel[0], argv + 2);
	}
	child_fd = (int)syscall(SYS_pidfd_open, child, 0);
	if (child_fd < 0)
		bench_die("pidfd_open");
	string_probe_start(&probe, child, (uint32_t)(len + 8) / 8 * 8);
	close(channel[1]);
	read_until_end(&probe, child_fd, &reader);
	if (waitpid(child, &status, 0) < 0)
		bench_die("waitpid");
	printf("right=%lu\n", reader.nr_right);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
