/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log: records of calls that the host reads later, so that writing one leaves the guest for
 * nothing. It owns a ring for each CPU, and knows the bell that wakes the host; not what is in a
 * record.
 */
#ifndef GUEST_LOG_H
#define GUEST_LOG_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * log_bind() - say where the bell is
 * @bell: the device's PORTAL_DEV_LOG register, there until log_close()
 */
void log_bind(void __iomem *bell);

/**
 * log_open() - make the rings, or find those that are there
 * @size: bytes of each ring
 * @gpas: room for PORTAL_MAX_LOGS addresses: of each ring's struct portal_wire_log, which the ring
 * follows
 *
 * Afterwards every page of the pool has room for a record.
 *
 * Context: may sleep.
 * Return: number of rings; -EINVAL @size is none of PORTAL_LOG_MIN .. PORTAL_LOG_MAX; -EEXIST they
 * have another size; -E2BIG too many CPUs; -ENOMEM.
 */
int __must_check log_open(u64 size, __le64 *gpas);

/**
 * log_is_open() - are there rings
 */
bool log_is_open(void);

/**
 * log_put() - write a record to the ring of the CPU that we are on
 * @record: @size bytes; of the header only the event is set
 * @size: bytes, a multiple of 8, at most PORTAL_LOG_RECORD_MAX
 * @block: have the host make room where there is none; what still finds none is dropped and counted
 *
 * Context: process, after log_open(); with @block it may sleep.
 */
void log_put(struct portal_wire_record *record, u32 size, bool block);

/**
 * log_close() - free the rings
 *
 * Context: may sleep; nobody is in log_put(), and the host knows that the rings go.
 */
void log_close(void);

#endif /* GUEST_LOG_H */
