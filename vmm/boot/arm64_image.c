/* SPDX-License-Identifier: MIT */
#include "boot/arm64_image.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define OFF_TEXT_OFFSET 0x08
#define OFF_IMAGE_SIZE	0x10
#define OFF_FLAGS	0x18
#define OFF_MAGIC	0x38
#define OFF_PE		0x3c
#define HEADER_SIZE	0x40

/* Microsoft PE and COFF Specification: the signature is followed by a file header, an optional
 * header and the section headers */
#define PE_FILE_HEADER	     24
#define PE_OFF_NR_SECTIONS   6
#define PE_OFF_OPTIONAL_SIZE 20
#define PE_SECTION	     40
#define PE_OFF_RAW_SIZE	     16
#define PE_OFF_RAW	     20

/* sizes of sections are rounded up by less than this, and some tools omit the padding of the last
 * one */
#define PE_MAX_PADDING 4096

#define FLAG_BIG_ENDIAN 1u

/* before Linux 3.17 the size is 0, and text_offset is in the kernel's byte order */
#define TEXT_OFFSET_WITHOUT_SIZE 0x80000u

bool arm64_image_probe(const void *data, size_t len)
{
	return len >= HEADER_SIZE && memcmp((const uint8_t *)data + OFF_MAGIC, "ARM\x64", 4) == 0;
}

/* find the end of the last section of a kernel that is also an EFI program; 0: it is not an EFI
 * program, or its headers are not valid */
static uint64_t sections_end(const uint8_t *file, size_t len)
{
	uint64_t pe = get_le32(file + OFF_PE);
	uint64_t end = 0, at;
	unsigned int nr;

	if (pe < HEADER_SIZE || len < PE_FILE_HEADER || pe > len - PE_FILE_HEADER ||
	    memcmp(file + pe, "PE\0", 4) != 0)
		return 0;
	nr = get_le16(file + pe + PE_OFF_NR_SECTIONS);
	at = pe + PE_FILE_HEADER + get_le16(file + pe + PE_OFF_OPTIONAL_SIZE);
	if (at > len || nr > (len - at) / PE_SECTION)
		return 0;
	for (unsigned int i = 0; i < nr; i++, at += PE_SECTION) {
		uint64_t section_end = (uint64_t)get_le32(file + at + PE_OFF_RAW) +
				       get_le32(file + at + PE_OFF_RAW_SIZE);

		if (section_end > end)
			end = section_end;
	}
	return end;
}

int arm64_image_parse(const void *data, size_t len, struct arm64_image *ret_image,
		      struct load_error *why)
{
	const uint8_t *file = data;
	struct arm64_image image;
	uint64_t end;

	if (!arm64_image_probe(data, len))
		return load_error_fail(why, -ENOEXEC, "not an arm64 kernel image");
	end = sections_end(file, len);
	if (end > len && end - len >= PE_MAX_PADDING)
		return load_error_fail(why, -ENODATA, "truncated: %llu of %llu bytes are missing",
				       (unsigned long long)(end - len), (unsigned long long)end);
	image.text_offset = get_le64(file + OFF_TEXT_OFFSET);
	image.size = get_le64(file + OFF_IMAGE_SIZE);
	if (get_le64(file + OFF_FLAGS) & FLAG_BIG_ENDIAN)
		return load_error_fail(why, -ENOTSUP,
				       "a big-endian arm64 kernel; a little-endian one is needed");
	if (image.size == 0)
		image.text_offset = TEXT_OFFSET_WITHOUT_SIZE;
	if (image.text_offset >= ARM64_IMAGE_ALIGN)
		return load_error_fail(why, -EINVAL,
				       "the image's header has a bad text_offset, 0x%llx",
				       (unsigned long long)image.text_offset);
	if (image.size < len)
		image.size = len;
	*ret_image = image;
	return 0;
}
