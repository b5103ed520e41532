/* SPDX-License-Identifier: MIT */
/*
 * A bounded buffer for the guest's output, in front of a file descriptor whose reader may be slow,
 * stuck or gone. Output that does not fit is dropped, and a note in the output says how much. Must
 * know neither terminals nor the guest; takes no lock.
 */
#ifndef DEVICES_CONSOLE_OUTPUT_H
#define DEVICES_CONSOLE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_OUTPUT_SIZE 65536
/* time to wait for the reader when the buffer is full, before output is dropped; there is no
 * further wait until the reader has read something */
#define CONSOLE_OUTPUT_TIMEOUT_MS 1000

/**
 * struct console_output - one stream
 * @fd: destination, borrowed; -1: discard. Non-blocking, or of a type for which poll() is reliable
 * @start: index of the first queued byte in @buf
 * @len: number of queued bytes
 * @dropped: number of bytes dropped since the last note
 * @stuck: the reader has read nothing since a wait timed out
 */
struct console_output {
	int fd;
	size_t start, len;
	uint64_t dropped;
	bool stuck;
	uint8_t buf[CONSOLE_OUTPUT_SIZE];
};

/** console_output_init() - initialise an empty stream. @fd: as in struct console_output */
void console_output_init(struct console_output *output, int fd);

/**
 * console_output_write() - queue bytes, and write to @output->fd if they contain the end of a line
 * @output: stream
 * @data: bytes
 * @len: number of bytes, any value
 *
 * If the buffer is full, waits for at most CONSOLE_OUTPUT_TIMEOUT_MS, but not if the reader is
 * already stuck.
 */
void console_output_write(struct console_output *output, const uint8_t *data, size_t len);

/**
 * console_output_drain() - write queued bytes, as far as the reader accepts them
 * @output: stream
 * @timeout_ms: total time to wait for the reader; 0: do not wait
 *
 * If write(2) fails with an error other than EAGAIN, the queued bytes are dropped. The program must
 * ignore SIGPIPE.
 */
void console_output_drain(struct console_output *output, int timeout_ms);

#endif
