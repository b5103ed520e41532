/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>

#include "base/bytes.h"
#include "portal/wire.h"

#define TICK_MS	       50   /* how long console output may wait for its newline */
#define HALT_GRACE_MS  500  /* from "about to halt" to the last message on the console */
#define PANIC_GRACE_MS 5000 /* a panicked kernel resets at once, unless it was told to stay */

enum { FD_ENDING, FD_SIGNAL, FD_CONSOLE, NR_FDS };

static void wanted_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int loop_block_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	wanted_signals(&set);
	return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void handle_signal(const struct loop *loop, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	ending_set(loop->ending, info.ssi_signo == SIGINT ? ENDING_SIGINT : ENDING_SIGTERM);
}

/* Return: may more input come? */
static bool handle_input(const struct loop *loop)
{
	uint8_t buf[256];
	size_t room = serial_room(loop->serial);
	bool quit = false;
	ssize_t n;

	n = console_read(loop->console, buf, room < sizeof(buf) ? room : sizeof(buf), &quit);
	if (quit)
		ending_set(loop->ending, ENDING_QUIT);
	if (n > 0)
		serial_receive(loop->serial, buf, (size_t)n);
	return n >= 0;
}

/* a guest that has announced its end and does not come to it is helped along */
static void watch_guest(const struct loop *loop, int64_t *since)
{
	unsigned int state = atomic_load(&loop->ending->guest_state);

	if (state != PORTAL_STATE_HALT && state != PORTAL_STATE_PANIC) {
		*since = 0;
		return;
	}
	if (*since == 0)
		*since = now_ms();
	if (state == PORTAL_STATE_HALT && now_ms() - *since >= HALT_GRACE_MS)
		ending_set(loop->ending, ENDING_HALT);
	if (state == PORTAL_STATE_PANIC && now_ms() - *since >= PANIC_GRACE_MS)
		ending_set(loop->ending, ENDING_PANIC);
}

int loop_run(const struct loop *loop)
{
	int64_t deadline = loop->timeout_s ? now_ms() + (int64_t)loop->timeout_s * 1000 : INT64_MAX;
	struct pollfd fds[NR_FDS] = { 0 };
	auto_close int signal_fd = -1;
	int64_t announced = 0;
	bool input = true;
	sigset_t set;

	wanted_signals(&set);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (signal_fd < 0) {
		ending_set(loop->ending, ENDING_INTERNAL);
		return -errno;
	}
	fds[FD_ENDING] = (struct pollfd){ .fd = loop->ending->wake_fd, .events = POLLIN };
	fds[FD_SIGNAL] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	while (atomic_load(&loop->ending->reason) == ENDING_NONE) {
		bool room = input && serial_room(loop->serial) > 0;

		fds[FD_CONSOLE] = (struct pollfd){ .fd = room ? console_fd(loop->console) : -1,
						   .events = POLLIN };
		if (poll(fds, ARRAY_SIZE(fds), TICK_MS) < 0 && errno != EINTR)
			ending_set(loop->ending, ENDING_INTERNAL);
		if (fds[FD_SIGNAL].revents)
			handle_signal(loop, signal_fd);
		if (fds[FD_CONSOLE].revents)
			input = handle_input(loop);
		console_flush(loop->console);
		watch_guest(loop, &announced);
		if (now_ms() >= deadline)
			ending_set(loop->ending, ENDING_TIMEOUT);
	}
	return 0;
}
