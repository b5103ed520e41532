/* SPDX-License-Identifier: MIT */
/*
 * The main thread's loop over real descriptors and signals, with a clock that moves only while the
 * loop waits: a test lists what happens at which millisecond.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <termios.h>
#include <time.h>

#include "base/bytes.h"
#include "machine/main_loop.h"
#include "portal/wire.h"

#define START_MS    1000000
#define NR_LOOP_FDS 3 /* the loop's poll(); the console's has one */
#define CONSOLE	    2 /* index of the console's descriptor in it */
#define MAX_POLLS   1000

/**
 * struct event - what happens while the loop waits
 * @at_ms: since the loop began
 * @fn: does it
 */
struct event {
	int64_t at_ms;
	void (*fn)(void);
};

static struct rig {
	struct main_loop loop;
	struct outcome outcome;
	struct serial serial;
	atomic_bool output_waits;
	int stdin_fd;	   /* the test program's own */
	int in_fd, out_fd; /* the user's ends of the console */
	char screen[64];   /* what the user has read last */
	const struct event *events;
	size_t nr_events, next;
	int64_t now_ms;
	int poll_errno; /* of the first poll */
	size_t nr_polls;
	int first_timeout, last_timeout;
	bool watched; /* the console, by the last poll */
	bool would_hang;
} rig;

int __real_poll(struct pollfd *fds, nfds_t nr, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*ret_now = (struct timespec){ .tv_sec = rig.now_ms / 1000,
				      .tv_nsec = rig.now_ms % 1000 * 1000000 };
	return 0;
}

/* nothing is ready: the clock goes to the next event or to the end of the wait */
static void pass_time(int timeout)
{
	int64_t end = timeout < 0 ? INT64_MAX : rig.now_ms + timeout;

	if (rig.next < rig.nr_events && START_MS + rig.events[rig.next].at_ms <= end) {
		rig.now_ms = START_MS + rig.events[rig.next].at_ms;
		rig.events[rig.next++].fn();
	} else if (timeout < 0 || rig.nr_polls > MAX_POLLS) {
		rig.would_hang = true;
		outcome_set(&rig.outcome, OUTCOME_INTERNAL);
	} else {
		rig.now_ms = end;
	}
}

int __wrap_poll(struct pollfd *fds, nfds_t nr, int timeout)
{
	int n;

	if (nr != NR_LOOP_FDS)
		return __real_poll(fds, nr, 0);
	if (rig.nr_polls++ == 0) {
		rig.first_timeout = timeout;
		if (rig.poll_errno) {
			errno = rig.poll_errno;
			return -1;
		}
	}
	rig.last_timeout = timeout;
	rig.watched = fds[CONSOLE].fd >= 0;
	n = __real_poll(fds, nr, 0);
	if (n == 0)
		pass_time(timeout);
	return n == 0 ? __real_poll(fds, nr, 0) : n;
}

static void drop(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
}

static void no_irq(void *ctx, unsigned int gsi)
{
	(void)ctx;
	(void)gsi;
}

