/* SPDX-License-Identifier: MIT */
/*
 * The host side of the guest's console: standard input and output, a file, a pseudo terminal, or
 * nothing. Owns the file descriptors, the mode of the terminal and the queued output; must not know
 * the serial port. The program must ignore SIGPIPE.
 */
#ifndef DEVICES_CONSOLE_H
#define DEVICES_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

struct console;

/**
 * console_create() - open the console
 * @spec: "stdio", "null", "file:PATH" (truncated; no input), or "pty" (its path is logged)
 * @ret_console: the console
 *
 * If @spec is "stdio" and standard input is a terminal, the terminal is set to raw mode, except for
 * output processing, and Ctrl-A X quits. console_destroy() and console_restore_terminal() restore
 * the mode. A process can have one such console.
 *
 * Return: 0; -EINVAL: @spec is not valid; -ENOMEM; other -errno of opening.
 */
must_check int console_create(const char *spec, struct console **ret_console);

/**
 * console_destroy() - write queued output, restore the terminal, close
 * @console: not used by other threads any more; may be NULL
 *
 * Waits for the reader of the output for at most CONSOLE_OUTPUT_TIMEOUT_MS.
 */
void console_destroy(struct console *console);

/**
 * console_restore_terminal() - restore the original mode of the terminal, if it is raw
 *
 * Apart from that, the console stays usable.
 *
 * Context: any; async-signal-safe, for handlers of fatal signals.
 */
void console_restore_terminal(void);

/**
 * console_write() - queue output of the guest; has the type of serial_sink.out
 * @console: struct console
 * @data: bytes
 * @len: number of bytes
 *
 * The output is written when a line is complete, when the buffer is full, and by console_flush().
 * If the reader does not read, the call waits CONSOLE_OUTPUT_TIMEOUT_MS once; after that, output
 * is dropped, and a note in the output says how much.
 *
 * Context: any thread.
 */
void console_write(void *console, const uint8_t *data, size_t len);

/**
 * console_flush() - write queued output, without waiting
 * @console: console
 *
 * Context: any thread.
 * Return: true if nothing is left; false if the reader is slow: call it again later.
 */
bool console_flush(struct console *console);

/**
 * console_fd() - get the descriptor to wait on for input with epoll (EPOLLIN, level triggered)
 *
 * For files that epoll refuses, which never block, it is a descriptor that is always ready. So wait
 * only while the guest can take input.
 *
 * Return: a descriptor owned by the console; -1: there is no input.
 */
int console_fd(const struct console *console);

/**
 * console_read() - read input for the guest, without the user's escape sequences
 * @console: console
 * @buf: receives the bytes
 * @len: size of @buf, at least 2: a Ctrl-A of an earlier call that starts no escape adds a byte
 * @ret_quit: set to true if the user wants to quit; otherwise not changed
 *
 * Context: always the same thread.
 * Return: number of bytes in @buf, 0: nothing for the guest now; -ENODATA: end of input, stop
 * waiting on console_fd(); -EINVAL: @len is too small.
 */
must_check int console_read(struct console *console, uint8_t *buf, size_t len, bool *ret_quit);

#endif
