/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the channel: the pool of pages that the guest has registered, the sessions on
 * them and their coroutines. It knows no KVM, no hooks and no modules; it reaches guest RAM and
 * delivers events through two structs of functions. Source: docs/protocol.md sections 1 to 3.
 */
#ifndef PORTAL_CHANNEL_H
#define PORTAL_CHANNEL_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "portal/guest_ram.h"
#include "portal/sink.h"
#include "portal/stats.h"
#include "portal/task_mem/direct.h"

struct channel;

/**
 * struct vcpu_waker - wakes the thread of a vCPU, whose sessions another vCPU has cancelled
 * @wake: make the vCPU's thread call channel_attend() soon, also when it is in the guest or the
 *	vCPU sleeps; any thread, with a lock of the channel held; may be NULL: then the sessions end
 *	at the vCPU's next call
 * @ctx: passed to @wake
 */
struct vcpu_waker {
	void (*wake)(void *ctx, unsigned int vcpu);
	void *ctx;
};

/**
 * struct channel_config - parameters of a channel, copied
 * @ram: guest RAM
 * @sink: receiver of events
 * @waker: wakes vCPU threads
 * @nr_vcpus: at least 1
 * @direct: DIRECT_*
 */
struct channel_config {
	struct guest_ram ram;
	struct event_sink sink;
	struct vcpu_waker waker;
	unsigned int nr_vcpus;
	enum direct_access direct;
};

/**
 * struct channel_stats - counters since channel_create()
 * @doorbells: calls by PORTAL_CALL_*; 0: calls of unknown kind
 * @events: sessions opened by an event, by PORTAL_EVENT_*; 0: events of unknown kind
 * @hellos: sessions opened by a hello
 * @work: sessions opened for work of the host
 * @missed: events that hooks did not get, as counted by the guest
 * @operations: operations sent, by PORTAL_OP_*; NONE and VERDICT count how sessions ended
 * @refused: calls that were refused
 * @bytes_read: guest memory delivered by READ and READ_STR
 * @bytes_written: guest memory written by WRITE
 * @sessions_now: open sessions
 * @sessions_peak: largest number of sessions open at the same time
 * @page_waits: events whose task had to wait in the guest because all pages of the pool were in use
 * @protocol_errors: calls and answers that violated the protocol
 * @cancelled: sessions that were cancelled
 * @coroutines: coroutines created
 * @direct_read: bytes of user memory read by direct access
 * @direct_written: bytes of user memory written by direct access
 * @direct_declined: direct accesses of which at least a part was left to an operation
 * @trace_produced: trace records written or lost, as counted by the guest; complete after
 *	channel_close_trace()
 * @trace_lost: records for which the trace ring had no space
 * @trace_consumed: records delivered to on_trace
 * @trace_wakeups: times the trace thread was woken
 * @trace_blocked: TRACE calls that waited for space in a trace ring
 */
struct channel_stats {
	uint64_t doorbells[STATS_NR_CALLS];
	uint64_t events[STATS_NR_EVENTS];
	uint64_t hellos, work, missed;
	uint64_t operations[PORTAL_NR_OPS];
	uint64_t refused, bytes_read, bytes_written;
	uint64_t sessions_now, sessions_peak, page_waits;
	uint64_t protocol_errors, cancelled, coroutines;
	uint64_t direct_read, direct_written, direct_declined;
	uint64_t trace_produced, trace_lost, trace_consumed, trace_wakeups, trace_blocked;
};

/**
 * channel_create() - create a channel without a pool
 * @config: its parameters
 * @ret_channel: set on success
 *
 * Return: 0; -EINVAL: no vCPU; -ENOMEM; -errno of eventfd(2).
 */
must_check int channel_create(const struct channel_config *config, struct channel **ret_channel);

/**
 * channel_destroy() - free a channel
 * @channel: may be NULL; channel_cancel_vcpu() has been called for every vCPU that made calls
 */
void channel_destroy(struct channel *channel);

/**
 * channel_call() - serve one call of the doorbell
 * @channel: the channel
 * @vcpu: index of the calling vCPU
 * @page: guest physical address of the page, as the guest passed it; any value
 * @kind: PORTAL_CALL_*, any value
 *
 * Runs callbacks. Afterwards the page holds the next operation, or the end of the session.
 *
 * Context: the vCPU's thread, always the same one for a vCPU; the vCPU is stopped.
 * Return: 0: the call was served. When it is refused, the page is unchanged: -EINVAL: unknown kind
 * or vCPU; -ENOENT: the page is not in the pool, or it has no open session to answer; -EBUSY:
 * another vCPU holds the session, the session to cancel is in a call, or the page already had an
 * open session (which is cancelled); -EAGAIN: too many cancelled sessions have not ended yet;
 * -ESTALE: wrong generation; -EPROTO: contents out of bounds; -EFAULT: a page or range of a hello
 * is not RAM; -ECANCELED: the session was cancelled meanwhile; -ESHUTDOWN: after
 * channel_cancel_vcpu(); -ENOMEM.
 */
must_check int channel_call(struct channel *channel, unsigned int vcpu, gpa_t page, uint32_t kind);

/**
 * channel_call_index() - serve a call that names its page by its index in the pool
 * @channel: the channel
 * @vcpu: index of the calling vCPU
 * @index: number of the page, counted in the order of hello's ranges; any value
 * @kind: PORTAL_CALL_*, any value
 *
 * Return: as channel_call(); an index past the pool is treated as a page that is not in the pool.
 */
must_check int channel_call_index(struct channel *channel, unsigned int vcpu, uint32_t index,
				  uint32_t kind);

/**
 * channel_attend() - end the sessions of a vCPU that were cancelled by other threads
 * @channel: the channel
 * @vcpu: index of the vCPU
 *
 * Their callbacks continue and get -ECANCELED. Cheap when there are none.
 *
 * Context: the vCPU's thread, before it enters the guest.
 */
void channel_attend(struct channel *channel, unsigned int vcpu);

/**
 * channel_cancel_vcpu() - cancel all sessions of a vCPU before its thread ends
 * @channel: the channel
 * @vcpu: index of the vCPU
 *
 * Suspended callbacks continue and get -ECANCELED from every operation until they return. Later
 * calls of this vCPU are refused.
 *
 * Context: the vCPU's thread.
 */
void channel_cancel_vcpu(struct channel *channel, unsigned int vcpu);

/**
 * channel_trace_fd() - get the eventfd to signal when the guest writes to PORTAL_DEV_TRACE
 *
 * The channel owns the descriptor.
 */
int channel_trace_fd(const struct channel *channel);

/**
 * channel_close_trace() - deliver the remaining records of the guest's trace rings
 *
 * Context: after the last call of every vCPU.
 */
void channel_close_trace(struct channel *channel);

/** channel_get_stats() - copy the counters. Context: any thread. */
void channel_get_stats(const struct channel *channel, struct channel_stats *ret_stats);

#endif
