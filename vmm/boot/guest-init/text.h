/* SPDX-License-Identifier: MIT */
/* Strings and messages of the guest's init. Messages go to the console, one write(2) each. */
#ifndef GUEST_INIT_TEXT_H
#define GUEST_INIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* the compiler calls these two by itself */
void *memcpy(void *to, const void *from, size_t len);
void *memset(void *to, int byte, size_t len);

size_t text_len(const char *s);
bool text_equal(const char *a, const char *b);

/** text_join() - concatenate strings up to a NULL into @buf. Return: false when they do not fit. */
bool text_join(char *buf, size_t size, ...) __attribute__((sentinel));

/** text_say() - "portal-init: " and the strings up to a NULL, as one line; long ones are cut. */
void text_say(const char *first, ...) __attribute__((sentinel));

/** text_error() - name of an error number; @error negative as system calls return it. */
const char *text_error(long error);

/**
 * text_die() - say what failed and why, and end
 *
 * The end of PID 1 is a kernel panic: nobody takes this boot for a success.
 */
_Noreturn void text_die(long error, const char *first, const char *second);

#endif
