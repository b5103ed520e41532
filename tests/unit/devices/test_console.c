/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "devices/console/console.h"

/* assertion for child processes; cmocka's assertions work in the parent only */
#define CHECK(condition)                           \
	do {                                       \
		if (!(condition))                  \
			_exit(__LINE__ % 250 + 1); \
	} while (0)

/* run @body with @in and @out as its standard input and output; -1: closed */
static void assert_child_passes(void (*body)(void), int in, int out)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (in < 0 || dup2(in, STDIN_FILENO) < 0)
			close(STDIN_FILENO);
		if (out < 0 || dup2(out, STDOUT_FILENO) < 0)
			close(STDOUT_FILENO);
		alarm(20);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* wait for input as the main loop does */
static bool wait_input(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	bool ready;

	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return false;
	ready = epoll_wait(epoll_fd, &event, 1, 5000) == 1;
	close(epoll_fd);
	return ready;
}

static void put(struct console *console, const char *text)
{
	console_write(console, (const uint8_t *)text, strlen(text));
}

static void test_console_unknown_kind_is_einval(void **state)
{
	static const char *const specs[] = { "", "tty", "stdio ", "file", "file:", "ptyx" };
	struct console *console;

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		assert_int_equal(console_create(specs[i], &console), -EINVAL);
	assert_int_equal(console_create("file:/nonexistent/dir/x", &console), -ENOENT);
}

static void test_console_null_discards_output_and_has_no_input(void **state)
{
	struct console *console;

	(void)state;
	assert_int_equal(console_create("null", &console), 0);
	put(console, "discarded\n");
	console_flush(console);
	assert_int_equal(console_fd(console), -1);
	console_destroy(console);
	console_destroy(NULL);
}

static void test_console_file_gets_output_without_newline(void **state)
{
	char path[] = "/tmp/portal-console-XXXXXX", spec[64], content[64];
	int fd = mkstemp(path);
	struct console *console;
	ssize_t n;

	(void)state;
	assert_int_equal(write(fd, "old content, to be removed", 26), 26);
	snprintf(spec, sizeof(spec), "file:%s", path);
	assert_int_equal(console_create(spec, &console), 0);
	assert_int_equal(console_fd(console), -1);
	put(console, "one\ntwo");
	console_destroy(console);
	n = pread(fd, content, sizeof(content), 0);
	unlink(path);
	close(fd);
	assert_int_equal(n, 7);
	assert_memory_equal(content, "one\ntwo", 7);
}

static void body_echo(void)
{
	struct console *console;
	uint8_t buf[64];
	bool quit = false;
	int n;

	CHECK(console_create("stdio", &console) == 0);
	CHECK(wait_input(console_fd(console)));
	n = console_read(console, buf, sizeof(buf), &quit);
	CHECK(n > 0 && !quit);
	console_write(console, buf, (size_t)n);
	console_flush(console);
	CHECK(wait_input(console_fd(console)));
	CHECK(console_read(console, buf, sizeof(buf), &quit) == -ENODATA);
	console_destroy(console);
}

/* if the input is not a terminal, Ctrl-A has no special meaning */
static void test_console_stdio_pipes_pass_all_bytes_until_eof(void **state)
{
	int in[2], out[2];
	char buf[16];

	(void)state;
	assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(write(in[1], "a\x01x", 3), 3);
	close(in[1]);
	assert_child_passes(body_echo, in[0], out[1]);
	assert_int_equal(read(out[0], buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "a\x01x", 3);
	/* the pipes, which may be shared with a shell, are still in blocking mode */
	assert_int_equal(fcntl(in[0], F_GETFL) & O_NONBLOCK, 0);
	assert_int_equal(fcntl(out[1], F_GETFL) & O_NONBLOCK, 0);
	close(in[0]);
	close(out[0]);
	close(out[1]);
}

static void test_console_stdio_input_from_a_file(void **state)
{
	int out[2], in = memfd_create("input", MFD_CLOEXEC);
	char buf[16];

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(write(in, "file", 4), 4);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	assert_child_passes(body_echo, in, out[1]);
	assert_int_equal(read(out[0], buf, sizeof(buf)), 4);
	close(in);
	close(out[0]);
	close(out[1]);
}

static void body_no_input(void)
{
	struct console *console;
	bool quit = false;
	uint8_t buf[8];

	CHECK(console_create("stdio", &console) == 0);
	put(console, "lost\n");
	if (console_fd(console) >= 0) {
		CHECK(wait_input(console_fd(console)));
		CHECK(console_read(console, buf, sizeof(buf), &quit) == -ENODATA);
	}
	console_destroy(console);
}

static void test_console_stdio_null_or_closed(void **state)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_child_passes(body_no_input, null, null);
	assert_child_passes(body_no_input, -1, -1);
	close(null);
}

static bool terminal_is_cooked(void)
{
	struct termios now;

	return tcgetattr(STDIN_FILENO, &now) == 0 && now.c_lflag & ICANON && now.c_lflag & ECHO &&
	       now.c_lflag & ISIG;
}

