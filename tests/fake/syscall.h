/* SPDX-License-Identifier: MIT */
/* System calls of the fake guest, with their hooks, docs/protocol.md section 5. */
#ifndef FAKE_SYSCALL_H
#define FAKE_SYSCALL_H

#include "fake/session.h"

/**
 * struct fake_result - result of a system call
 * @ret: result for the task
 * @ran: the function of the system call ran
 * @args: arguments that the function got
 * @calls: calls of the doorbell
 * @refused: the host refused one of them
 */
struct fake_result {
	int64_t ret;
	bool ran;
	uint64_t args[PORTAL_NR_ARGS];
	unsigned int calls;
	bool refused;
};

/** fake_fill_call() - make the event of system call @nr. @when: PORTAL_WHEN_ENTER or _RETURN. */
void fake_fill_call(struct fake_guest *guest, const struct fake_task *task, uint32_t nr,
		    const uint64_t args[static PORTAL_NR_ARGS], uint32_t when,
		    struct portal_wire_syscall *ret_call);

/** fake_syscall() - make a system call by name, with its hooks, rules and records. */
void fake_syscall(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		  const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		  struct fake_result *ret_result);

#endif
