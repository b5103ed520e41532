/* SPDX-License-Identifier: MIT */
/* A system call of the fake guest with its hooks, docs/protocol.md section 5. */
#ifndef FAKE_SYSCALL_H
#define FAKE_SYSCALL_H

#include "fake/session.h"

/**
 * struct fake_result - what came of a call
 * @ret: what the task gets
 * @ran: the call's own function ran
 * @args: the arguments it saw
 * @calls: doorbells in all
 * @refused: the host refused one
 */
struct fake_result {
	int64_t ret;
	bool ran;
	uint64_t args[PORTAL_NR_ARGS];
	unsigned int calls;
	bool refused;
};

/** fake_fill_call() - the event of @task making call @nr. @when: PORTAL_WHEN_ENTER or _RETURN. */
void fake_fill_call(struct fake_guest *guest, const struct fake_task *task, uint32_t nr,
		    const uint64_t args[static PORTAL_NR_ARGS], uint32_t when,
		    struct portal_wire_syscall *ret_call);

/** fake_syscall() - make a call by name, six arguments, with everything that hangs on it. */
void fake_syscall(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		  const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		  struct fake_result *ret_result);

#endif
