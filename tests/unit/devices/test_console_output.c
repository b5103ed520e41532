/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "devices/console/output.h"

struct fixture {
	struct console_output output;
	int reader;
};

static int setup(void **state)
{
	static struct fixture fixture;
	int fds[2];

	/* the writing end stays in blocking mode; even then no write may block */
	if (pipe2(fds, O_CLOEXEC) < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) < 0)
		return -1;
	signal(SIGPIPE, SIG_IGN);
	fixture.reader = fds[0];
	console_output_init(&fixture.output, fds[1]);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->reader >= 0)
		close(f->reader);
	close(f->output.fd);
	return 0;
}

static void put(struct fixture *f, const char *text)
{
	console_output_write(&f->output, (const uint8_t *)text, strlen(text));
}

static void assert_reads(const struct fixture *f, const char *expected)
{
	char buf[256];
	ssize_t n = read(f->reader, buf, sizeof(buf));

	assert_int_equal(n < 0 ? 0 : n, strlen(expected));
	assert_memory_equal(buf, expected, strlen(expected));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void test_console_output_is_written_at_end_of_line(void **state)
{
	struct fixture *f = *state;

	put(f, "hal");
	assert_reads(f, "");
	put(f, "lo\r\nwor");
	assert_reads(f, "hallo\r\nwor");
}

static void test_console_output_drain_writes_incomplete_line(void **state)
{
	struct fixture *f = *state;

	put(f, "login: ");
	console_output_drain(&f->output, 0);
	assert_reads(f, "login: ");
}

/* read and drain until nothing is left. Return: number of bytes; the last ones are in @tail */
static size_t read_all(struct fixture *f, char *tail, size_t tail_size)
{
	static char buf[65536];
	size_t total = 0;
	ssize_t n;

	while ((n = read(f->reader, buf, sizeof(buf))) > 0) {
		size_t keep = (size_t)n < tail_size - 1 ? (size_t)n : tail_size - 1;

		memcpy(tail, buf + (size_t)n - keep, keep);
		tail[keep] = '\0';
		total += (size_t)n;
		console_output_drain(&f->output, 0);
	}
	return total;
}

static void test_console_output_stuck_reader_waits_once_then_drops(void **state)
{
	static uint8_t flood[1 << 20];
	struct fixture *f = *state;
	int64_t started = now_ms(), waited;
	char tail[256], note[128];
	size_t kept;

	memset(flood, 'x', sizeof(flood));
	console_output_write(&f->output, flood, sizeof(flood));
	waited = now_ms() - started;
	assert_in_range(waited, CONSOLE_OUTPUT_TIMEOUT_MS - 50, CONSOLE_OUTPUT_TIMEOUT_MS + 1000);
	started = now_ms();
	console_output_write(&f->output, flood, sizeof(flood));
	assert_in_range(now_ms() - started, 0, CONSOLE_OUTPUT_TIMEOUT_MS / 2);
	kept = read_all(f, tail, sizeof(tail));
	put(f, "back\n");
	snprintf(note, sizeof(note), "\r\n[portal-vmm: %zu bytes of output dropped here]\r\nback\n",
		 2 * sizeof(flood) - kept);
	assert_reads(f, note);
}

static void test_console_output_slow_reader_gets_everything(void **state)
{
	static uint8_t line[1000];
	struct fixture *f = *state;
	size_t total = 0;
	char tail[8];

	memset(line, 'y', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 500; i++) {
		console_output_write(&f->output, line, sizeof(line));
		if (i % 50 == 49)
			total += read_all(f, tail, sizeof(tail));
	}
	assert_int_equal(total, 500 * sizeof(line));
	assert_int_equal(f->output.dropped, 0);
}

static void test_console_output_closed_reader_does_not_block(void **state)
{
	static uint8_t flood[1 << 20];
	struct fixture *f = *state;
	int64_t started = now_ms();

	close(f->reader);
	f->reader = -1;
	memset(flood, '\n', sizeof(flood));
	console_output_write(&f->output, flood, sizeof(flood));
	console_output_drain(&f->output, CONSOLE_OUTPUT_TIMEOUT_MS);
	assert_in_range(now_ms() - started, 0, CONSOLE_OUTPUT_TIMEOUT_MS / 2);
	assert_int_equal(f->output.len, 0);
}

static void test_console_output_without_fd_is_discarded(void **state)
{
	struct console_output *output = &((struct fixture *)*state)->output;
	int fd = output->fd;

	console_output_init(output, -1);
	console_output_write(output, (const uint8_t *)"x\n", 2);
	console_output_drain(output, 0);
	assert_int_equal(output->len + output->dropped, 0);
	output->fd = fd;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_console_output_is_written_at_end_of_line),
		T(test_console_output_drain_writes_incomplete_line),
		T(test_console_output_stuck_reader_waits_once_then_drops),
		T(test_console_output_slow_reader_gets_everything),
		T(test_console_output_closed_reader_does_not_block),
		T(test_console_output_without_fd_is_discarded),
	};

	return cmocka_run_group_tests_name("console_output", tests, NULL, NULL);
}
