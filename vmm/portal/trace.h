/* SPDX-License-Identifier: MIT */
/*
 * The thread that reads the guest's trace rings and hands out what is in them. Owns the rings' host
 * addresses, the thread and the bell that wakes it; knows no session and no hook. Source:
 * docs/protocol.md section 8.
 *
 * What is guaranteed of the order: records of one ring come as they were written. Of two records in
 * different rings, one that had been written before the other was begun comes first.
 */
#ifndef PORTAL_TRACE_H
#define PORTAL_TRACE_H

#include "base/cleanup.h"
#include "portal/guest_ram.h"
#include "portal/sink.h"

struct stats;

struct trace;

/**
 * trace_create() - no rings and no thread yet
 * @ram: guest RAM, copied
 * @sink: receiver of records, copied
 * @stats: the channel's
 * @ret_trace: the trace
 *
 * Return: 0; -ENOMEM; -errno of eventfd(2).
 */
must_check int trace_create(const struct guest_ram *ram, const struct event_sink *sink,
			    struct stats *stats, struct trace **ret_trace);

/** trace_destroy() - trace_close(), and the thread ends. NULL is fine. */
void trace_destroy(struct trace *trace);

/**
 * trace_open() - read these rings from now on
 * @trace: without rings, or with just these
 * @hello: of the guest whose they are
 * @gpas: addresses of its struct portal_wire_trace_ring, any values
 * @nr: of them, any number
 * @size: bytes of each ring, a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 *
 * Any thread but the trace's own.
 *
 * Return: 0; -EPROTO: misaligned, not RAM, none or too many, overlapping each other or the pool, or
 * not those that are open; -ENOMEM; -EAGAIN: no thread.
 */
must_check int trace_open(struct trace *trace, const struct hello *hello, const uint64_t *gpas,
			  size_t nr, uint32_t size);

/**
 * trace_close() - hand out all that is in the rings, and touch them no more
 *
 * Any thread but the trace's own; returns when the last callback has. Without rings nothing
 * happens.
 */
void trace_close(struct trace *trace);

/**
 * trace_make_room() - wait until no ring is more than half full of what is in it now
 *
 * Any thread but the trace's own.
 *
 * Return: 0; -ENOENT: there are no rings; -EPROTO: one has broken the protocol and is read no more.
 */
must_check int trace_make_room(struct trace *trace);

/** trace_wake_fd() - the eventfd that wakes the thread. */
int trace_wake_fd(const struct trace *trace);

#endif
