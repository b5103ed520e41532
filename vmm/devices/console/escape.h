/* SPDX-License-Identifier: MIT */
/*
 * The keys a user has to leave the guest's console: Ctrl-A X quits, Ctrl-A Ctrl-A is Ctrl-A, Ctrl-A
 * and anything else is both of them. A pure state machine; knows no terminal.
 */
#ifndef DEVICES_CONSOLE_ESCAPE_H
#define DEVICES_CONSOLE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct console_escape - zero is the start
 * @armed: the last byte seen was a Ctrl-A that has not been passed on
 */
struct console_escape {
	bool armed;
};

/**
 * console_escape_filter() - what of the user's input is for the guest
 * @escape: state, kept between calls
 * @in: bytes typed
 * @len: how many
 * @out: receives up to @len + 1 bytes; may not overlap @in
 * @ret_quit: set when the user wants to quit, what follows is not looked at; untouched otherwise
 *
 * Return: bytes in @out.
 */
size_t console_escape_filter(struct console_escape *escape, const uint8_t *in, size_t len,
			     uint8_t *out, bool *ret_quit);

#endif
