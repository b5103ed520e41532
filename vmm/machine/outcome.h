/* SPDX-License-Identifier: MIT */
/*
 * How a VM ended, in words and as an exit status. The first reason stays. Knows what the guest's
 * signs mean (power ports, state of the portal device, triple fault), not where they come from.
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
 * struct outcome - how the VM ended
 * @reason: OUTCOME_NONE while the VM runs
 * @guest_state: PORTAL_STATE_* that the guest module last reported
 * @expects_hello: the initramfs has a guest module, so that a reset without hello is an early death
 * @hello: the guest module has said hello
 * @wake_fd: eventfd, non-blocking, for outcome_wake()
 */
struct outcome {
	_Atomic int reason;
	_Atomic unsigned int guest_state;
	atomic_bool expects_hello;
	atomic_bool hello;
	int wake_fd;
};

/** outcome_wake() - wake the main loop. Any thread. */
void outcome_wake(const struct outcome *outcome);

/** outcome_set() - end the VM for @reason, unless it has a reason already. Any thread. */
void outcome_set(struct outcome *outcome, enum outcome_reason reason);

/**
 * outcome_reset() - end the VM because it was reset, and find out why
 * @outcome: has the guest's state
 * @triple_fault: not by a request of the guest, but by a triple fault
 *
 * Any thread.
 */
void outcome_reset(struct outcome *outcome, bool triple_fault);

/** outcome_status() - exit status for a reason. */
enum exit_status outcome_status(enum outcome_reason reason);

/** outcome_text() - a reason in words, for the last line of the log. */
const char *outcome_text(enum outcome_reason reason);

#endif
