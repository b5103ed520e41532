/* SPDX-License-Identifier: MIT */
/*
 * Escape sequences of the console: Ctrl-A X quits, Ctrl-A Ctrl-A sends one Ctrl-A, and Ctrl-A
 * before any other byte sends both. A pure state machine; must not know terminals.
 */
#ifndef DEVICES_CONSOLE_ESCAPE_H
#define DEVICES_CONSOLE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct console_escape - state; all zero is the initial state
 * @armed: the last byte was a Ctrl-A, which has not been passed on yet
 */
struct console_escape {
	bool armed;
};

/**
 * console_escape_filter() - extract the guest's part of the user's input
 * @escape: state, kept between calls
 * @in: bytes typed
 * @len: number of bytes in @in
 * @out: receives up to @len + 1 bytes; must not overlap @in
 * @ret_quit: set to true if the user wants to quit, and the rest of @in is ignored; otherwise not
 * changed
 *
 * Return: number of bytes in @out.
 */
size_t console_escape_filter(struct console_escape *escape, const uint8_t *in, size_t len,
			     uint8_t *out, bool *ret_quit);

#endif
