/* SPDX-License-Identifier: MIT */
/*
 * The door the guest's doorbell leads to: owns the pool of pages the guest has registered, the
 * sessions on them and their coroutines. Knows no KVM, no hooks and no modules; guest memory and
 * the takers of events come in as small ops structs. Source: docs/protocol.md sections 1 to 3.
 */
#ifndef PORTAL_GATE_H
#define PORTAL_GATE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "portal/event.h"
#include "portal/session.h"
#include "portal/stats.h"

struct gate;

/**
 * struct gate_mem - guest memory
 * @slice: host pointer to @len bytes at @gpa, valid as long as the gate and those who take its
 * events; NULL
 *	when they are not all RAM.
 *	Called from any vCPU's thread.
 * @ctx: handed to it
 */
struct gate_mem {
	void *(*slice)(void *ctx, gpa_t gpa, uint64_t len);
	void *ctx;
};

/**
 * struct trace_stamp - what a record of a trace says beside its event
 * @ring: number of the ring
 * @time: when it was written, ns on the guest's CLOCK_MONOTONIC
 * @lost: how many records were lost in this trace since the one before
 */
struct trace_stamp {
	unsigned int ring;
	uint64_t time;
	uint32_t lost;
};

/**
 * struct gate_events - who takes what the guest brings
 * @on_hello: a guest has registered its pool. Runs in the session's coroutine, as the next three.
 * @on_call: a system call event
 * @on_error: an effect of a verdict failed
 * @on_work: the guest offers a session
 * @on_mismatch: a hello with another wire version, already turned away; on the vCPU's thread
 * @on_bye: the module has let go; on the vCPU's thread
 * @on_suspend: the session's coroutine is about to wait; in the coroutine
 * @on_resume: it goes on; in the coroutine
 * @on_trace: a record of a trace ring, in the order that trace.h guarantees; on the trace thread,
 * which must not call
 * @on_trace_broken: the guest has broken the protocol in this trace, which is read no more; on the
 * trace's thread
 * @ctx: handed to each
 *
 * What is handed in is valid until the function returns. All must be set.
 */
struct gate_events {
	void (*on_hello)(void *ctx, struct session *session, const struct hello *hello);
	void (*on_call)(void *ctx, struct session *session, const struct syscall_event *call);
	void (*on_error)(void *ctx, struct session *session, const struct syscall_error *error);
	void (*on_work)(void *ctx, struct session *session);
	void (*on_mismatch)(void *ctx, uint32_t version);
	void (*on_bye)(void *ctx);
	void (*on_suspend)(void *ctx, struct session *session);
	void (*on_resume)(void *ctx, struct session *session);
	void (*on_trace)(void *ctx, const struct syscall_event *call,
			 const struct trace_stamp *stamp);
	void (*on_trace_broken)(void *ctx, unsigned int ring);
	void *ctx;
};

/* what of a task's memory is accessed past the guest where it is plainly there; see portal/direct.h
 */
enum gate_direct {
	GATE_DIRECT_OFF = 0,
	GATE_DIRECT_READ,
	GATE_DIRECT_READ_WRITE, /* only where a stopped vCPU holds up the invalidation of pages */
};

/**
 * struct gate_config - what a gate is made from, copied
 * @mem: guest memory
 * @events: taker of events
 * @nr_vcpus: at least 1
 * @direct: GATE_DIRECT_*
 */
struct gate_config {
	struct gate_mem mem;
	struct gate_events events;
	unsigned int nr_vcpus;
	enum gate_direct direct;
};

