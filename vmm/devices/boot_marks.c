/* SPDX-License-Identifier: MIT */
#include "devices/boot_marks.h"

#include <string.h>

static void read_mark(void *dev, uint64_t offset, void *data, unsigned int len)
{
	(void)dev;
	(void)offset;
	memset(data, 0xff, len);
}

static void write_mark(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct boot_marks *marks = dev;

	(void)offset;
	if (len == 1)
		marks->mark(marks->ctx, *(const uint8_t *)data);
}

int boot_marks_attach(struct boot_marks *marks, struct bus *bus, uint64_t base)
{
	static const struct bus_ops ops = { .read = read_mark, .write = write_mark };

	return bus_add(bus, base, 1, &ops, marks);
}
