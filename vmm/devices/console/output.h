/* SPDX-License-Identifier: MIT */
/*
 * The guest's output on its way to a reader that may be slow, stuck or gone: a bounded buffer in
 * front of a file descriptor. What does not fit is dropped, and the reader is told how much. Knows
 * neither terminals nor the guest; takes no lock.
 */
#ifndef DEVICES_CONSOLE_OUTPUT_H
#define DEVICES_CONSOLE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_OUTPUT_SIZE 65536
/* how long a full buffer waits for the reader before it drops; then not again until the reader
 * moves */
#define CONSOLE_OUTPUT_PATIENCE_MS 1000

/**
 * struct console_output - one stream
 * @fd: where it goes, -1: nowhere; borrowed. Non-blocking, or one whose poll() tells the truth
 * @start: first byte of @buf that is not written
 * @len: bytes that are not written
 * @dropped: bytes lost since the reader was last told
 * @stuck: the reader used up our patience and has not moved since
 */
struct console_output {
	int fd;
	size_t start, len;
	uint64_t dropped;
	bool stuck;
	uint8_t buf[CONSOLE_OUTPUT_SIZE];
};

/** console_output_init() - empty; @fd as in struct console_output */
void console_output_init(struct console_output *output, int fd);

/**
 * console_output_write() - queue bytes, and write to the fd when a line is complete
 * @output: stream
 * @data: bytes
 * @len: how many, any number
 *
 * Blocks for CONSOLE_OUTPUT_PATIENCE_MS at most when the buffer is full, and only the first time.
 */
void console_output_write(struct console_output *output, const uint8_t *data, size_t len);

/**
 * console_output_drain() - write what is queued, as far as the reader takes it
 * @output: stream
 * @timeout_ms: time to wait for the reader in all, 0: none
 *
 * An error of the fd other than "not now" loses what is queued: counted like a drop. SIGPIPE must
 * be ignored by the program.
 */
void console_output_drain(struct console_output *output, int timeout_ms);

#endif
