/* SPDX-License-Identifier: MIT */
/* Strings of the guest's init. Pure: no system call, no memory of its own. */
#ifndef GUEST_INIT_TEXT_H
#define GUEST_INIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

size_t text_len(const char *s);
bool text_equal(const char *a, const char *b);

/**
 * text_append() - add a string behind what is in a buffer
 * @buf: @len characters, room for @size with the NUL
 *
 * Return: the new length; @size when @s did not fit, and @buf then holds as much as did.
 */
size_t text_append(char *buf, size_t size, size_t len, const char *s);

/** text_join() - strings up to a NULL, one behind the other, into @buf. Return: false when they do
 * not fit. */
bool text_join(char *buf, size_t size, ...) __attribute__((sentinel));

#endif