static int setup(void **state)
{
	const struct serial_sink sink = { .out = drop };
	const struct irq_line irq = { .raise = no_irq };

	(void)state;
	rig = (struct rig){ .now_ms = START_MS, .stdin_fd = -1, .in_fd = -1, .out_fd = -1 };
	serial_init(&rig.serial, &sink, &irq);
	rig.outcome.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(rig.outcome.wake_fd >= 0);
	assert_int_equal(main_loop_block_signals(), 0);
	rig.loop = (struct main_loop){
		.outcome = &rig.outcome,
		.serial = &rig.serial,
		.output_waits = &rig.output_waits,
	};
	assert_int_equal(console_create("null", &rig.loop.console), 0);
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int teardown(void **state)
{
	(void)state;
	close_fd(rig.in_fd);
	close_fd(rig.out_fd);
	console_destroy(rig.loop.console);
	if (rig.stdin_fd >= 0)
		dup2(rig.stdin_fd, STDIN_FILENO);
	close_fd(rig.stdin_fd);
	close_fd(rig.outcome.wake_fd);
	serial_done(&rig.serial);
	return 0;
}

/* a console on @in and @out, which are closed; standard input stays @in until the teardown */
static void use_stdio(int in, int out)
{
	int stdout_fd = dup(STDOUT_FILENO);

	console_destroy(rig.loop.console);
	rig.stdin_fd = dup(STDIN_FILENO);
	assert_true(stdout_fd >= 0 && rig.stdin_fd >= 0);
	assert_true(dup2(in, STDIN_FILENO) == STDIN_FILENO);
	assert_true(dup2(out, STDOUT_FILENO) == STDOUT_FILENO);
	assert_int_equal(console_create("stdio", &rig.loop.console), 0);
	assert_true(dup2(stdout_fd, STDOUT_FILENO) == STDOUT_FILENO);
	close(stdout_fd);
	close(in);
	if (out != in)
		close(out);
}

static void use_pipes(void)
{
	int in[2], out[2];

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	rig.in_fd = in[1];
	rig.out_fd = out[0];
	use_stdio(in[0], out[1]);
}

static void type(const char *text)
{
	assert_int_equal(write(rig.in_fd, text, strlen(text)), strlen(text));
}

static void power_off(void)
{
	outcome_set(&rig.outcome, OUTCOME_POWEROFF);
}

static void run(const struct event *events, size_t nr)
{
	rig.events = events;
	rig.nr_events = nr;
	assert_int_equal(main_loop_run(&rig.loop), 0);
	assert_false(rig.would_hang);
	assert_int_equal(rig.next, nr);
}

static int64_t elapsed_ms(void)
{
	return rig.now_ms - START_MS;
}

static void check_signal(int signal, enum outcome_reason reason)
{
	assert_int_equal(kill(getpid(), signal), 0);
	run(NULL, 0);
	assert_int_equal(rig.outcome.reason, reason);
}

static void test_sigint_ends_as_sigint(void **state)
{
	(void)state;
	check_signal(SIGINT, OUTCOME_SIGINT);
}

static void test_sigterm_ends_as_sigterm(void **state)
{
	(void)state;
	check_signal(SIGTERM, OUTCOME_SIGTERM);
}

static void test_sighup_ends_as_sigterm(void **state)
{
	(void)state;
	check_signal(SIGHUP, OUTCOME_SIGTERM);
}

static void test_sigpipe_is_ignored(void **state)
{
	struct sigaction action;

	(void)state;
	assert_int_equal(sigaction(SIGPIPE, NULL, &action), 0);
	assert_ptr_equal(action.sa_handler, SIG_IGN);
}

static void test_outcome_before_the_loop_ends_it_at_once(void **state)
{
	(void)state;
	power_off();
	run(NULL, 0);
	assert_int_equal(rig.nr_polls, 0);
}

static void test_without_timeout_the_loop_waits_for_ever(void **state)
{
	const struct event events[] = { { 86400000, power_off } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.first_timeout, -1);
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
}

static void test_timeout_ends_at_its_second(void **state)
{
	(void)state;
	rig.loop.timeout_s = 3;
	run(NULL, 0);
	assert_int_equal(rig.outcome.reason, OUTCOME_TIMEOUT);
	assert_int_equal(elapsed_ms(), 3000);
}

static void test_timeout_of_years_does_not_overflow(void **state)
{
	const struct event events[] = { { 1000, power_off } };

	(void)state;
	rig.loop.timeout_s = UINT_MAX;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.first_timeout, INT_MAX);
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
}

static void wake(void)
{
	outcome_wake(&rig.outcome);
}

