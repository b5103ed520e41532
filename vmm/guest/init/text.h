/* SPDX-License-Identifier: MIT */
/* String functions of our init. They make no system call and allocate no memory. */
#ifndef GUEST_INIT_TEXT_H
#define GUEST_INIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

size_t text_len(const char *s);
bool text_equal(const char *a, const char *b);

/**
 * text_append() - append a string to a buffer
 * @buf: buffer
 * @size: its size in bytes, including the NUL
 * @len: length of the text in it
 * @s: string to append
 *
 * Return: the new length; @size: @s did not fit, and @buf contains the part that did.
 */
size_t text_append(char *buf, size_t size, size_t len, const char *s);

/** text_join() - concatenate the strings up to a NULL into @buf. Return: false: they do not fit. */
bool text_join(char *buf, size_t size, ...) __attribute__((sentinel));

#endif
