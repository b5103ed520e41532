/* SPDX-License-Identifier: MIT */
/* Messages of the guest's init: on the console, one write(2) each. */
#ifndef GUEST_INIT_MESSAGE_H
#define GUEST_INIT_MESSAGE_H

/** message_say() - "portal-init: " and the strings up to a NULL, as one line; long ones are cut. */
void message_say(const char *first, ...) __attribute__((sentinel));

/** message_error() - words for an error; @error negative, as system calls return it. Good until the
 * next call. */
const char *message_error(long error);

/**
 * message_die() - say what failed and why, and end
 *
 * The end of PID 1 is a kernel panic: nobody takes this boot for a success.
 */
_Noreturn void message_die(long error, const char *first, const char *second);

#endif
