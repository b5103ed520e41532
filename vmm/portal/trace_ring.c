/* SPDX-License-Identifier: MIT */
#include "portal/trace_ring.h"

#include <errno.h>
#include <stddef.h>

#include "base/bytes.h"

#define RECORD_ALIGN 8u
/* with one hook and no body */
#define LEAST_RECORD \
	(sizeof(struct portal_wire_trace_record) + sizeof(struct portal_wire_event) + 8)
#define MAX_LOST (1u << 31) /* a larger difference means that the count went backwards */

_Static_assert(sizeof(struct portal_wire_trace_record) <= PORTAL_TRACE_RING_MIN,
	       "a header wraps at most once");

/*
 * Access to the words that guest and host share. Sequentially consistent: after a store of wake_at,
 * either the guest sees it or the next load of head sees what the guest has written.
 */
static uint32_t load(const struct trace_ring *ring, size_t offset)
{
	const void *at = ring->shared + offset;

	return le32toh(__atomic_load_n((const uint32_t *)at, __ATOMIC_SEQ_CST));
}

static void store(const struct trace_ring *ring, size_t offset, uint32_t value)
{
	void *at = ring->shared + offset;

	__atomic_store_n((uint32_t *)at, htole32(value), __ATOMIC_SEQ_CST);
}

void trace_ring_init(struct trace_ring *ring, void *shared, uint32_t size)
{
	*ring = (struct trace_ring){
		.shared = shared,
		.data = (uint8_t *)shared + PORTAL_PAGE_SIZE,
		.size = size,
	};
	store(ring, offsetof(struct portal_wire_trace_ring, tail), 0);
}

int trace_ring_head(const struct trace_ring *ring, uint32_t *ret_head)
{
	uint32_t head = load(ring, offsetof(struct portal_wire_trace_ring, head));

	if (head - ring->tail > ring->size || head % RECORD_ALIGN != 0)
		return -EPROTO;
	*ret_head = head;
	return 0;
}

/* The guest may write while we read: the compiler must not read the same bytes a second time. */
static void copy_out(const struct trace_ring *ring, uint32_t position, void *to, uint32_t len)
{
	uint32_t at = position & (ring->size - 1);
	uint32_t first = len < ring->size - at ? len : ring->size - at;

	memcpy(to, ring->data + at, first);
	memcpy((uint8_t *)to + first, ring->data, len - first);
	__asm__ volatile("" : : "r"(to) : "memory");
}

static bool size_is_valid(uint32_t size, uint32_t room)
{
	return size >= LEAST_RECORD && size <= PORTAL_TRACE_RECORD_MAX &&
	       size % RECORD_ALIGN == 0 && size <= room;
}

int trace_ring_peek(const struct trace_ring *ring, uint32_t head, struct trace_record *ret_record)
{
	struct portal_wire_trace_record wire;
	struct trace_record record;

	if (head - ring->tail < sizeof(wire))
		return -EPROTO;
	copy_out(ring, ring->tail, &wire, sizeof(wire));
	record = (struct trace_record){
		.size = le32toh(wire.size),
		.len = le32toh(wire.size) - (uint32_t)sizeof(wire),
		.time = le64toh(wire.time),
		.lost = le32toh(wire.lost) - ring->lost,
	};
	if (!size_is_valid(record.size, head - ring->tail))
		return -EPROTO;
	if (le32toh(wire.commit) != (PORTAL_TRACE_COMMIT ^ ring->tail) ||
	    le32toh(wire.seq) != ring->taken || record.lost >= MAX_LOST)
		return -EPROTO;
	*ret_record = record;
	return 0;
}

void trace_ring_take(struct trace_ring *ring, const struct trace_record *record, uint8_t *event)
{
	copy_out(ring, ring->tail + (uint32_t)sizeof(struct portal_wire_trace_record), event,
		 record->len);
	ring->tail += record->size;
	ring->taken++;
	ring->lost += record->lost;
	store(ring, offsetof(struct portal_wire_trace_ring, tail), ring->tail);
}

void trace_ring_wake_at(const struct trace_ring *ring, uint32_t position)
{
	store(ring, offsetof(struct portal_wire_trace_ring, wake_at), position);
}

void trace_ring_counts(const struct trace_ring *ring, uint32_t *ret_written, uint32_t *ret_lost)
{
	*ret_written = load(ring, offsetof(struct portal_wire_trace_ring, written));
	*ret_lost = load(ring, offsetof(struct portal_wire_trace_ring, lost));
}
