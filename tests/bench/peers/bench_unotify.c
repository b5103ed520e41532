/* SPDX-License-Identifier: MIT */
/*
 * bench_unotify denied|register COMMAND...: runs COMMAND under a seccomp filter. This program is
 * its supervisor: it is notified of each such call (seccomp_unotify(2)), reads the memory and
 * answers.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "judge.h"
#include "seccomp_filter.h"

static _Noreturn void run(const struct judge *judge, int pipe_fd, char *argv[])
{
	int listener = seccomp_filter_on(judge->nr, SECCOMP_RET_USER_NOTIF,
					 SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (write(pipe_fd, &listener, sizeof(listener)) != sizeof(listener))
		bench_die("pipe");
	/* the supervisor closes the pipe when it has its own copy */
	while (read(pipe_fd, &listener, sizeof(listener)) > 0)
		;
	execvp(argv[0], argv);
	bench_die(argv[0]);
}

/* duplicate the child's listener; the child sends its number */
static int take_listener(int pidfd, int pipe_fd)
{
	int number, listener;

	if (read(pipe_fd, &number, sizeof(number)) != sizeof(number))
		bench_die("pipe");
	listener = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (listener < 0)
		bench_die("pidfd_getfd");
	return listener;
}

static void serve_one(const struct judge *judge, int listener)
{
	struct seccomp_notif call = { 0 };
	struct seccomp_notif_resp answer = { 0 };
	uint64_t args[6];
	int result;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	memcpy(args, call.data.args, sizeof(args));
	result = judge->answer((pid_t)call.pid, args);
	answer.id = call.id;
	if (result > 0)
		answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else
		answer.error = result;
	/* ENOENT: the task has been killed */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 && errno != ENOENT)
		bench_die("SECCOMP_IOCTL_NOTIF_SEND");
}

/*
 * Serve until the child ends. Linux 6.1 does not report this on the listener before the child is
 * waited for.
 */
static void serve(const struct judge *judge, int listener, int pidfd)
{
	struct pollfd fds[] = {
		{ .fd = listener, .events = POLLIN },
		{ .fd = pidfd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents & POLLIN)
			serve_one(judge, listener);
		else
			return;
	}
}

int main(int argc, char *argv[])
{
	const struct judge *judge = argc > 2 ? judge_find(argv[1]) : NULL;
	int ends[2], status, listener, pidfd;
	pid_t child;

	if (!judge) {
		fputs("usage: bench_unotify denied|register COMMAND...\n", stderr);
		return 2;
	}
	/* both processes read and write */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		bench_die("socketpair");
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0) {
		close(ends[0]);
		run(judge, ends[1], argv + 2);
	}
	close(ends[1]);
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	listener = take_listener(pidfd, ends[0]);
	close(ends[0]);
	serve(judge, listener, pidfd);
	if (waitpid(child, &status, 0) < 0)
		bench_die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
