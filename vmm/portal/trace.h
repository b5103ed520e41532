/* SPDX-License-Identifier: MIT */
/*
 * The thread that reads the guest's trace rings and delivers their records. Owns the rings' host
 * addresses, the thread and the eventfd that wakes it; knows no session and no hook. Source:
 * docs/protocol.md section 9.
 *
 * Order: the records of one ring are delivered in the order in which they were written. Of two
 * records in different rings, the first is delivered first if the guest finished writing it before
 * it began to write the second.
 */
#ifndef PORTAL_TRACE_H
#define PORTAL_TRACE_H

#include "base/cleanup.h"
#include "portal/guest_ram.h"
#include "portal/sink.h"

struct stats;

struct trace;

/**
 * trace_create() - create a trace without rings and without a thread
 * @ram: guest RAM, copied
 * @sink: receiver of records, copied
 * @stats: the channel's counters
 * @ret_trace: set on success
 *
 * Return: 0; -ENOMEM; -errno of eventfd(2).
 */
must_check int trace_create(const struct guest_ram *ram, const struct event_sink *sink,
			    struct stats *stats, struct trace **ret_trace);

/** trace_destroy() - close the rings and stop the thread. @trace may be NULL. */
void trace_destroy(struct trace *trace);

/**
 * trace_open() - start reading trace rings
 * @trace: the trace, which has no rings or exactly these
 * @hello: hello of the guest that owns the rings
 * @gpas: addresses of its struct portal_wire_trace_ring, any values
 * @nr: number of rings, any value
 * @size: bytes of each ring, a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 *
 * Context: any thread except the trace thread.
 * Return: 0; -EPROTO: no rings or too many, misaligned, not RAM, overlapping each other or the
 * pool, or not the rings that are open; -ENOMEM; -EAGAIN: the thread could not be created.
 */
must_check int trace_open(struct trace *trace, const struct hello *hello, const uint64_t *gpas,
			  size_t nr, uint32_t size);

/**
 * trace_close() - deliver all records in the rings and stop reading them
 *
 * Returns after the last callback has returned. Has no effect when there are no rings.
 *
 * Context: any thread except the trace thread.
 */
void trace_close(struct trace *trace);

/**
 * trace_wait_for_space() - wait until at least half of each ring is free of the records now in it
 *
 * Context: any thread except the trace thread.
 * Return: 0; -ENOENT: there are no rings; -EPROTO: a ring violated the protocol and is disabled.
 */
must_check int trace_wait_for_space(struct trace *trace);

/** trace_wake_fd() - get the eventfd that wakes the thread. */
int trace_wake_fd(const struct trace *trace);

#endif
