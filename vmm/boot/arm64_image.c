/* SPDX-License-Identifier: MIT */
#include "boot/arm64_image.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define OFF_TEXT_OFFSET 0x08
#define OFF_IMAGE_SIZE	0x10
#define OFF_FLAGS	0x18
#define OFF_MAGIC	0x38
#define HEADER_SIZE	0x40

#define FLAG_BIG_ENDIAN 1u

/* before Linux 3.17 the size is 0, and the offset is in the kernel's byte order */
#define TEXT_OFFSET_WITHOUT_SIZE 0x80000u

bool arm64_image_probe(const void *data, size_t len)
{
	return len >= HEADER_SIZE && memcmp((const uint8_t *)data + OFF_MAGIC, "ARM\x64", 4) == 0;
}

int arm64_image_parse(const void *data, size_t len, struct arm64_image *ret_image,
		      struct boot_reason *why)
{
	const uint8_t *file = data;
	struct arm64_image image;

	if (!arm64_image_probe(data, len))
		return boot_fail(why, -ENOEXEC, "not an arm64 kernel image");
	image.text_offset = get_le64(file + OFF_TEXT_OFFSET);
	image.size = get_le64(file + OFF_IMAGE_SIZE);
	if (get_le64(file + OFF_FLAGS) & FLAG_BIG_ENDIAN)
		return boot_fail(why, -ENOTSUP,
				 "a big-endian arm64 kernel; a little-endian one is needed");
	if (image.size == 0)
		image.text_offset = TEXT_OFFSET_WITHOUT_SIZE;
	if (image.text_offset >= ARM64_IMAGE_ALIGN)
		return boot_fail(why, -EINVAL, "the image's header asks for the offset 0x%llx",
				 (unsigned long long)image.text_offset);
	if (image.size < len)
		image.size = len;
	*ret_image = image;
	return 0;
}
