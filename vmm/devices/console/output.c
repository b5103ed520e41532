/* SPDX-License-Identifier: MIT */
#include "devices/console/output.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NOTE_SIZE 80

void console_output_init(struct console_output *output, int fd)
{
	output->fd = fd;
	output->start = 0;
	output->len = 0;
	output->dropped = 0;
	output->stuck = false;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool wait_writable(int fd, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int64_t left;
	int n;

	do {
		left = deadline_ms - now_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/*
 * Write at most PIPE_BUF bytes: a pipe has space for that many when poll() reports it writable, so
 * that even a write to a blocking descriptor does not block. Return: false if the descriptor takes
 * nothing now.
 */
static bool write_some(struct console_output *output)
{
	size_t want = output->len < PIPE_BUF ? output->len : PIPE_BUF;
	ssize_t n = write(output->fd, output->buf + output->start, want);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return errno == EINTR;
	output->stuck = false;
	if (n < 0) {
		output->dropped += output->len;
		n = (ssize_t)output->len;
	}
	output->start += (size_t)n;
	output->len -= (size_t)n;
	return true;
}

void console_output_drain(struct console_output *output, int timeout_ms)
{
	int64_t deadline_ms = now_ms() + timeout_ms;

	while (output->len > 0) {
		if (!wait_writable(output->fd, deadline_ms) || !write_some(output))
			return;
	}
}

static size_t room(const struct console_output *output)
{
	return sizeof(output->buf) - output->len;
}

static void append(struct console_output *output, const void *data, size_t len)
{
	if (output->start > 0 && output->start + output->len + len > sizeof(output->buf)) {
		memmove(output->buf, output->buf + output->start, output->len);
		output->start = 0;
	}
	memcpy(output->buf + output->start + output->len, data, len);
	output->len += len;
}

static void make_room(struct console_output *output)
{
	console_output_drain(output, output->stuck ? 0 : CONSOLE_OUTPUT_TIMEOUT_MS);
	if (room(output) == 0)
		output->stuck = true;
}

/* the note is at the place of the dropped bytes: nothing is appended before it */
static void note_dropped(struct console_output *output)
{
	char note[NOTE_SIZE];
	int len;

	if (room(output) < sizeof(note))
		return;
	len = snprintf(note, sizeof(note),
		       "\r\n[portal-vmm: %" PRIu64 " bytes of output dropped here]\r\n",
		       output->dropped);
	append(output, note, (size_t)len);
	output->dropped = 0;
}

static size_t take(struct console_output *output, const uint8_t *data, size_t len)
{
	if (room(output) == 0)
		make_room(output);
	if (output->dropped > 0)
		note_dropped(output);
	if (output->dropped > 0 || room(output) == 0) {
		output->dropped += len;
		return len;
	}
	if (len > room(output))
		len = room(output);
	append(output, data, len);
	return len;
}

void console_output_write(struct console_output *output, const uint8_t *data, size_t len)
{
	bool line = len > 0 && memchr(data, '\n', len);

	if (output->fd < 0)
		return;
	while (len > 0) {
		size_t n = take(output, data, len);

		data += n;
		len -= n;
	}
	if (line)
		console_output_drain(output, 0);
}
