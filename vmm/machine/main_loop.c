/* SPDX-License-Identifier: MIT */
#include "machine/main_loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>

#include "base/bytes.h"
#include "portal/wire.h"

#define OUTPUT_MS      20   /* how long console output may wait for its newline */
#define STUCK_INPUT_MS 100  /* interval of checks whether the guest takes input again */
#define INPUT_SIZE     256  /* bytes read at a time */
#define HALT_GRACE_MS  500  /* time for the last messages after the guest reported a halt */
#define PANIC_GRACE_MS 5000 /* after a panic, in case the kernel does not reset */

enum { FD_WAKE, FD_SIGNAL, FD_CONSOLE, NR_FDS };

static void wanted_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

int main_loop_block_signals(void)
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

static void handle_signal(const struct main_loop *loop, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	outcome_set(loop->outcome, info.ssi_signo == SIGINT ? OUTCOME_SIGINT : OUTCOME_SIGTERM);
}

/* Return: whether more input may come */
static bool handle_input(const struct main_loop *loop)
{
	uint8_t buf[INPUT_SIZE];
	bool quit = false;
	ssize_t n = console_read(loop->console, buf, sizeof(buf), &quit);

	if (quit)
		outcome_set(loop->outcome, OUTCOME_QUIT);
	if (n > 0)
		serial_receive(loop->serial, buf, (size_t)n);
	return n >= 0;
}

/* when the loop must wake up by itself; INT64_MAX: never */
struct timers {
	int64_t deadline, grace, output, input;
};

/* end the VM if the guest module reported a halt or a panic and the guest keeps running */
static void watch_guest(const struct main_loop *loop, struct timers *timers)
{
	unsigned int state = atomic_load(&loop->outcome->guest_state);
	bool is_halt = state == PORTAL_STATE_HALT;

	if (!is_halt && state != PORTAL_STATE_PANIC) {
		timers->grace = INT64_MAX;
		return;
	}
	if (timers->grace == INT64_MAX)
		timers->grace = now_ms() + (is_halt ? HALT_GRACE_MS : PANIC_GRACE_MS);
	if (now_ms() >= timers->grace)
		outcome_set(loop->outcome, is_halt ? OUTCOME_HALT : OUTCOME_PANIC);
}

static void watch_output(const struct main_loop *loop, struct timers *timers)
{
	if (timers->output == INT64_MAX && atomic_load(loop->output_waits))
		timers->output = now_ms() + OUTPUT_MS;
	if (now_ms() < timers->output)
		return;
	timers->output = INT64_MAX;
	/* before the flush: output from here on wakes the loop again */
	atomic_store(loop->output_waits, false);
	if (console_flush(loop->console))
		return;
	/* the flag stays set, so that nothing wakes the loop: it comes back by itself */
	atomic_store(loop->output_waits, true);
	timers->output = now_ms() + OUTPUT_MS;
}

static int ms_to_wait(const struct timers *timers)
{
	const int64_t times[] = { timers->deadline, timers->grace, timers->output, timers->input };
	int64_t first = INT64_MAX, now = now_ms();

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		first = times[i] < first ? times[i] : first;
	if (first == INT64_MAX)
		return -1;
	if (first <= now)
		return 0;
	return first - now > INT_MAX ? INT_MAX : (int)(first - now);
}

static void loop_once(const struct main_loop *loop, struct pollfd *fds, struct timers *timers,
		      bool *input)
{
	bool has_room = *input && serial_free_bytes(loop->serial) >= INPUT_SIZE;
	uint64_t wakes;

	fds[FD_CONSOLE].fd = has_room ? console_fd(loop->console) : -1;
	timers->input = *input && !has_room ? now_ms() + STUCK_INPUT_MS : INT64_MAX;
	if (poll(fds, NR_FDS, ms_to_wait(timers)) < 0 && errno != EINTR)
		outcome_set(loop->outcome, OUTCOME_INTERNAL);
	if (fds[FD_WAKE].revents && read(fds[FD_WAKE].fd, &wakes, sizeof(wakes)) < 0 &&
	    errno != EAGAIN)
		outcome_set(loop->outcome, OUTCOME_INTERNAL);
	if (fds[FD_SIGNAL].revents)
		handle_signal(loop, fds[FD_SIGNAL].fd);
	if (has_room && fds[FD_CONSOLE].revents)
		*input = handle_input(loop);
	watch_output(loop, timers);
	watch_guest(loop, timers);
	if (now_ms() >= timers->deadline)
		outcome_set(loop->outcome, OUTCOME_TIMEOUT);
}

int main_loop_run(const struct main_loop *loop)
{
	struct timers timers = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };
	struct pollfd fds[NR_FDS] = {
		[FD_WAKE] = { .fd = loop->outcome->wake_fd, .events = POLLIN },
		[FD_SIGNAL] = { .fd = -1, .events = POLLIN },
		[FD_CONSOLE] = { .fd = -1, .events = POLLIN },
	};
	auto_close int signal_fd = -1;
	bool input = true;
	sigset_t set;

	wanted_signals(&set);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (signal_fd < 0)
		return -errno;
	if (loop->timeout_s)
		timers.deadline = now_ms() + (int64_t)loop->timeout_s * 1000;
	fds[FD_SIGNAL].fd = signal_fd;
	while (atomic_load(&loop->outcome->reason) == OUTCOME_NONE)
		loop_once(loop, fds, &timers, &input);
	return 0;
}
