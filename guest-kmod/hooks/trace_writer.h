/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One CPU's trace: a ring of records that the host reads while we write. It knows the layout of
 * docs/protocol.md section 8; who writes, and how the host is woken, it does not. Also compiled and
 * tested in user space.
 */
#ifndef GUEST_TRACE_WRITER_H
#define GUEST_TRACE_WRITER_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct trace_writer - the writer's side
 * @shared: what both sides see
 * @data: @size bytes, shared as well
 * @size: a power of two
 * @head: position behind the last record; the shared one is for the host, we do not read it
 * @written: records so far
 * @lost: records dropped so far
 */
struct trace_writer {
	struct portal_wire_trace_ring *shared;
	u8 *data;
	u32 size;
	u32 head;
	u32 written;
	u32 lost;
};

/**
 * trace_writer_put() - write a record, if there is room
 * @writer: this CPU's
 * @record: @size bytes; the event is there, the rest of the header is filled here
 * @size: a multiple of 8, at most PORTAL_TRACE_RECORD_MAX
 * @time: for the header
 * @ret_wake: with true: the host wants to be woken
 *
 * Context: no other writer on this ring meanwhile: preemption is off.
 * Return: false when there is no room; nothing has been changed.
 */
bool trace_writer_put(struct trace_writer *writer, struct portal_wire_trace_record *record,
		      u32 size, u64 time, bool *ret_wake);

/**
 * trace_writer_drop() - count a record that was not written
 * @writer: this CPU's
 *
 * Context: as trace_writer_put().
 */
void trace_writer_drop(struct trace_writer *writer);

#endif /* GUEST_TRACE_WRITER_H */