static void body_terminal(void)
{
	struct console *console;
	struct termios now;

	CHECK(terminal_is_cooked());
	CHECK(console_create("stdio", &console) == 0);
	CHECK(tcgetattr(STDIN_FILENO, &now) == 0);
	CHECK(!(now.c_lflag & (ICANON | ECHO | ISIG)));
	CHECK(!(now.c_iflag & (ICRNL | IXON)));
	CHECK(now.c_oflag & OPOST);
	console_destroy(console);
	CHECK(terminal_is_cooked());
	CHECK(console_create("stdio", &console) == 0);
	CHECK(!terminal_is_cooked());
	console_restore_terminal();
	CHECK(terminal_is_cooked());
	console_restore_terminal();
	console_destroy(console);
	CHECK(terminal_is_cooked());
}

static void test_console_terminal_is_raw_and_restored(void **state)
{
	int master, slave;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_child_passes(body_terminal, slave, slave);
	close(master);
	close(slave);
}

static void body_quit(void)
{
	struct console *console;
	uint8_t buf[8];
	bool quit = false;
	size_t nr = 0;

	CHECK(console_create("stdio", &console) == 0);
	put(console, "ready\n");
	while (!quit) {
		int n;

		CHECK(wait_input(console_fd(console)));
		n = console_read(console, buf + nr, sizeof(buf) - nr, &quit);
		CHECK(n >= 0);
		nr += (size_t)n;
	}
	CHECK(nr == 3 && memcmp(buf, "\x03k\x01", 3) == 0);
	console_destroy(console);
}

static void *type_keys(void *arg)
{
	int master = *(int *)arg;
	char ready[8];

	/* wait until the terminal is raw: its line discipline would process earlier keys */
	if (read(master, ready, sizeof(ready)) < 0)
		return NULL;
	return write(master, "\x03k\x01\x01\x01x", 6) == 6 ? arg : NULL;
}

static void test_console_terminal_passes_ctrl_c_and_quits_on_ctrl_a_x(void **state)
{
	pthread_t thread;
	int master, slave;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, type_keys, &master), 0);
	assert_child_passes(body_quit, slave, slave);
	pthread_join(thread, NULL);
	close(master);
	close(slave);
}

/* read the path from the log, which is standard error */
static void pty_path(int log_fd, char *path, size_t size)
{
	char line[256] = { 0 };
	const char *start;

	assert_true(read(log_fd, line, sizeof(line) - 1) > 0);
	start = strstr(line, "/dev/");
	assert_non_null(start);
	snprintf(path, size, "%.*s", (int)strcspn(start, "\n"), start);
}

static void test_console_pty_works_again_after_user_leaves(void **state)
{
	int saved = dup(STDERR_FILENO), log[2], user;
	struct console *console;
	char path[64], buf[16];
	uint8_t typed[16];
	bool quit = false;

	(void)state;
	assert_int_equal(pipe2(log, O_CLOEXEC), 0);
	dup2(log[1], STDERR_FILENO);
	assert_int_equal(console_create("pty", &console), 0);
	dup2(saved, STDERR_FILENO);
	pty_path(log[0], path, sizeof(path));
	for (int i = 0; i < 2; i++) {
		user = open(path, O_RDWR | O_NOCTTY);
		assert_true(user >= 0);
		put(console, "prompt\n");
		assert_int_equal(read(user, buf, sizeof(buf)), 7);
		assert_int_equal(write(user, "\x01x", 2), 2);
		assert_true(wait_input(console_fd(console)));
		assert_int_equal(console_read(console, typed, sizeof(typed), &quit), 2);
		assert_false(quit);
		close(user);
		assert_int_equal(console_read(console, typed, sizeof(typed), &quit), 0);
	}
	console_destroy(console);
	close(saved);
	close(log[0]);
	close(log[1]);
}

static void test_console_read_buffer_too_small_is_einval(void **state)
{
	struct console *console;
	bool quit = false;
	uint8_t byte;

	(void)state;
	assert_int_equal(console_create("null", &console), 0);
	assert_int_equal(console_read(console, &byte, 1, &quit), -EINVAL);
	console_destroy(console);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_unknown_kind_is_einval),
		cmocka_unit_test(test_console_null_discards_output_and_has_no_input),
		cmocka_unit_test(test_console_file_gets_output_without_newline),
		cmocka_unit_test(test_console_stdio_pipes_pass_all_bytes_until_eof),
		cmocka_unit_test(test_console_stdio_input_from_a_file),
		cmocka_unit_test(test_console_stdio_null_or_closed),
		cmocka_unit_test(test_console_terminal_is_raw_and_restored),
		cmocka_unit_test(test_console_terminal_passes_ctrl_c_and_quits_on_ctrl_a_x),
		cmocka_unit_test(test_console_pty_works_again_after_user_leaves),
		cmocka_unit_test(test_console_read_buffer_too_small_is_einval),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
