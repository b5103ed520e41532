/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace of one CPU: a ring of records that the host reads while the guest module writes. It
 * implements the layout of docs/protocol.md section 9. It does not know its callers or how the host
 * is woken. Also compiled and tested in user space.
 */
#ifndef GUEST_TRACE_WRITER_H
#define GUEST_TRACE_WRITER_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct trace_writer - the writer's side
 * @shared: start of the page before the ring, shared with the host
 * @data: the ring, @size bytes, shared with the host
 * @size: a power of two
 * @head: position after the last record; the copy in @shared is never read here
 * @written: records written so far
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
 * @writer: the current CPU's
 * @record: @size bytes; its header is written here
 * @size: a multiple of 8, at most PORTAL_TRACE_RECORD_MAX
 * @time: time for the header
 * @ret_wake: written if true is returned: the host must be woken
 *
 * Context: preemption is disabled, so that the ring has one writer.
 * Return: false if there is no room; nothing has been changed.
 */
bool trace_writer_put(struct trace_writer *writer, struct portal_wire_trace_record *record,
		      u32 size, u64 time, bool *ret_wake);

/**
 * trace_writer_reserve() - find room for a record that is built in the ring
 * @writer: the current CPU's
 * @most: the most bytes that the record may have, a multiple of 8
 *
 * The host does not look at the record before trace_writer_commit(), and nothing has to be undone
 * if that does not come.
 *
 * Context: as trace_writer_put(), and until trace_writer_commit().
 * Return: @most bytes; NULL: there is no room, or the ring's end is nearer.
 */
struct portal_wire_trace_record *trace_writer_reserve(const struct trace_writer *writer, u32 most);

/**
 * trace_writer_commit() - write the header of a record that was built in the ring
 * @writer: the current CPU's
 * @size: bytes of the record, a multiple of 8, at most those that were reserved
 * @time: time for the header
 *
 * Return: the host must be woken.
 */
bool trace_writer_commit(struct trace_writer *writer, u32 size, u64 time);

/**
 * trace_writer_drop() - count a record that was not written
 * @writer: the current CPU's
 *
 * Context: as trace_writer_put().
 */
void trace_writer_drop(struct trace_writer *writer);

#endif /* GUEST_TRACE_WRITER_H */
