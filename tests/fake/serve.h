/* SPDX-License-Identifier: MIT */
/* Operations of the fake guest, docs/protocol.md section 4. */
#ifndef FAKE_SERVE_H
#define FAKE_SERVE_H

#include "fake/guest.h"

/**
 * struct fake_caller - the session in which an operation is requested
 * @guest: the guest
 * @task: the session's task; NULL for a kernel thread
 * @context: PORTAL_CONTEXT_* of its event
 * @is_work: it is a work session
 * @no_memory: the task has no user memory any more
 */
struct fake_caller {
	struct fake_guest *guest;
	struct fake_task *task;
	uint32_t context;
	bool is_work;
	bool no_memory;
};

/**
 * fake_serve() - carry out the operation in @region and write the answer to it, except op
 *
 * Return: PORTAL_RESP_*.
 */
uint32_t fake_serve(const struct fake_caller *caller, struct portal_region *region);

#endif
