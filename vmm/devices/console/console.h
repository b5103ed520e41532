/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the guest's console: standard input and output, a file, a pseudo terminal, or
 * nothing. Owns the file descriptors, the terminal's mode and the output on its way; must not know
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
 * @spec: "stdio", "null", "file:PATH" (emptied first, no input), or "pty" (its path goes to the
 * log)
 * @ret_console: the console
 *
 * With stdio and a terminal on standard input the terminal becomes raw, but for the output of
 * lines, and Ctrl-A X quits; console_destroy() or console_restore_terminal() puts it back. One such
 * console a process.
 *
 * Return: 0; -EINVAL no such kind; -ENOMEM; -errno of opening.
 */
must_check int console_create(const char *spec, struct console **ret_console);

/**
 * console_destroy() - write what is queued, waiting a second at most, put the terminal back, close
 *
 * NULL is fine. No other thread may use the console any more.
 */
void console_destroy(struct console *console);

/**
 * console_restore_terminal() - put the terminal back as it was found; does nothing when it is
 *
 * Async-signal-safe: for handlers of fatal signals. The console stays usable otherwise.
 */
void console_restore_terminal(void);

/**
 * console_write() - output of the guest; fits struct serial_sink
 * @console: struct console
 * @data: bytes
 * @len: how many
 *
 * Goes out when a line is complete, when much is queued, and at console_flush(). A reader that
 * takes nothing costs a second once, then output is dropped and the reader told how much. Any
 * thread.
 */
void console_write(void *console, const uint8_t *data, size_t len);

/**
 * console_flush() - write what is queued, without waiting
 * @console: any thread
 *
 * Return: true when nothing is left; false: a reader that is slow, flush again later.
 */
bool console_flush(struct console *console);

/**
 * console_fd() - what to wait on for input with epoll (EPOLLIN, level triggered)
 *
 * Files that epoll refuses, and that never make wait, are stood in for by a descriptor that is
 * always ready: so wait only while the guest has room for input.
 *
 * Return: a descriptor of the console's, -1 when there is no input.
 */
int console_fd(const struct console *console);

/**
 * console_read() - input for the guest, the user's escapes taken out
 * @console: console; one thread
 * @buf: receives the bytes
 * @len: room, at least 2: an escape that was none adds a byte
 * @ret_quit: set to true when the user wants to quit; untouched otherwise
 *
 * Return: bytes in @buf, 0 when there is nothing for the guest now; -ENODATA at the end of input:
 * there will be no more, stop waiting on console_fd(); -EINVAL @len too small.
 */
must_check int console_read(struct console *console, uint8_t *buf, size_t len, bool *ret_quit);

#endif
