/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trace: records of calls that the host reads later, so that writing one leaves the guest for
 * nothing. It owns a ring for each CPU, and knows the wake_reg that wakes the host; not what is in
 * a record.
 */
#ifndef GUEST_TRACE_H
#define GUEST_TRACE_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * trace_bind() - say where the wake_reg is
 * @wake_reg: the device's PORTAL_DEV_TRACE register, there until trace_close()
 */
void trace_bind(void __iomem *wake_reg);

/**
 * trace_open() - make the rings, or find those that are there
 * @size: bytes of each ring
 * @gpas: room for PORTAL_MAX_TRACE_RINGS addresses: of each ring's struct portal_wire_trace_ring,
 * which the ring follows
 *
 * Afterwards every page of the pool has room for a record.
 *
 * Context: may sleep.
 * Return: number of rings; -EINVAL @size is none of PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX;
 * -EEXIST they have another size; -E2BIG too many CPUs; -ENOMEM.
 */
int __must_check trace_open(u64 size, __le64 *gpas);

/**
 * trace_is_open() - are there rings
 */
bool trace_is_open(void);

/**
 * trace_put() - write a record to the ring of the CPU that we are on
 * @record: @size bytes; of the header only the event is set
 * @size: bytes, a multiple of 8, at most PORTAL_TRACE_RECORD_MAX
 * @block: have the host make room where there is none; what still finds none is dropped and counted
 *
 * Context: process, after trace_open(); with @block it may sleep.
 */
void trace_put(struct portal_wire_trace_record *record, u32 size, bool block);

/**
 * trace_close() - free the rings
 *
 * Context: may sleep; nobody is in trace_put(), and the host knows that the rings go.
 */
void trace_close(void);

#endif /* GUEST_TRACE_H */
