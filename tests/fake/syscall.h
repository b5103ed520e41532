/* SPDX-License-Identifier: MIT */
/* System calls of the fake guest, with their hooks, docs/protocol.md section 5. */
#ifndef FAKE_SYSCALL_H
#define FAKE_SYSCALL_H

#include "fake/event.h"
#include "fake/session.h"

/**
 * struct fake_result - result of a system call
 * @ret: result for the task
 * @ran: the function of the system call ran
 * @args: arguments that the function got
 * @calls: calls of the doorbell
 * @runs: number of times that the kernel made the call
 * @refused: the host refused a call of the doorbell
 * @bad_verdict: a verdict was malformed; it had no effect
 * @missed: hooks were not called, because no page was free
 */
struct fake_result {
	int64_t ret;
	bool ran;
	uint64_t args[PORTAL_NR_ARGS];
	unsigned int calls;
	unsigned int runs;
	bool refused, bad_verdict, missed;
};

/**
 * fake_fill_call() - make the event of system call @nr
 * @when: PORTAL_WHEN_ENTER or _RETURN
 * @ret_event: it names the hooks that match; it has no items
 */
void fake_fill_call(struct fake_guest *guest, const struct fake_task *task, uint32_t nr,
		    const uint64_t args[static PORTAL_NR_ARGS], uint32_t when,
		    struct fake_event *ret_event);

/** fake_syscall() - make a system call by name, with its hooks, rules and records. */
void fake_syscall(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		  const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		  struct fake_result *ret_result);

/** fake_syscall_nr() - make system call @nr of the task's ABI, also of a foreign program. */
void fake_syscall_nr(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		     uint32_t nr, const uint64_t args[static PORTAL_NR_ARGS],
		     struct fake_result *ret_result);

/**
 * fake_record() - write an event into the trace of @vcpu, and wake the host if it waits for that
 *
 * Return: false: there is no room.
 */
bool fake_record(struct fake_guest *guest, unsigned int vcpu, const struct fake_event *event);

#endif
