/* SPDX-License-Identifier: MIT */
/*
 * One address space (ports or MMIO) and the devices in it. Owns the table from address to device
 * and nothing else; must not know what a device does, nor where an access came from. The table does
 * not change once vCPUs run, so look-ups take no lock; every device guards its own state.
 */
#ifndef DEVICES_BUS_H
#define DEVICES_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define BUS_MAX_DEVICES 64

/**
 * struct bus_ops - what a device does when it is touched; several vCPU threads may call at once
 * @read: fill @data with @len bytes (1 .. 8) found at @offset; every byte must be set
 * @write: take @len bytes (1 .. 8) at @offset
 *
 * @offset counts from the base the device was added at; offset + len never passes its end.
 */
struct bus_ops {
	void (*read)(void *dev, uint64_t offset, void *data, unsigned int len);
	void (*write)(void *dev, uint64_t offset, const void *data, unsigned int len);
};

struct bus_range {
	uint64_t base;
	uint64_t len;
	const struct bus_ops *ops;
	void *dev;
};

struct bus {
	struct bus_range ranges[BUS_MAX_DEVICES]; /* sorted by base, disjoint */
	size_t nr_ranges;
};

/** bus_init() - a bus with nobody on it */
void bus_init(struct bus *bus);

/**
 * bus_add() - put a device on the bus; before vCPUs run
 * @bus: bus
 * @base: its first address
 * @len: addresses it answers, at least 1
 * @ops: borrowed for the life of the bus
 * @dev: handed to @ops
 *
 * Return: 0; -EINVAL empty or past the 64-bit end; -EEXIST overlaps another device; -ENOSPC table
 * full.
 */
must_check int bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops,
		       void *dev);

/**
 * bus_access() - one access of the guest, handed to the device that owns the whole of it. Any
 * thread.
 * @bus: bus
 * @addr: guest address, any value
 * @data: bytes written, or place for those read
 * @len: width in bytes, 1 .. 8; KVM makes no other, and others are nobody's
 * @is_write: direction
 *
 * Return: false when nobody is there, or the access crosses the end of a device; a read then yields
 * all ones, as on a bus that nobody drives.
 */
bool bus_access(const struct bus *bus, uint64_t addr, void *data, unsigned int len, bool is_write);

#endif
