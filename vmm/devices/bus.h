/* SPDX-License-Identifier: MIT */
/*
 * One address space (ports or MMIO) and the devices in it. Owns the table from address to device
 * and nothing else; must not know what a device does or what caused an access. The table does not
 * change while vCPUs run, so that look-ups need no lock; each device locks its own state.
 */
#ifndef DEVICES_BUS_H
#define DEVICES_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define BUS_MAX_DEVICES 64

/**
 * struct bus_ops - accesses to a device; several vCPU threads may call them at the same time
 * @read: read @len bytes (1 .. 8) at @offset into @data; it must set every byte
 * @write: write @len bytes (1 .. 8) at @offset
 *
 * @offset is relative to the base that was passed to bus_add(). The access is entirely within the
 * device's range.
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

/** bus_init() - initialise a bus without devices */
void bus_init(struct bus *bus);

/**
 * bus_add() - add a device to the bus
 * @bus: bus
 * @base: first address of the device
 * @len: number of addresses, at least 1
 * @ops: borrowed for the life of the bus
 * @dev: passed to @ops
 *
 * Context: before vCPUs run.
 * Return: 0; -EINVAL: empty or beyond the 64-bit address space; -EEXIST: overlaps another device;
 * -ENOSPC: the table is full.
 */
must_check int bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops,
		       void *dev);

/**
 * bus_access() - pass an access of the guest to the device at its address
 * @bus: bus
 * @addr: guest address, any value
 * @data: bytes to write, or buffer for the bytes read
 * @len: width in bytes; 1 .. 8 are valid, and KVM makes no others
 * @is_write: direction
 *
 * Context: any thread.
 * Return: false if no device covers the whole access, or @len is not valid. A read then returns all
 * ones, like a bus that no device drives.
 */
bool bus_access(const struct bus *bus, uint64_t addr, void *data, unsigned int len, bool is_write);

#endif
