/* SPDX-License-Identifier: MIT */
#include "loader/kernel/zboot.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define OFF_TYPE	   0x04
#define OFF_PAYLOAD_OFFSET 0x08
#define OFF_PAYLOAD_SIZE   0x0c
#define HEADER_SIZE	   0x40

bool zboot_probe(const void *data, size_t len)
{
	const uint8_t *file = data;

	return len >= HEADER_SIZE && memcmp(file, "MZ", 2) == 0 &&
	       memcmp(file + OFF_TYPE, "zimg", 4) == 0;
}

int zboot_parse(const void *data, size_t len, struct zboot *ret_zboot, struct load_error *why)
{
	const uint8_t *file = data;
	uint32_t offset, size;

	if (!zboot_probe(data, len))
		return load_error_fail(why, -ENOEXEC, "not an EFI zboot image");
	offset = get_le32(file + OFF_PAYLOAD_OFFSET);
	size = get_le32(file + OFF_PAYLOAD_SIZE);
	if (offset < HEADER_SIZE || size == 0)
		return load_error_fail(why, -EINVAL, "the EFI zboot header has no payload");
	if (offset > len || size > len - offset)
		return load_error_fail(why, -ENODATA, "truncated: %llu bytes are missing",
				       (unsigned long long)((uint64_t)offset + size - len));
	*ret_zboot = (struct zboot){ .offset = offset, .len = size };
	return 0;
}
