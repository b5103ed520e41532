/* SPDX-License-Identifier: MIT */
/*
 * A session of the fake guest, step by step, so that a test can interleave sessions, stop one, or
 * violate the protocol in it.
 */
#ifndef FAKE_SESSION_H
#define FAKE_SESSION_H

#include "fake/guest.h"

enum fake_state {
	FAKE_ENDED = 0, /* the host has left NONE or VERDICT */
	FAKE_REQUESTED, /* the host requests an operation */
	FAKE_REFUSED,	/* the host has refused a call */
};

/**
 * struct fake_session - a session
 * @guest: its guest
 * @task: task on whose memory operations work; NULL: a kernel thread
 * @vcpu: vCPU that makes its calls
 * @is_away: the task is on another vCPU: answers come by an inter-processor call on @vcpu
 * @page: index of its page in the pool
 * @generation: its generation
 * @kind: kind of the call that opened it
 * @context: PORTAL_CONTEXT_* of its event
 * @no_memory: its task has no user memory any more
 * @calls: calls so far
 * @state: state after the last call
 * @error: result of the call that was refused
 * @verdict_size: bytes of @verdict; 0: it ended with NONE
 * @verdict: payload of VERDICT
 * @opened: contents of the page when it was opened
 */
struct fake_session {
	struct fake_guest *guest;
	struct fake_task *task;
	unsigned int vcpu;
	bool is_away;
	size_t page;
	uint32_t generation;
	uint32_t kind;
	uint32_t context;
	bool no_memory;
	unsigned int calls;
	enum fake_state state;
	int error;
	size_t verdict_size;
	uint8_t verdict[PORTAL_DATA_SIZE];
	struct portal_region opened;
};

/**
 * fake_session_open() - take a page and open a session on it
 * @session: written
 * @guest: the guest
 * @task: NULL for hello and work
 * @vcpu: vCPU that makes the calls
 * @kind: PORTAL_CALL_HELLO, _EVENT or _WORK
 * @code: PORTAL_OPEN_*
 * @payload: @size bytes
 *
 * The pool grows if it is empty and the guest has more pages.
 *
 * Return: 0; -1: no page is free.
 */
int fake_session_open(struct fake_session *session, struct fake_guest *guest,
		      struct fake_task *task, unsigned int vcpu, uint32_t kind, uint32_t code,
		      const void *payload, size_t size);

/** fake_session_open_report() - the same, and the page that is kept for reports may be used. */
int fake_session_open_report(struct fake_session *session, struct fake_guest *guest,
			     struct fake_task *task, unsigned int vcpu, const void *payload,
			     size_t size);

/**
 * fake_session_reopen() - make the call that opened the session once more, as after a snapshot
 *
 * The page has the same contents and generation as then; the session has ended meanwhile.
 */
void fake_session_reopen(struct fake_session *session);

/**
 * fake_session_serve() - carry out the requested operation and write the answer to the page
 *
 * It makes no call: the answer is not sent yet.
 */
void fake_session_serve(struct fake_session *session);

/** fake_session_call() - make a call of @kind and evaluate the host's reply. */
void fake_session_call(struct fake_session *session, uint32_t kind);

/** fake_session_step() - serve the operation and send the answer. */
void fake_session_step(struct fake_session *session);

/**
 * fake_session_cancel() - give the session up, as when its vCPU is offline, and return the page
 * @session: an operation is requested
 * @vcpu: vCPU that makes the call, any
 *
 * Return: 0: the host has cancelled it; the error of the call. The page is returned in any case.
 */
int fake_session_cancel(struct fake_session *session, unsigned int vcpu);
/** fake_session_step_remote() - the same, from another CPU than the task's. */
void fake_session_step_remote(struct fake_session *session);

/** fake_session_finish() - step until the session ends, and return the page. */
void fake_session_finish(struct fake_session *session);

/** fake_session_drop() - return the page without another call. */
void fake_session_drop(struct fake_session *session);

/** fake_session_region() - get the page. */
struct portal_region *fake_session_region(struct fake_session *session);

/** fake_session_op() - get the code of the operation in the page. */
uint32_t fake_session_op(struct fake_session *session);

/** fake_session_request() - get the request in the page. */
struct portal_wire_request fake_session_request(struct fake_session *session);

#endif
