/* SPDX-License-Identifier: MIT */
/*
 * A conversation of the fake guest, step by step, so that a test can interleave several, or stop
 * and lie.
 */
#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H

#include "fake/guest.h"

enum fake_state {
	FAKE_ENDED = 0, /* the host has left NONE or VERDICT */
	FAKE_ASKED,	/* the host wants an operation */
	FAKE_REFUSED,	/* the host has refused a call */
};

/**
 * struct fake_session - one session
 * @guest: whose
 * @task: whose memory operations work on; NULL = a kernel thread
 * @vcpu: where it calls
 * @page: index in the pool
 * @generation: its own
 * @calls: so far
 * @state: after the last call
 * @error: what the refused call returned
 * @verdict_size: bytes of @verdict; 0: it ended with NONE
 * @verdict: payload of VERDICT
 */
struct fake_session {
	struct fake_guest *guest;
	struct fake_task *task;
	unsigned int vcpu;
	size_t page;
	uint32_t generation;
	unsigned int calls;
	enum fake_state state;
	int error;
	size_t verdict_size;
	uint8_t verdict[PORTAL_DATA_SIZE];
};

/**
 * fake_session_open() - take a page and open a session on it
 * @session: set
 * @guest: the guest
 * @task: NULL for hello and work
 * @vcpu: where
 * @kind: PORTAL_CALL_HELLO, _EVENT or _WORK
 * @code: PORTAL_EVENT_*
 * @payload: @size bytes
 *
 * Return: 0; -1: no page is free.
 */
int fake_session_open(struct fake_session *session, struct fake_guest *guest,
		      struct fake_task *task, unsigned int vcpu, uint32_t kind, uint32_t code,
		      const void *payload, size_t size);

/**
 * fake_session_serve() - carry out the operation that is asked for; the answer is in the page, not
 * rung.
 */
void fake_session_serve(struct fake_session *session);

/** fake_session_call() - call @kind and look at what the host has left. */
void fake_session_call(struct fake_session *session, uint32_t kind);

/** fake_session_step() - serve and call ANSWER. */
void fake_session_step(struct fake_session *session);

/** fake_session_finish() - step until it ends, and give the page back. */
void fake_session_finish(struct fake_session *session);

/** fake_session_drop() - give the page back and call nothing more. */
void fake_session_drop(struct fake_session *session);

/** fake_session_region() - its page. */
struct portal_region *fake_session_region(struct fake_session *session);

/** fake_session_op() - the operation in the page. */
uint32_t fake_session_op(struct fake_session *session);

#endif