static void test_wake_is_consumed_and_the_loop_continues(void **state)
{
	const struct event events[] = { { 10, wake }, { 20, power_off } };
	uint64_t wakes;

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(elapsed_ms(), 20);
	/* the outcome's own wake was not waited for */
	assert_int_equal(read(rig.outcome.wake_fd, &wakes, sizeof(wakes)), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_input_reaches_the_serial_port(void **state)
{
	const struct event events[] = { { 10, power_off } };

	(void)state;
	use_pipes();
	type("ls -l\n");
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.serial.rx.queue_len, 6);
	assert_memory_equal(rig.serial.rx.queue, "ls -l\n", 6);
	assert_true(rig.watched);
}

static void test_end_of_input_is_not_waited_on_any_more(void **state)
{
	const struct event events[] = { { 10, power_off } };

	(void)state;
	use_pipes();
	close(rig.in_fd);
	rig.in_fd = -1;
	run(events, ARRAY_SIZE(events));
	assert_false(rig.watched);
	assert_int_equal(rig.last_timeout, -1);
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
}

/* the guest reads all that waits */
static void guest_reads(void)
{
	assert_false(rig.watched);
	assert_int_equal(rig.last_timeout, 100);
	rig.serial.rx.queue_len = 0;
}

static void test_input_waits_in_the_host_while_the_guest_has_no_room(void **state)
{
	const struct event events[] = { { 250, guest_reads }, { 400, power_off } };
	uint8_t full[SERIAL_QUEUE_SIZE] = { 0 };

	(void)state;
	use_pipes();
	type("more");
	/* less room than the loop takes at a time */
	assert_int_equal(serial_receive(&rig.serial, full, sizeof(full) - 255), sizeof(full) - 255);
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.serial.rx.queue_len, 4);
	assert_true(rig.watched);
}

static void test_ctrl_a_x_on_a_terminal_quits(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), slave;
	char path[64];

	(void)state;
	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_int_equal(ptsname_r(master, path, sizeof(path)), 0);
	slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	rig.in_fd = master;
	use_stdio(slave, slave);
	type("ab\001x");
	run(NULL, 0);
	assert_int_equal(rig.outcome.reason, OUTCOME_QUIT);
	/* what was typed before is the guest's */
	assert_int_equal(rig.serial.rx.queue_len, 2);
}

static void read_screen(void)
{
	ssize_t n;

	assert_int_equal(fcntl(rig.out_fd, F_SETFL, O_NONBLOCK), 0);
	n = read(rig.out_fd, rig.screen, sizeof(rig.screen) - 1);
	rig.screen[n > 0 ? n : 0] = '\0';
}

/* a prompt without a newline, as the machine passes it on */
static void guest_prompts(void)
{
	console_write(rig.loop.console, (const uint8_t *)"login: ", 7);
	atomic_store(&rig.output_waits, true);
	outcome_wake(&rig.outcome);
}

static void nothing_yet(void)
{
	read_screen();
	assert_string_equal(rig.screen, "");
	assert_true(rig.output_waits);
}

static void prompt_is_there(void)
{
	read_screen();
	assert_string_equal(rig.screen, "login: ");
	assert_false(rig.output_waits);
}

static void test_output_without_a_newline_is_flushed_after_20_ms(void **state)
{
	const struct event events[] = { { 100, guest_prompts },
					{ 119, nothing_yet },
					{ 121, prompt_is_there },
					{ 122, power_off } };

	(void)state;
	use_pipes();
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.last_timeout, -1);
}

static void empty_pipe(void)
{
	uint8_t buf[4096];

	assert_int_equal(rig.last_timeout, 20);
	assert_true(rig.output_waits);
	assert_int_equal(fcntl(rig.out_fd, F_SETFL, O_NONBLOCK), 0);
	while (read(rig.out_fd, buf, sizeof(buf)) > 0)
		;
}

/* another writer of the same pipe */
static void fill_pipe(void)
{
	static const uint8_t page[4096];
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", rig.out_fd);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	close(fd);
}

static void test_output_to_a_slow_reader_is_tried_again(void **state)
{
	const struct event events[] = { { 100, guest_prompts },
					{ 205, empty_pipe },
					{ 230, prompt_is_there },
					{ 240, power_off } };

	(void)state;
	use_pipes();
	fill_pipe();
	run(events, ARRAY_SIZE(events));
}

static void announce_halt(void)
{
	atomic_store(&rig.outcome.guest_state, PORTAL_STATE_HALT);
	outcome_wake(&rig.outcome);
}

static void announce_panic(void)
{
	atomic_store(&rig.outcome.guest_state, PORTAL_STATE_PANIC);
	outcome_wake(&rig.outcome);
}

