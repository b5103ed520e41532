/* SPDX-License-Identifier: MIT */
#include "fake/memory.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>

int64_t fake_bulk_open(struct fake_bulk *bulk, size_t index, uint64_t size)
{
	uint64_t nr_pages = size / PORTAL_PAGE_SIZE;

	bulk->bytes = calloc(1, size);
	if (!bulk->bytes)
		return -ENOMEM;
	bulk->size = size;
	bulk->gpa = FAKE_BULK_BASE + index * FAKE_BULK_STRIDE;
	bulk->first = (nr_pages + 1) / 2 * PORTAL_PAGE_SIZE;
	return 0;
}

void fake_bulk_close(struct fake_bulk *bulk)
{
	free(bulk->bytes);
	*bulk = (struct fake_bulk){ 0 };
}

size_t fake_bulk_ranges(const struct fake_bulk *bulk,
			struct portal_wire_range ret_ranges[FAKE_BULK_RANGES])
{
	const uint64_t sizes[FAKE_BULK_RANGES] = { bulk->first, bulk->size - bulk->first };
	size_t nr = 0;

	for (; nr < FAKE_BULK_RANGES && sizes[nr] > 0; nr++)
		ret_ranges[nr] = (struct portal_wire_range){
			.gpa = htole64(bulk->gpa + nr * FAKE_BULK_HALF),
			.nr_pages = htole32((uint32_t)(sizes[nr] / PORTAL_PAGE_SIZE)),
		};
	return nr * sizeof(ret_ranges[0]);
}

void *fake_bulk_slice(const struct fake_bulk *bulk, uint64_t gpa, uint64_t len)
{
	uint64_t offset = gpa - bulk->gpa, second = bulk->size - bulk->first;

	if (!bulk->bytes || gpa < bulk->gpa)
		return NULL;
	if (offset < bulk->first)
		return len <= bulk->first - offset ? bulk->bytes + offset : NULL;
	if (offset < FAKE_BULK_HALF || offset - FAKE_BULK_HALF >= second)
		return NULL;
	offset -= FAKE_BULK_HALF;
	return len <= second - offset ? bulk->bytes + bulk->first + offset : NULL;
}
