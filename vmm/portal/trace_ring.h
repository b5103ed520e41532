/* SPDX-License-Identifier: MIT */
/*
 * The reader of one trace ring: a ring buffer of records in memory that the guest may change at any
 * time. Headers and records are copied once, and only the copy is checked and used. Pure parsing;
 * knows no thread and no hook. Source: docs/protocol.md section 9.
 */
#ifndef PORTAL_TRACE_RING_H
#define PORTAL_TRACE_RING_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct trace_ring - the reader's state
 * @shared: struct portal_wire_trace_ring
 * @data: the records, @size bytes
 * @size: a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 * @tail: position after the last record taken
 * @taken: number of records taken
 * @lost: number of records lost before the last record taken, from its header
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
 * struct trace_record - the checked header of a record
 * @size: bytes of the record in the ring
 * @len: bytes of its event
 * @time: ns of the guest's CLOCK_MONOTONIC
 * @lost: records lost since the previous record
 */
struct trace_record {
	uint32_t size;
	uint32_t len;
	uint64_t time;
	uint32_t lost;
};

/**
 * trace_ring_init() - initialise the reader of an empty ring
 * @ring: the ring
 * @shared: PORTAL_PAGE_SIZE + @size bytes of guest memory; its tail is set to 0
 * @size: bytes of records, see struct trace_ring
 */
void trace_ring_init(struct trace_ring *ring, void *shared, uint32_t size);

/**
 * trace_ring_head() - get the position up to which the guest has written
 * @ring: the ring
 * @ret_head: position; the bytes before it can be read
 *
 * Return: 0; -EPROTO: the guest's head is impossible.
 */
must_check int trace_ring_head(const struct trace_ring *ring, uint32_t *ret_head);

/**
 * trace_ring_peek() - read the header of the next record
 * @ring: a ring whose tail is before @head
 * @head: from trace_ring_head()
 * @ret_record: set on success
 *
 * Return: 0; -EPROTO: the header is invalid, or not that of the next record.
 */
must_check int trace_ring_peek(const struct trace_ring *ring, uint32_t head,
			       struct trace_record *ret_record);

/**
 * trace_ring_take() - copy the event of the next record and release the record's space
 * @ring: the ring
 * @record: from trace_ring_peek()
 * @event: PORTAL_TRACE_RECORD_MAX bytes; the event, unchecked
 */
void trace_ring_take(struct trace_ring *ring, const struct trace_record *record, uint8_t *event);

/**
 * trace_ring_wake_at() - request a write to PORTAL_DEV_TRACE when the guest's head passes @position
 *
 * The caller must read the head again afterwards.
 */
void trace_ring_wake_at(const struct trace_ring *ring, uint32_t position);

/** trace_ring_counts() - get the guest's counts of written and lost records, modulo 2^32. */
void trace_ring_counts(const struct trace_ring *ring, uint32_t *ret_written, uint32_t *ret_lost);

#endif
