/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace: records of calls that the host reads later, so that a record needs no exit. It owns a
 * ring for each CPU and knows the register that wakes the host. It does not know the content of
 * records.
 */
#ifndef GUEST_TRACE_H
#define GUEST_TRACE_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * trace_bind() - set the register that wakes the host
 * @wake_reg: PORTAL_DEV_TRACE of the portal device, mapped until trace_close()
 */
void trace_bind(void __iomem *wake_reg);

/**
 * trace_open() - allocate the rings, or find the existing ones
 * @size: bytes of each ring
 * @gpas: PORTAL_MAX_TRACE_RINGS entries; receives the guest physical address of the page before
 *	each ring, see struct portal_wire_trace_ring
 *
 * Context: may sleep.
 * Return: number of rings; -EINVAL: @size is not a power of two from PORTAL_TRACE_RING_MIN to
 * PORTAL_TRACE_RING_MAX; -EEXIST: they have another size; -E2BIG: too many CPUs; -ENOMEM.
 */
int __must_check trace_open(u64 size, __le64 *gpas);

/**
 * trace_is_open() - check whether the rings exist
 */
bool trace_is_open(void);

/**
 * trace_put() - write a record to the ring of the current CPU
 * @record: @size bytes; the header is written here
 * @size: bytes, a multiple of 8, at most PORTAL_TRACE_RECORD_MAX
 * @block: if there is no room, call the host to make room
 *
 * If there is still no room, the record is dropped and counted.
 *
 * Context: process; with @block it may sleep.
 */
void trace_put(struct portal_wire_trace_record *record, u32 size, bool block);

/**
 * trace_begin() - find room for a record that is built in the ring of the current CPU
 *
 * Until trace_end() nothing may sleep, and reads of user memory whose page is not there fail.
 *
 * Context: process; preemption is disabled unless NULL is returned.
 * Return: PORTAL_TRACE_RECORD_MAX bytes; NULL: use trace_put().
 */
struct portal_wire_trace_record *trace_begin(void);

/**
 * trace_end() - end what trace_begin() has begun
 * @size: bytes of the record, a multiple of 8; its header is written here; 0: there is no record
 */
void trace_end(u32 size);

/**
 * trace_drop() - count a record that could not be made
 *
 * Context: process.
 */
void trace_drop(void);

/**
 * trace_close() - free the rings
 *
 * A trace_put() that comes later writes nothing.
 *
 * Context: may sleep; the host does not use the rings any more.
 */
void trace_close(void);

#endif /* GUEST_TRACE_H */
