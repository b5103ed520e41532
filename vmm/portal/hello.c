/* SPDX-License-Identifier: MIT */
#include "portal/hello.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

static bool is_text(const void *bytes, size_t size)
{
	return memchr(bytes, '\0', size) != NULL;
}

static bool ranges_overlap(const struct page_ranges *ranges, const struct page_range *range)
{
	uint64_t size = (uint64_t)range->nr_pages * PORTAL_PAGE_SIZE;

	for (size_t i = 0; i < ranges->nr; i++) {
		const struct page_range *other = &ranges->range[i];
		uint64_t other_size = (uint64_t)other->nr_pages * PORTAL_PAGE_SIZE;

		if (range->gpa.value < other->gpa.value + other_size &&
		    other->gpa.value < range->gpa.value + size)
			return true;
	}
	return false;
}

static int add_range(struct page_ranges *ranges, const struct portal_wire_range *wire)
{
	struct page_range range = {
		.gpa = GPA(le64toh(wire->gpa)),
		.nr_pages = le32toh(wire->nr_pages),
	};
	gpa_t end;

	if (wire->reserved != 0 || range.gpa.value % PORTAL_PAGE_SIZE != 0)
		return -EPROTO;
	if (range.nr_pages == 0 || range.nr_pages > PORTAL_MAX_PAGES - ranges->nr_pages)
		return -EPROTO;
	if (!gpa_add(range.gpa, (uint64_t)range.nr_pages * PORTAL_PAGE_SIZE, &end))
		return -EPROTO;
	if (ranges_overlap(ranges, &range))
		return -EPROTO;
	ranges->range[ranges->nr++] = range;
	ranges->nr_pages += range.nr_pages;
	return 0;
}

/* @ranges: zeroed */
static int parse_ranges(const struct portal_wire_range *wire, uint32_t nr,
			struct page_ranges *ranges)
{
	if (nr == 0 || nr > PORTAL_MAX_RANGES)
		return -EPROTO;
	for (uint32_t i = 0; i < nr; i++)
		if (add_range(ranges, &wire[i]) < 0)
			return -EPROTO;
	return 0;
}

int hello_parse(const void *data, size_t size, struct hello *ret_hello)
{
	struct portal_wire_hello wire;

	/* check the version first: another version may have another size */
	if (size < sizeof(wire.version))
		return -EPROTO;
	memset(ret_hello, 0, sizeof(*ret_hello));
	ret_hello->version = get_le32(data);
	if (ret_hello->version != PORTAL_WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (size != sizeof(wire))
		return -EPROTO;
	memcpy(&wire, data, sizeof(wire));
	if (wire.reserved != 0 || !is_text(wire.release, sizeof(wire.release)) ||
	    !is_text(wire.module_version, sizeof(wire.module_version)))
		return -EPROTO;
	ret_hello->sources = le64toh(wire.sources);
	for (size_t i = 0; i < PORTAL_OPS_WORDS; i++)
		ret_hello->ops[i] = le64toh(wire.ops[i]);
	ret_hello->features = le64toh(wire.features);
	ret_hello->abi = le32toh(wire.abi);
	ret_hello->compat_abi = le32toh(wire.compat_abi);
	ret_hello->paging = le32toh(wire.paging);
	if (ret_hello->abi == PORTAL_ABI_NONE || ret_hello->abi == ret_hello->compat_abi)
		return -EPROTO;
	memcpy(ret_hello->release, wire.release, sizeof(wire.release));
	memcpy(ret_hello->module_version, wire.module_version, sizeof(wire.module_version));
	return parse_ranges(wire.ranges, le32toh(wire.nr_ranges), &ret_hello->pool);
}

int hello_parse_grow(const void *data, size_t size, struct page_ranges *ret_ranges)
{
	struct portal_wire_grow wire;

	if (size != sizeof(wire))
		return -EPROTO;
	memcpy(&wire, data, sizeof(wire));
	memset(ret_ranges, 0, sizeof(*ret_ranges));
	if (wire.reserved != 0)
		return -EPROTO;
	return parse_ranges(wire.ranges, le32toh(wire.nr_ranges), ret_ranges);
}
