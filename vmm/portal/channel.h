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
 * struct channel_config - what a channel is made from, copied
 * @ram: guest RAM
 * @sink: taker of events
 * @nr_vcpus: at least 1
 * @direct: DIRECT_*
 */
struct channel_config {
	struct guest_ram ram;
	struct event_sink sink;
	unsigned int nr_vcpus;
	enum direct_access direct;
};

/**
 * struct channel_stats - what has happened so far
 * @doorbells: calls by PORTAL_CALL_*, 0 = of unknown kind
 * @refused: of these, how many were refused
 * @sink: sessions opened, by the low byte of PORTAL_EVENT_*
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
 * channel_close_trace()
 * @trace_lost: of these, how many found no room
 * @trace_consumed: records handed out
 * @trace_wakeups: times the trace's thread was woken
 * @trace_blocked: calls of guests that waited for room in a trace
 */
struct channel_stats {
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
 * channel_create() - a channel without a pool. Return: 0; -EINVAL: no vCPU; -ENOMEM; -errno of
 * eventfd(2).
 */
must_check int channel_create(const struct channel_config *config, struct channel **ret_gate);

/**
 * channel_destroy() - NULL is fine; channel_cancel_vcpu() has been called for every vCPU that ever
 * rang.
 */
void channel_destroy(struct channel *channel);

/**
 * channel_call() - serve one call of the doorbell
 * @channel: the channel
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
 * -ESHUTDOWN after channel_cancel_vcpu(); -ENOMEM.
 */
must_check int channel_call(struct channel *channel, unsigned int vcpu, gpa_t page, uint32_t kind);

/**
 * channel_call_index() - channel_call() for a doorbell that says which page of the pool it is for
 * @index: pages counted in the order of hello's ranges, any value
 *
 * Return: as channel_call(); there is no such page: as for one that is not in the pool.
 */
must_check int channel_call_index(struct channel *channel, unsigned int vcpu, uint32_t index,
				  uint32_t kind);

/**
 * channel_cancel_vcpu() - end every session the vCPU holds, before its thread ends
 * @channel: the channel
 * @vcpu: on its thread
 *
 * Suspended callbacks run on and get -ECANCELED from every operation until they return. Later calls
 * of this vCPU are refused.
 */
void channel_cancel_vcpu(struct channel *channel, unsigned int vcpu);

/**
 * channel_trace_fd() - eventfd for the guest's writes to PORTAL_DEV_TRACE; as long as the channel.
 */
int channel_trace_fd(const struct channel *channel);

/**
 * channel_close_trace() - hand out what is left in the guest's trace rings, when no vCPU calls any
 * more.
 */
void channel_close_trace(struct channel *channel);

/** channel_get_stats() - a copy of the counters. Any thread. */
void channel_get_stats(const struct channel *channel, struct channel_stats *ret_stats);

#endif
