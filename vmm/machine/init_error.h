/* SPDX-License-Identifier: MIT */
/*
 * The error that our init prints on the console when the boot cannot go on. A kernel that is locked
 * down allows init neither I/O ports nor /dev/mem, so the console is the only way to the VMM. The
 * text comes from the guest: the user reads it, and nothing else depends on it.
 */
#ifndef INIT_ERROR_H
#define INIT_ERROR_H

#include <stddef.h>
#include <stdint.h>

#define INIT_ERROR_MAX 512 /* longest line of our init, with its NUL */

/**
 * struct init_error - the first error found; zero before the first character
 * @line: the current line, as far as it has come; characters beyond its size are dropped
 * @len: characters in @line
 * @text: the error; "" until there is one
 */
struct init_error {
	char line[INIT_ERROR_MAX];
	size_t len;
	char text[INIT_ERROR_MAX];
};

/**
 * init_error_feed() - look at what the guest has written to the console
 * @error: the state
 * @data: @len bytes, any
 *
 * Context: serialized by the caller.
 */
void init_error_feed(struct init_error *error, const uint8_t *data, size_t len);

#endif
