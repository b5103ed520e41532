/* SPDX-License-Identifier: MIT */
#include "boot/zimage.h"

#include <errno.h>

#include "base/bytes.h"

#define OFF_MAGIC	0x24
#define OFF_START	0x28
#define OFF_END		0x2c
#define OFF_ENDIANNESS	0x30
#define OFF_TABLE_MAGIC 0x34
#define OFF_TABLE	0x38
#define HEADER_SIZE	0x3c

#define MAGIC		0x016f2818u
#define BIG_ENDIAN_MARK 0x01020304u /* read as little endian */
#define TABLE_MAGIC	0x45454545u

/* The table consists of entries of 32-bit words: the number of words, a tag, values. It ends with a
 * 0. */
#define ENTRY_WORDS_MAX 64
#define ENTRIES_MAX	16
#define TAG_KERNEL_SIZE 0x5a534c4bu

/* words of the entry TAG_KERNEL_SIZE */
#define SIZE_AT	       2 /* offset in the image of the unpacked size, four bytes at its end */
#define BSS_LEN	       3
#define WITHOUT_OFFSET 4 /* number of words before Linux 5.9 */
#define TEXT_OFFSET    4

bool zimage_probe(const void *data, size_t len)
{
	return len >= HEADER_SIZE && get_le32((const uint8_t *)data + OFF_MAGIC) == MAGIC;
}

static int bad_table(struct load_error *why)
{
	return load_error_fail(why, -EINVAL, "the zImage's table of sizes is damaged");
}

static int read_sizes(const uint8_t *image, const uint8_t *entry, uint32_t nr_words,
		      struct zimage *zimage, struct load_error *why)
{
	uint32_t size_at;

	if (nr_words < WITHOUT_OFFSET)
		return bad_table(why);
	size_at = get_le32(entry + 4 * SIZE_AT);
	if (size_at < HEADER_SIZE || size_at > zimage->len - 4)
		return bad_table(why);
	zimage->packed_end = (size_t)size_at + 4;
	zimage->unpacked_len = get_le32(image + size_at);
	zimage->bss_len = get_le32(entry + 4 * BSS_LEN);
	if (nr_words == WITHOUT_OFFSET)
		return 0;
	zimage->text_offset = get_le32(entry + 4 * TEXT_OFFSET);
	if (zimage->text_offset < ZIMAGE_TEXT_OFFSET_MIN ||
	    zimage->text_offset > ZIMAGE_TEXT_OFFSET_MAX || zimage->text_offset % 4096 != 0)
		return load_error_fail(why, -EINVAL, "the zImage has a bad text offset, 0x%x",
				       zimage->text_offset);
	return 0;
}

static int read_table(const uint8_t *image, struct zimage *zimage, struct load_error *why)
{
	size_t at = get_le32(image + OFF_TABLE);

	for (unsigned int i = 0; i < ENTRIES_MAX; i++) {
		uint32_t nr_words;

		if (at > zimage->len - 4)
			return bad_table(why);
		nr_words = get_le32(image + at);
		if (nr_words == 0)
			return 0;
		if (nr_words < 2 || nr_words > ENTRY_WORDS_MAX || 4 * nr_words > zimage->len - at)
			return bad_table(why);
		if (get_le32(image + at + 4) == TAG_KERNEL_SIZE)
			return read_sizes(image, image + at, nr_words, zimage, why);
		at += (size_t)4 * nr_words;
	}
	return bad_table(why);
}

int zimage_parse(const void *data, size_t len, struct zimage *ret_zimage, struct load_error *why)
{
	const uint8_t *image = data;
	struct zimage zimage = { 0 };
	uint32_t start, end;
	int err;

	if (!zimage_probe(data, len))
		return load_error_fail(why, -ENOEXEC, "not a 32-bit arm zImage");
	if (get_le32(image + OFF_ENDIANNESS) == BIG_ENDIAN_MARK)
		return load_error_fail(why, -ENOTSUP,
				       "a big-endian arm kernel; a little-endian one is needed");
	start = get_le32(image + OFF_START);
	end = get_le32(image + OFF_END);
	if (end < start || end - start < HEADER_SIZE)
		return load_error_fail(why, -EINVAL, "the zImage's header is damaged");
	zimage.len = end - start;
	if (zimage.len > len)
		return load_error_fail(why, -ENODATA, "truncated: %zu bytes are missing",
				       zimage.len - len);
	if (get_le32(image + OFF_TABLE_MAGIC) == TABLE_MAGIC) {
		err = read_table(image, &zimage, why);
		if (err < 0)
			return err;
	}
	*ret_zimage = zimage;
	return 0;
}
