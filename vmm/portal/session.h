/* SPDX-License-Identifier: MIT */
/*
 * One conversation on one page, as seen by those who talk: the hooks' side asks for operations and
 * leaves a verdict. Everything here is called from inside the session's coroutine, on its vCPU's
 * thread.
 */
#ifndef PORTAL_SESSION_H
#define PORTAL_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"

struct session;

/**
 * struct session_request - an operation, docs/protocol.md section 4
 * @op: PORTAL_OP_*, one that is answered
 * @addr: address or parameter
 * @size: bytes or parameter
 * @data: payload
 * @len: its bytes, at most PORTAL_DATA_SIZE
 * @most: the largest result that is not a lie
 */
struct session_request {
	uint32_t op;
	uint64_t addr;
	uint64_t size;
	const void *data;
	size_t len;
	uint64_t most;
};

/* a result (0 .. session_request.most) and the cursor that came with it */
struct session_answer {
	uint64_t result;
	uint64_t cursor;
};

/**
 * session_call() - have the guest carry out an operation; may suspend
 * @session: the session
 * @request: what to do
 * @ret_answer: set on success
 *
 * Return: 0; the guest's negative errno; -EOPNOTSUPP: it does not know the operation; -EINVAL: it
 * finds the parameters out of bounds; -EPROTO: its answer is none, the session is over; -ECANCELED:
 * the task, the pool or the VM is gone, the session is over.
 */
must_check int session_call(struct session *session, const struct session_request *request,
			    struct session_answer *ret_answer);

/** session_payload() - copy @len bytes (at most PORTAL_DATA_SIZE) of the last answer's payload. */
void session_payload(struct session *session, void *buf, size_t len);

/** session_break() - the guest broke the protocol: count it, end the session. Return: -EPROTO. */
int session_break(struct session *session);

/** session_is_over() - nothing more can be asked; every session_call() is -ECANCELED. */
bool session_is_over(const struct session *session);

/**
 * session_open_trace() - read the guest's trace rings from now on
 * @session: with the guest whose they are
 * @gpas: addresses of struct portal_wire_trace_ring as the guest gave them
 * @nr: of them
 * @size: bytes of each ring
 *
 * Return: 0, also when they are open; -EPROTO: they cannot be that, the session is over; -ENOMEM,
 * -EAGAIN.
 */
must_check int session_open_trace(struct session *session, const uint64_t *gpas, size_t nr,
				  uint32_t size);

/**
 * session_verdict() - end with a verdict instead of NONE, when the coroutine's function returns
 * @session: the session
 * @data: struct portal_wire_verdict and its writes
 * @len: bytes, at most PORTAL_DATA_SIZE
 *
 * The last thing done in a session. Nothing happens when it is over already.
 */
void session_verdict(struct session *session, const void *data, size_t len);

/**
 * session_set_user() - keep a pointer that on_suspend and on_resume can ask for; NULL at the start.
 */
void session_set_user(struct session *session, void *user);
void *session_user(const struct session *session);

/**
 * session_memory() - guest memory that the guest shares beside its pool
 * @session: the session
 * @gpa: where it says that this is, any value
 * @len: bytes
 *
 * Valid as struct guest_ram's slice is; not to be touched after the guest's bye.
 *
 * Return: the host's pointer; NULL: not page aligned, not all RAM, or a page of the pool is in it.
 */
void *session_memory(const struct session *session, gpa_t gpa, uint64_t len);

/**
 * session_count_read() - @bytes of guest memory were read; session_count_write() - were written.
 */
void session_count_read(struct session *session, uint64_t bytes);
void session_count_write(struct session *session, uint64_t bytes);

#endif
