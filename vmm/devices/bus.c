/* SPDX-License-Identifier: MIT */
#include "devices/bus.h"

#include <errno.h>
#include <string.h>

#define MAX_WIDTH 8

void bus_init(struct bus *bus)
{
	*bus = (struct bus){ 0 };
}

/* index of the first range that starts above @addr */
static size_t first_above(const struct bus *bus, uint64_t addr)
{
	size_t low = 0, high = bus->nr_ranges;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (bus->ranges[mid].base > addr)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

int bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops, void *dev)
{
	size_t at = first_above(bus, base);

	if (len == 0 || len - 1 > UINT64_MAX - base)
		return -EINVAL;
	if (at > 0 && base - bus->ranges[at - 1].base < bus->ranges[at - 1].len)
		return -EEXIST;
	if (at < bus->nr_ranges && bus->ranges[at].base - base < len)
		return -EEXIST;
	if (bus->nr_ranges == BUS_MAX_DEVICES)
		return -ENOSPC;
	memmove(&bus->ranges[at + 1], &bus->ranges[at],
		(bus->nr_ranges - at) * sizeof(*bus->ranges));
	bus->ranges[at] = (struct bus_range){ .base = base, .len = len, .ops = ops, .dev = dev };
	bus->nr_ranges++;
	return 0;
}

static const struct bus_range *find(const struct bus *bus, uint64_t addr, unsigned int len)
{
	size_t above = first_above(bus, addr);
	const struct bus_range *range;
	uint64_t offset;

	if (above == 0 || len == 0 || len > MAX_WIDTH)
		return NULL;
	range = &bus->ranges[above - 1];
	offset = addr - range->base;
	if (offset >= range->len || len > range->len - offset)
		return NULL;
	return range;
}

bool bus_access(const struct bus *bus, uint64_t addr, void *data, unsigned int len, bool is_write)
{
	const struct bus_range *range = find(bus, addr, len);

	if (!range) {
		if (!is_write)
			memset(data, 0xff, len);
		return false;
	}
	if (is_write)
		range->ops->write(range->dev, addr - range->base, data, len);
	else
		range->ops->read(range->dev, addr - range->base, data, len);
	return true;
}
