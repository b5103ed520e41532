/* SPDX-License-Identifier: MIT */
/* The fake guest's trace rings, docs/protocol.md section 8: a writer over ordinary memory. */
#ifndef FAKE_TRACE_H
#define FAKE_TRACE_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fake_trace - one vCPU's trace
 * @page: struct portal_wire_trace_ring, and the ring behind its page; NULL: there is none
 * @size: bytes of the ring
 * @head: position behind the last record
 * @written: records in the ring so far
 * @lost: records for which there was no room
 * @wakeups: times the host was woken
 */
struct fake_trace {
	uint8_t *page;
	uint32_t size;
	uint32_t head, written, lost;
	unsigned int wakeups;
};

/** fake_trace_init() - an empty trace with a ring of @size bytes. Return: 0; -ENOMEM. */
int fake_trace_init(struct fake_trace *trace, uint32_t size);

/** fake_trace_done() - frees it; one without memory is fine. */
void fake_trace_done(struct fake_trace *trace);

/**
 * fake_trace_write() - write a record
 * @trace: the trace; only one thread writes
 * @event: PORTAL_EVENT_*
 * @time: ns
 * @body: @len bytes (a multiple of 8): what follows the header
 * @ret_wake: with true: the host is to be woken
 *
 * Return: false: there is no room, nothing is changed.
 */
bool fake_trace_write(struct fake_trace *trace, uint32_t event, uint64_t time, const void *body,
		      size_t len, bool *ret_wake);

/** fake_trace_lose() - a record that was not written is counted. */
void fake_trace_lose(struct fake_trace *trace);

#endif
