/* SPDX-License-Identifier: MIT */
/*
 * One of the guest's trace rings, as it is read: a ring of records in memory that the guest may
 * change at any time. Headers and records are copied once; what is checked is the copy. Pure
 * parsing; knows no thread and no hook. Source: docs/protocol.md section 8.
 */
#ifndef PORTAL_TRACE_RING_H
#define PORTAL_TRACE_RING_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct trace_ring - the reader's side
 * @shared: struct portal_wire_trace_ring
 * @data: @size bytes
 * @size: a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 * @tail: position behind the last record taken
 * @taken: records taken
 * @lost: lost before the last record taken, by its header
 */
struct trace_ring {
	uint8_t *shared;
	const uint8_t *data;
	uint32_t size;
	uint32_t tail;
	uint32_t taken;
	uint32_t lost;
};

/**
 * struct trace_record - a record's header, checked
 * @size: bytes of the record in the ring
 * @len: bytes of its event
 * @time: ns, the guest's clock
 * @lost: records lost since the one before
 * @event: PORTAL_EVENT_SYSCALL_ENTER or PORTAL_EVENT_SYSCALL_RETURN
 */
struct trace_record {
	uint32_t size;
	uint32_t len;
	uint64_t time;
	uint32_t lost;
	uint32_t event;
};

/**
 * trace_ring_init() - an empty ring. @shared: PORTAL_PAGE_SIZE + @size bytes of guest memory; the
 * tail there is set.
 */
void trace_ring_init(struct trace_ring *ring, void *shared, uint32_t size);

/**
 * trace_ring_head() - how far the guest has written
 * @ring: the ring
 * @ret_head: a position; what is before it can be read
 *
 * Return: 0; -EPROTO: the guest says what cannot be.
 */
must_check int trace_ring_head(const struct trace_ring *ring, uint32_t *ret_head);

/**
 * trace_ring_peek() - the next record's header
 * @ring: with a tail before @head
 * @head: from trace_ring_head()
 * @ret_record: set on success
 *
 * Return: 0; -EPROTO: it is none, or not the next one.
 */
must_check int trace_ring_peek(const struct trace_ring *ring, uint32_t head,
			       struct trace_record *ret_record);

/**
 * trace_ring_take() - copy the event of the record that was peeked at, and give its room back
 * @ring: the ring
 * @record: from trace_ring_peek()
 * @event: PORTAL_TRACE_RECORD_MAX bytes; struct portal_wire_syscall and its items, unchecked
 */
void trace_ring_take(struct trace_ring *ring, const struct trace_record *record, uint8_t *event);

/**
 * trace_ring_wake_at() - have the guest ring when its head passes @position; look at the head again
 * after it.
 */
void trace_ring_wake_at(const struct trace_ring *ring, uint32_t position);

/** trace_ring_counts() - what the guest says it has written and lost, modulo 2^32. */
void trace_ring_counts(const struct trace_ring *ring, uint32_t *ret_written, uint32_t *ret_lost);

#endif
