/* SPDX-License-Identifier: MIT */
#include "portal/region.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

/* The guest may write while we read: the compiler must not read the same bytes a second time. */
static void copy_once(void *to, const void *from, size_t len)
{
	memcpy(to, from, len);
	__asm__ volatile("" : : "r"(to) : "memory");
}

void region_load(const void *page, struct region_header *ret_header)
{
	/* volatile: each field is read once */
	const volatile struct portal_region *region = page;
	const uint64_t op = le64toh(region->op);

	ret_header->code = (uint32_t)op;
	ret_header->generation = (uint32_t)(op >> 32);
	ret_header->addr = le64toh(region->addr);
	ret_header->size = le64toh(region->size);
}

void region_load_data(const void *page, void *buf, size_t len)
{
	assert(len <= PORTAL_DATA_SIZE);
	copy_once(buf, (const uint8_t *)page + offsetof(struct portal_region, data), len);
}

static void store_header(void *page, const struct region_header *header)
{
	struct portal_region *region = page;

	region->op = htole64(header->code | (uint64_t)header->generation << 32);
	region->addr = htole64(header->addr);
	region->size = htole64(header->size);
}

void region_store(void *page, const struct region_header *header, const void *data, size_t len)
{
	assert(len <= PORTAL_DATA_SIZE);
	if (len > 0)
		memcpy((uint8_t *)page + offsetof(struct portal_region, data), data, len);
	store_header(page, header);
}

void region_store_request(void *page, struct region_header *header,
			  const struct portal_wire_request *request, const void *data, size_t len)
{
	uint8_t *at = (uint8_t *)page + offsetof(struct portal_region, data);

	assert(len <= PORTAL_REQUEST_ROOM);
	if (len > 0)
		memcpy(at + sizeof(*request), data, len);
	memcpy(at, request, sizeof(*request));
	header->size = sizeof(*request) + len;
	store_header(page, header);
}
