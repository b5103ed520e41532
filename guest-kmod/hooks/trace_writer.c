// SPDX-License-Identifier: GPL-2.0-only
#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/trace_writer.h"

/* An invalid tail leaves no room, so that no record is overwritten that the host may still read. */
static bool has_room(const struct trace_writer *writer, u32 size)
{
	u32 used = writer->head - le32_to_cpu(virt_load_acquire(&writer->shared->tail));

	return used <= writer->size && size <= writer->size - used;
}

static void copy_in(const struct trace_writer *writer, const void *bytes, u32 size)
{
	u32 at = writer->head & (writer->size - 1);
	u32 first = min(size, writer->size - at);

	memcpy(writer->data + at, bytes, first);
	memcpy(writer->data, (const u8 *)bytes + first, size - first);
}

/*
 * The host stores wake_at and then loads head; we store head and then load wake_at. With a full
 * barrier on both sides, at least one of them sees the other's store.
 */
static bool passes_wake_at(const struct trace_writer *writer, u32 size)
{
	virt_mb();
	return writer->head - le32_to_cpu(READ_ONCE(writer->shared->wake_at)) - 1 < size;
}

static void write_header(const struct trace_writer *writer, struct portal_wire_trace_record *record,
			 u32 size, u64 time)
{
	record->size = cpu_to_le32(size);
	record->commit = cpu_to_le32(PORTAL_TRACE_COMMIT ^ writer->head);
	record->seq = cpu_to_le32(writer->written);
	record->lost = cpu_to_le32(writer->lost);
	record->time = cpu_to_le64(time);
}

/* Return: the host must be woken. */
static bool advance(struct trace_writer *writer, u32 size)
{
	writer->head += size;
	writer->written++;
	WRITE_ONCE(writer->shared->written, cpu_to_le32(writer->written));
	virt_store_release(&writer->shared->head, cpu_to_le32(writer->head));
	return passes_wake_at(writer, size);
}

bool trace_writer_put(struct trace_writer *writer, struct portal_wire_trace_record *record,
		      u32 size, u64 time, bool *ret_wake)
{
	if (!has_room(writer, size))
		return false;
	write_header(writer, record, size, time);
	copy_in(writer, record, size);
	*ret_wake = advance(writer, size);
	return true;
}

struct portal_wire_trace_record *trace_writer_reserve(const struct trace_writer *writer, u32 most)
{
	u32 at = writer->head & (writer->size - 1);

	if (most > writer->size - at || !has_room(writer, most))
		return NULL;
	return (struct portal_wire_trace_record *)(writer->data + at);
}

bool trace_writer_commit(struct trace_writer *writer, u32 size, u64 time)
{
	u32 at = writer->head & (writer->size - 1);

	write_header(writer, (struct portal_wire_trace_record *)(writer->data + at), size, time);
	return advance(writer, size);
}

void trace_writer_drop(struct trace_writer *writer)
{
	writer->lost++;
	WRITE_ONCE(writer->shared->lost, cpu_to_le32(writer->lost));
}
