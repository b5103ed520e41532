/* SPDX-License-Identifier: MIT */
/*
 * How a VM ended: decided once, by whoever sees it first, told in words and as an exit status.
 * Knows the meaning of the signs the guest gives (power ports, portal device state, triple fault),
 * not where they come from.
 */
#ifndef ENDING_H
#define ENDING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "exit_status.h"

enum ending_reason {
	ENDING_NONE = 0,
	ENDING_POWEROFF,
	ENDING_REBOOT,
	ENDING_HALT,
	ENDING_PANIC,
	ENDING_TRIPLE_FAULT,
	ENDING_DIED_EARLY,
	ENDING_TIMEOUT,
	ENDING_SIGINT,
	ENDING_SIGTERM,
	ENDING_QUIT,
	ENDING_BAD_HOOK,
	ENDING_BAD_HOST,
	ENDING_INTERNAL,
};

/**
 * struct ending - the one decision
 * @reason: ENDING_NONE while the VM runs; the first one stays
 * @guest_state: PORTAL_STATE_* the guest last announced
 * @expects_hello: a guest module was loaded, so that a reset without hello is an early death
 * @hello: the module has said hello
 * @wake_fd: eventfd, non-blocking, for ending_wake()
 */
struct ending {
	_Atomic int reason;
	_Atomic unsigned int guest_state;
	atomic_bool expects_hello;
	atomic_bool hello;
	int wake_fd;
};

/** ending_wake() - have the main loop look around. Any thread. */
void ending_wake(const struct ending *ending);

/** ending_set() - the VM ends for @reason, unless it has ended before. Any thread. */
void ending_set(struct ending *ending, enum ending_reason reason);

/**
 * ending_reset() - the machine was reset, or its CPU gave up when @triple_fault: why? Any thread.
 */
void ending_reset(struct ending *ending, bool triple_fault);

/** ending_status() - the exit status of a reason. */
enum exit_status ending_status(enum ending_reason reason);

/** ending_text() - the reason in words, for the last line. */
const char *ending_text(enum ending_reason reason);

#endif
