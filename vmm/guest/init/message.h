/* SPDX-License-Identifier: MIT */
/* Messages of our init on the console, with one write(2) each. */
#ifndef GUEST_INIT_MESSAGE_H
#define GUEST_INIT_MESSAGE_H

/**
 * message_say() - print "portal-init: " and the strings up to a NULL as one line, which is
 * truncated if it is too long
 */
void message_say(const char *first, ...) __attribute__((sentinel));

/**
 * message_fail() - print "portal-init: error: " and the strings up to a NULL as one line, and exit
 *
 * The exit of PID 1 makes the kernel panic, so that the boot is not reported as a success. The line
 * is complete before that: the VMM repeats it.
 */
_Noreturn void message_fail(const char *first, ...) __attribute__((sentinel));

/**
 * message_error() - describe an error
 * @error: negative, as system calls return it
 *
 * Return: a text, valid until the next call.
 */
const char *message_error(long error);

/** message_die() - message_fail() with what failed and why */
_Noreturn void message_die(long error, const char *first, const char *second);

#endif
