/* SPDX-License-Identifier: MIT */
/*
 * How a VM ended: decided once, by whoever sees it first, told in words and as an exit status.
 * Knows the meaning of the signs the guest gives (power ports, portal device state, triple fault),
 * not where they come from.
 */
#ifndef OUTCOME_H
#define OUTCOME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "exit_status.h"

enum outcome_reason {
	OUTCOME_NONE = 0,
	OUTCOME_POWEROFF,
	OUTCOME_REBOOT,
	OUTCOME_HALT,
	OUTCOME_PANIC,
	OUTCOME_TRIPLE_FAULT,
	OUTCOME_DIED_EARLY,
	OUTCOME_TIMEOUT,
	OUTCOME_SIGINT,
	OUTCOME_SIGTERM,
	OUTCOME_QUIT,
	OUTCOME_BAD_HOOK,
	OUTCOME_BAD_HOST,
	OUTCOME_INTERNAL,
};

/**
 * struct outcome - the one decision
 * @reason: OUTCOME_NONE while the VM runs; the first one stays
 * @guest_state: PORTAL_STATE_* the guest last announced
 * @expects_hello: a guest module was loaded, so that a reset without hello is an early death
 * @hello: the module has said hello
 * @wake_fd: eventfd, non-blocking, for outcome_wake()
 */
struct outcome {
	_Atomic int reason;
	_Atomic unsigned int guest_state;
	atomic_bool expects_hello;
	atomic_bool hello;
	int wake_fd;
};

/** outcome_wake() - have the main loop look around. Any thread. */
void outcome_wake(const struct outcome *outcome);

/** outcome_set() - the VM ends for @reason, unless it has ended before. Any thread. */
void outcome_set(struct outcome *outcome, enum outcome_reason reason);

/**
 * outcome_reset() - the machine was reset, or its CPU gave up when @triple_fault: why? Any thread.
 */
void outcome_reset(struct outcome *outcome, bool triple_fault);

/** outcome_status() - the exit status of a reason. */
enum exit_status outcome_status(enum outcome_reason reason);

/** outcome_text() - the reason in words, for the last line. */
const char *outcome_text(enum outcome_reason reason);

#endif
