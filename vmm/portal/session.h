/* SPDX-License-Identifier: MIT */
/*
 * A session as its callback sees it: hooks/ requests operations and leaves a verdict. All functions
 * here are called from the session's coroutine, on the thread of its vCPU.
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
 * @op: PORTAL_OP_*, not NONE or VERDICT
 * @addr: first parameter
 * @arg: second parameter
 * @flags: PORTAL_REQUEST_F_*
 * @pid: process; 0: the session's task
 * @start_time: start time of @pid; 0 if @pid is 0
 * @data: payload
 * @len: bytes of payload, at most PORTAL_REQUEST_ROOM
 * @most: largest result to accept; a larger one is a protocol error
 */
struct session_request {
	uint32_t op;
	uint64_t addr;
	uint64_t arg;
	uint32_t flags;
	uint32_t pid;
	uint64_t start_time;
	const void *data;
	size_t len;
	uint64_t most;
};

/* the result of an operation (0 .. session_request.most) and its cursor */
struct session_answer {
	uint64_t result;
	uint64_t cursor;
};

/**
 * session_call() - let the guest carry out an operation; may suspend
 * @session: the session
 * @request: the operation
 * @ret_answer: set on success; the cursor also with the guest's negative errno
 *
 * Return: 0; the guest's negative errno; -EOPNOTSUPP: the guest does not have the operation, and is
 * not asked; -EWOULDBLOCK: not in the context of this event; -EINVAL: the guest found a parameter
 * out of bounds; -EPROTO: the answer was malformed and the
 * session is over; -ECANCELED: the task, the pool or the VM is gone and the session is over.
 */
must_check int session_call(struct session *session, const struct session_request *request,
			    struct session_answer *ret_answer);

/** session_payload() - copy the first @len (at most PORTAL_DATA_SIZE) bytes of the last answer. */
void session_payload(struct session *session, void *buf, size_t len);

/**
 * session_fail() - count a violation of the protocol and end the session
 *
 * Return: -EPROTO.
 */
int session_fail(struct session *session);

/** session_is_over() - check whether every further session_call() returns -ECANCELED. */
bool session_is_over(const struct session *session);

/**
 * session_open_trace() - start reading the guest's trace rings
 * @session: a session with the guest that owns the rings
 * @gpas: addresses of struct portal_wire_trace_ring, as the guest passed them
 * @nr: number of rings
 * @size: bytes of each ring
 *
 * Return: 0, also when the rings are open already; -EPROTO: an address is not acceptable and the
 * session is over; -ECANCELED: the session is over; -ENOMEM; -EAGAIN: no thread.
 */
must_check int session_open_trace(struct session *session, const uint64_t *gpas, size_t nr,
				  uint32_t size);

/**
 * session_verdict() - set the verdict that ends the session when its callback returns
 * @session: the session
 * @data: struct portal_wire_verdict and its writes
 * @len: bytes, at most PORTAL_DATA_SIZE
 *
 * Without this call the session ends with NONE. No operation may follow. Has no effect when the
 * session is over.
 */
void session_verdict(struct session *session, const void *data, size_t len);

/** session_set_user() - store a pointer for session_user(), which is NULL until then. */
void session_set_user(struct session *session, void *user);
void *session_user(const struct session *session);

/**
 * session_memory() - map memory that the guest shares in addition to its pool
 * @session: the session
 * @gpa: its address as the guest passed it, any value
 * @len: bytes
 *
 * The pointer is valid as long as one from struct guest_ram's @slice. Do not access the memory
 * after the guest's bye.
 *
 * Return: the host address; NULL: not page aligned, not entirely RAM, or it overlaps the pool.
 */
void *session_memory(const struct session *session, gpa_t gpa, uint64_t len);

/** session_count_read() - count @bytes of guest memory that were read. */
void session_count_read(struct session *session, uint64_t bytes);

/** session_count_write() - count @bytes of guest memory that were written. */
void session_count_write(struct session *session, uint64_t bytes);

#endif