static void announce_up(void)
{
	atomic_store(&rig.outcome.guest_state, PORTAL_STATE_UP);
	outcome_wake(&rig.outcome);
}

static void test_halted_guest_ends_after_half_a_second(void **state)
{
	const struct event events[] = { { 100, announce_halt } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.outcome.reason, OUTCOME_HALT);
	assert_int_equal(elapsed_ms(), 600);
}

static void test_panicked_guest_ends_after_five_seconds(void **state)
{
	const struct event events[] = { { 100, announce_panic } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.outcome.reason, OUTCOME_PANIC);
	assert_int_equal(elapsed_ms(), 5100);
}

static void test_announced_state_does_not_extend_the_time(void **state)
{
	const struct event events[] = { { 100, announce_halt }, { 400, announce_halt } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(elapsed_ms(), 600);
}

static void test_power_off_after_halt_is_a_power_off(void **state)
{
	const struct event events[] = { { 100, announce_halt }, { 599, power_off } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
}

static void test_guest_that_takes_its_announcement_back_lives_on(void **state)
{
	const struct event events[] = { { 100, announce_panic },
					{ 200, announce_up },
					{ 20000, power_off } };

	(void)state;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
	assert_int_equal(rig.last_timeout, -1);
}

static void test_loop_without_descriptors_for_signals_is_an_error(void **state)
{
	struct rlimit found, none;
	int err;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &found), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = found.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	err = main_loop_run(&rig.loop);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &found), 0);
	assert_int_equal(err, -EMFILE);
	assert_int_equal(rig.nr_polls, 0);
}

static void test_failed_poll_ends_the_vm(void **state)
{
	(void)state;
	rig.poll_errno = ENOMEM;
	run(NULL, 0);
	assert_int_equal(rig.outcome.reason, OUTCOME_INTERNAL);
	assert_int_equal(rig.nr_polls, 1);
}

static void test_interrupted_poll_is_repeated(void **state)
{
	const struct event events[] = { { 10, power_off } };

	(void)state;
	rig.poll_errno = EINTR;
	run(events, ARRAY_SIZE(events));
	assert_int_equal(rig.outcome.reason, OUTCOME_POWEROFF);
	assert_true(rig.nr_polls > 1);
}

static void test_wake_descriptor_that_cannot_be_read_ends_the_vm(void **state)
{
	(void)state;
	close(rig.outcome.wake_fd);
	rig.outcome.wake_fd = open("/", O_PATH | O_CLOEXEC);
	run(NULL, 0);
	assert_int_equal(rig.outcome.reason, OUTCOME_INTERNAL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_sigint_ends_as_sigint),
		CASE(test_sigterm_ends_as_sigterm),
		CASE(test_sighup_ends_as_sigterm),
		CASE(test_sigpipe_is_ignored),
		CASE(test_outcome_before_the_loop_ends_it_at_once),
		CASE(test_without_timeout_the_loop_waits_for_ever),
		CASE(test_timeout_ends_at_its_second),
		CASE(test_timeout_of_years_does_not_overflow),
		CASE(test_wake_is_consumed_and_the_loop_continues),
		CASE(test_input_reaches_the_serial_port),
		CASE(test_end_of_input_is_not_waited_on_any_more),
		CASE(test_input_waits_in_the_host_while_the_guest_has_no_room),
		CASE(test_ctrl_a_x_on_a_terminal_quits),
		CASE(test_output_without_a_newline_is_flushed_after_20_ms),
		CASE(test_output_to_a_slow_reader_is_tried_again),
		CASE(test_halted_guest_ends_after_half_a_second),
		CASE(test_panicked_guest_ends_after_five_seconds),
		CASE(test_announced_state_does_not_extend_the_time),
		CASE(test_power_off_after_halt_is_a_power_off),
		CASE(test_guest_that_takes_its_announcement_back_lives_on),
		CASE(test_loop_without_descriptors_for_signals_is_an_error),
		CASE(test_failed_poll_ends_the_vm),
		CASE(test_interrupted_poll_is_repeated),
		CASE(test_wake_descriptor_that_cannot_be_read_ends_the_vm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