/**
 * struct gate_stats - what has happened so far
 * @doorbells: calls by PORTAL_CALL_*, 0 = of unknown kind
 * @refused: of these, how many were refused
 * @events: sessions opened, by the low byte of PORTAL_EVENT_*
 * @operations: asked for, by PORTAL_OP_*; NONE and VERDICT: how sessions ended
 * @bytes_read: guest memory delivered by READ and READ_STR
 * @bytes_written: guest memory written by WRITE
 * @sessions_now: open
 * @sessions_peak: most that were open at once
 * @page_waits: events whose task had to wait in the guest, because every page of the pool was in
 * use
 * @protocol_errors: calls and answers that broke the protocol
 * @cancelled: sessions that ended before their time
 * @coroutines: created
 * @direct_read: bytes of user memory read past the guest
 * @direct_written: written
 * @direct_declined: accesses whose end was left to the guest, though @direct was on
 * @trace_produced: events for a trace, by the guest's own count; what it says is complete after
 * gate_close_trace()
 * @trace_lost: of these, how many found no room
 * @trace_consumed: records handed out
 * @trace_wakeups: times the trace's thread was woken
 * @trace_blocked: calls of guests that waited for room in a trace
 */
struct gate_stats {
	uint64_t doorbells[STATS_NR_CALLS];
	uint64_t events[STATS_NR_EVENTS];
	uint64_t operations[PORTAL_NR_OPS];
	uint64_t refused, bytes_read, bytes_written;
	uint64_t sessions_now, sessions_peak, page_waits;
	uint64_t protocol_errors, cancelled, coroutines;
	uint64_t direct_read, direct_written, direct_declined;
	uint64_t trace_produced, trace_lost, trace_consumed, trace_wakeups, trace_blocked;
};

/**
 * gate_create() - a gate without a pool. Return: 0; -EINVAL: no vCPU; -ENOMEM; -errno of
 * eventfd(2).
 */
must_check int gate_create(const struct gate_config *config, struct gate **ret_gate);

/**
 * gate_destroy() - NULL is fine; gate_cancel_vcpu() has been called for every vCPU that ever rang.
 */
void gate_destroy(struct gate *gate);

/**
 * gate_call() - serve one call of the doorbell
 * @gate: the gate
 * @vcpu: who rang; this is its thread, it is stopped, and always the same thread calls for it
 * @page: guest physical address it gave, any value
 * @kind: PORTAL_CALL_*, any value
 *
 * Runs callbacks. Afterwards the page holds the next operation, or the session's end.
 *
 * Return: 0 served. Refused, with the page untouched: -EINVAL unknown kind or vCPU; -ENOENT the
 * page is not in the pool, or nothing is asked on it; -EBUSY another vCPU holds the session, or a
 * session was opened where one was open (that one is cancelled); -ESTALE wrong generation; -EPROTO
 * contents out of bounds; -EFAULT a hello's page or range is not RAM; -ECANCELED the session was
 * cancelled meanwhile;
 * -ESHUTDOWN after gate_cancel_vcpu(); -ENOMEM.
 */
must_check int gate_call(struct gate *gate, unsigned int vcpu, gpa_t page, uint32_t kind);

/**
 * gate_call_index() - gate_call() for a doorbell that says which page of the pool it is for
 * @index: pages counted in the order of hello's ranges, any value
 *
 * Return: as gate_call(); there is no such page: as for one that is not in the pool.
 */
must_check int gate_call_index(struct gate *gate, unsigned int vcpu, uint32_t index, uint32_t kind);

/**
 * gate_cancel_vcpu() - end every session the vCPU holds, before its thread ends
 * @gate: the gate
 * @vcpu: on its thread
 *
 * Suspended callbacks run on and get -ECANCELED from every operation until they return. Later calls
 * of this vCPU are refused.
 */
void gate_cancel_vcpu(struct gate *gate, unsigned int vcpu);

/** gate_bell() - eventfd for the guest's writes to PORTAL_DEV_TRACE; as long as the gate. */
int gate_bell(const struct gate *gate);

/**
 * gate_close_trace() - hand out what is left in the guest's trace rings, when no vCPU calls any
 * more.
 */
void gate_close_trace(struct gate *gate);

/** gate_get_stats() - a copy of the counters. Any thread. */
void gate_get_stats(const struct gate *gate, struct gate_stats *ret_stats);

#endif
