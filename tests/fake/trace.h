/* SPDX-License-Identifier: MIT */
/* Trace rings of the fake guest, docs/protocol.md section 9: a writer over ordinary memory. */
#ifndef FAKE_TRACE_H
#define FAKE_TRACE_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fake_trace - the trace of a vCPU
 * @page: the page with struct portal_wire_trace_ring, followed by the ring; NULL: not open
 * @size: bytes of the ring
 * @head: position after the last record
 * @written: records written so far
 * @lost: records dropped for lack of room
 * @wakeups: number of times the host was woken
 */
struct fake_trace {
	uint8_t *page;
	uint32_t size;
	uint32_t head, written, lost;
	unsigned int wakeups;
};

/** fake_trace_init() - make an empty trace with a ring of @size bytes. Return: 0; -ENOMEM. */
int fake_trace_init(struct fake_trace *trace, uint32_t size);

/** fake_trace_done() - free its memory, if it has any. */
void fake_trace_done(struct fake_trace *trace);

/**
 * fake_trace_write() - write a record
 * @trace: the trace; only one thread writes
 * @time: ns
 * @event: @len bytes after the header, a multiple of 8: the packed event
 * @ret_wake: written if true is returned: the host must be woken
 *
 * Return: false: there is no room; nothing has been changed.
 */
bool fake_trace_write(struct fake_trace *trace, uint64_t time, const void *event, size_t len,
		      bool *ret_wake);

/** fake_trace_lose() - count a record that was not written. */
void fake_trace_lose(struct fake_trace *trace);

#endif
