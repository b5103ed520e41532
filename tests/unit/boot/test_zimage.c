/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "loader/kernel/kernel.h"
#include "loader/kernel/kernel_cache.h"
#include "samples.h"

#define RAM_BASE GIB(1)
#define RAM_SIZE MIB(64)

#define HEADER_SIZE 0x3c
#define TABLE(word) (SAMPLE_ZIMAGE_TABLE + 4 * (word))

/* end of the kernel of sample_arm(), relative to the start of RAM */
#define KERNEL_END (SAMPLE_ZIMAGE_TEXT_OFFSET + SAMPLE_ARM_LEN + SAMPLE_ZIMAGE_BSS_LEN)

static const struct kernel_options plain = { 0 }, kaslr = { .kaslr = true };

static struct sample make(enum unpack_format format)
{
	struct sample kernel = sample_arm(), packed = sample_pack(format, &kernel);
	struct sample s = sample_zimage(&packed, SAMPLE_ARM_LEN);

	free(kernel.data);
	free(packed.data);
	return s;
}

static int setup(void **state)
{
	return sample_setup(state, make(UNPACK_XZ));
}

static int parse(const struct sample *s, struct zimage *ret_zimage, struct load_error *why)
{
	struct sample copy = sample_copy(s, s->len);
	int err = zimage_parse(copy.data, copy.len, ret_zimage, why);

	free(copy.data);
	return err;
}

static int probe(const struct sample *s, unsigned int machine, struct kernel **ret_kernel,
		 struct load_error *why)
{
	return kernel_probe(sample_copy(s, s->len).data, s->len, machine, ret_kernel, why);
}

/* parse with the word at @offset set to @value, then restore the word */
static void assert_bad(struct sample *s, size_t offset, uint32_t value, int err, const char *words)
{
	uint32_t before = get_le32(s->data + offset);
	struct load_error why = { 0 };
	struct zimage zimage;

	put_le32(s->data + offset, value);
	assert_int_equal(parse(s, &zimage, &why), err);
	assert_non_null(strstr(why.text, words));
	put_le32(s->data + offset, before);
	assert_int_equal(parse(s, &zimage, NULL), 0);
}

static void test_zimage_fields_are_read(void **state)
{
	const struct sample *s = *state;
	struct zimage zimage;

	assert_true(zimage_probe(s->data, s->len));
	assert_int_equal(parse(s, &zimage, NULL), 0);
	assert_int_equal(zimage.len, s->len);
	assert_int_equal(zimage.packed_end, s->len - 0x101);
	assert_int_equal(zimage.unpacked_len, SAMPLE_ARM_LEN);
	assert_int_equal(zimage.bss_len, SAMPLE_ZIMAGE_BSS_LEN);
	assert_int_equal(zimage.text_offset, SAMPLE_ZIMAGE_TEXT_OFFSET);
}

static void test_zimage_truncated_anywhere_is_an_error(void **state)
{
	const struct sample *s = *state;

	for (size_t len = 0; len < s->len; len++) {
		struct sample cut = sample_copy(s, len);
		struct zimage zimage;

		assert_int_equal(zimage_probe(cut.data, len), len >= HEADER_SIZE);
		assert_int_equal(zimage_parse(cut.data, len, &zimage, NULL),
				 len < HEADER_SIZE ? -ENOEXEC : -ENODATA);
		free(cut.data);
	}
}

static void test_zimage_before_4_15_has_no_table(void **state)
{
	struct sample *s = *state;
	struct zimage zimage;

	put_le32(s->data + 0x34, 0xe1a00000);
	put_le32(s->data + 0x38, UINT32_MAX);
	assert_int_equal(parse(s, &zimage, NULL), 0);
	assert_int_equal(zimage.len, s->len);
	assert_int_equal(zimage.packed_end, 0);
	assert_int_equal(zimage.unpacked_len, 0);
	assert_int_equal(zimage.text_offset, 0);
}

static void test_zimage_before_5_9_has_no_text_offset(void **state)
{
	struct sample *s = *state;
	struct zimage zimage;

	put_le32(s->data + TABLE(0), 4);
	put_le32(s->data + TABLE(4), 0);
	assert_int_equal(parse(s, &zimage, NULL), 0);
	assert_int_equal(zimage.unpacked_len, SAMPLE_ARM_LEN);
	assert_int_equal(zimage.bss_len, SAMPLE_ZIMAGE_BSS_LEN);
	assert_int_equal(zimage.text_offset, 0);
}

static void test_zimage_unknown_table_entries_are_skipped(void **state)
{
	struct sample *s = *state;
	struct zimage zimage;

	memmove(s->data + TABLE(2), s->data + TABLE(0), 7 * 4);
	put_le32(s->data + TABLE(0), 2);
	put_le32(s->data + TABLE(1), 0x12345678);
	assert_int_equal(parse(s, &zimage, NULL), 0);
	assert_int_equal(zimage.text_offset, SAMPLE_ZIMAGE_TEXT_OFFSET);
	put_le32(s->data + TABLE(3), 0x12345678);
	assert_int_equal(parse(s, &zimage, NULL), 0);
	assert_int_equal(zimage.packed_end, 0);
}

static void test_zimage_table_outside_the_image_is_einval(void **state)
{
	static const uint32_t wrong[] = { 1, 3, 65, UINT32_MAX / 4 + 2, UINT32_MAX };
	struct sample *s = *state;
	uint32_t len = (uint32_t)s->len;

	assert_bad(s, 0x38, len - 3, -EINVAL, "table");
	assert_bad(s, 0x38, len, -EINVAL, "table");
	assert_bad(s, 0x38, UINT32_MAX, -EINVAL, "table");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_bad(s, TABLE(0), wrong[i], -EINVAL, "table");
	assert_bad(s, TABLE(2), len - 3, -EINVAL, "table");
	assert_bad(s, TABLE(2), UINT32_MAX, -EINVAL, "table");
	assert_bad(s, TABLE(2), HEADER_SIZE - 1, -EINVAL, "table");
}

static void test_zimage_table_without_end_is_einval(void **state)
{
	struct sample *s = *state;
	struct load_error why = { 0 };
	struct zimage zimage;

	for (unsigned int i = 0; i < 32; i++) {
		put_le32(s->data + TABLE(2 * i), 2);
		put_le32(s->data + TABLE(2 * i + 1), 0x12345678);
	}
	assert_int_equal(parse(s, &zimage, &why), -EINVAL);
	assert_non_null(strstr(why.text, "table"));
}

static void test_zimage_text_offset_range_and_alignment(void **state)
{
	struct sample *s = *state;
	struct zimage zimage;

	assert_bad(s, TABLE(4), 0, -EINVAL, "offset");
	assert_bad(s, TABLE(4), 0x7000, -EINVAL, "0x7000");
	assert_bad(s, TABLE(4), 0x8001, -EINVAL, "offset");
	assert_bad(s, TABLE(4), 0x2001000, -EINVAL, "offset");
	assert_bad(s, TABLE(4), UINT32_MAX, -EINVAL, "offset");
	put_le32(s->data + TABLE(4), 0x8000);
	assert_int_equal(parse(s, &zimage, NULL), 0);
	put_le32(s->data + TABLE(4), 0x2000000);
	assert_int_equal(parse(s, &zimage, NULL), 0);
}

static void test_zimage_bad_header_fields_are_named(void **state)
{
	struct sample *s = *state;

	assert_bad(s, 0x30, 0x01020304, -ENOTSUP, "big-endian");
	assert_bad(s, 0x2c, HEADER_SIZE - 1, -EINVAL, "header");
	assert_bad(s, 0x28, (uint32_t)s->len + 1, -EINVAL, "header");
	assert_bad(s, 0x2c, (uint32_t)s->len + 1, -ENODATA, "1 bytes are missing");
	assert_bad(s, 0x2c, UINT32_MAX, -ENODATA, "missing");
	assert_bad(s, 0x24, 0, -ENOEXEC, "not a 32-bit arm zImage");
}

static void test_zimage_all_compressions(void **state)
{
	static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_LZ4_LEGACY, UNPACK_ZSTD,
						      UNPACK_XZ };
	struct sample arm = sample_arm();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample s = make(formats[i]);
		struct kernel *kernel;

		assert_int_equal(probe(&s, EM_AARCH64, &kernel, NULL), 0);
		assert_int_equal(kernel->format, KERNEL_FORMAT_ARM);
		assert_int_equal(kernel->machine, EM_ARM);
		assert_string_equal(kernel->release, SAMPLE_ARM_RELEASE);
		assert_int_equal(kernel->len, SAMPLE_ARM_LEN);
		assert_memory_equal(kernel->data, arm.data, SAMPLE_ARM_LEN);
		kernel_close(kernel);
		free(s.data);
	}
	free(arm.data);
}

/* the decompressor may contain the magic bytes that compressed data starts with */
static void test_zimage_false_magic_before_payload_is_skipped(void **state)
{
	struct sample *s = *state;
	struct kernel *kernel;

	for (unsigned int i = 0; i < 7; i++)
		memcpy(s->data + 0x200 + 16 * i,
		       i & 1 ? "\xfd"
			       "7zXZ\0"
			     : "\x1f\x8b\x08\0\0\0",
		       6);
	assert_int_equal(probe(s, EM_AARCH64, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ARM);
	kernel_close(kernel);
	/* the number of attempts is limited */
	memcpy(s->data + 0x200 + 16 * 7, "\x1f\x8b\x08", 3);
	assert_int_equal(probe(s, EM_AARCH64, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ZIMAGE);
	kernel_close(kernel);
}

static void assert_unpacks_itself(const struct sample *s)
{
	struct kernel *kernel;

	assert_int_equal(probe(s, EM_AARCH64, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ZIMAGE);
	assert_int_equal(kernel->machine, EM_ARM);
	assert_string_equal(kernel->release, "");
	assert_memory_equal(kernel->data, s->data, s->len);
	kernel_close(kernel);
}

static void test_zimage_not_unpacked_here_is_loaded_as_zimage(void **state)
{
	struct sample *s = *state, lzo = make(UNPACK_XZ);
	size_t size_at = get_le32(s->data + TABLE(2));

	put_le32(s->data + size_at, SAMPLE_ARM_LEN - 1);
	assert_unpacks_itself(s);
	put_le32(s->data + size_at, SAMPLE_ARM_LEN + 1);
	assert_unpacks_itself(s);
	put_le32(s->data + size_at, UINT32_MAX);
	assert_unpacks_itself(s);
	put_le32(s->data + size_at, SAMPLE_ARM_LEN);
	s->data[SAMPLE_ZIMAGE_PAYLOAD + 100] ^= 1;
	assert_unpacks_itself(s);
	memcpy(lzo.data + SAMPLE_ZIMAGE_PAYLOAD, "\x89LZO", 4);
	assert_unpacks_itself(&lzo);
	free(lzo.data);
}

static int load(const struct sample *s, const struct kernel_options *options, uint64_t ram_size,
		struct kernel_entry *ret_entry, struct load_error *why)
{
	struct kernel_image image;
	struct guest_mem *mem;
	struct kernel *kernel;
	int err;

	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(RAM_BASE), ram_size), 0);
	assert_int_equal(probe(s, EM_AARCH64, &kernel, NULL), 0);
	err = kernel_unpack(kernel, options, &image, why);
	if (err == 0) {
		assert_true(kernel_image_is_32bit(&image));
		err = kernel_load(&image, mem, ret_entry, why);
		if (err == 0)
			assert_memory_equal(mem_slice(mem, ret_entry->entry, kernel->len),
					    kernel->data, kernel->len);
		kernel_image_done(&image);
	}
	kernel_close(kernel);
	mem_destroy(mem);
	return err;
}

static void test_zimage_unpacked_kernel_load_address(void **state)
{
	const struct sample *s = *state;
	struct kernel_entry entry;
	uint64_t tables = RAM_BASE + align_up(KERNEL_END, 0x10000);

	assert_int_equal(load(s, &plain, RAM_SIZE, &entry, NULL), 0);
	assert_int_equal(entry.protocol, KERNEL_ARM);
	assert_int_equal(entry.entry.value, RAM_BASE + SAMPLE_ZIMAGE_TEXT_OFFSET);
	assert_int_equal(entry.tables.value, tables);
	assert_int_equal(entry.load_end.value, tables + KERNEL_TABLES_SIZE);
	assert_int_equal(entry.cmdline_max, 1023);
	assert_int_equal(entry.initrd_max, RAM_BASE + MIB(512) - 1);
	assert_int_equal(entry.setup_header_len, 0);
}

static void test_zimage_is_loaded_above_its_unpacked_kernel(void **state)
{
	struct sample *s = *state;
	uint64_t start = align_up(KERNEL_END, 0x10000);
	struct kernel_entry entry;

	memcpy(s->data + SAMPLE_ZIMAGE_PAYLOAD, "\x89LZO", 4);
	assert_int_equal(load(s, &plain, RAM_SIZE, &entry, NULL), 0);
	assert_int_equal(entry.protocol, KERNEL_ARM);
	assert_int_equal(entry.entry.value, RAM_BASE + start);
	assert_true(entry.tables.value >= RAM_BASE + start + s->len + MIB(1));
	assert_int_equal(entry.load_end.value, entry.tables.value + KERNEL_TABLES_SIZE);
	/* without a table of sizes it is at 32 MiB */
	put_le32(s->data + 0x34, 0);
	assert_int_equal(load(s, &plain, RAM_SIZE, &entry, NULL), 0);
	assert_int_equal(entry.entry.value, RAM_BASE + MIB(32));
}

static void test_zimage_too_little_ram_reports_needed_size(void **state)
{
	struct sample *s = *state;

	for (int itself = 0; itself < 2; itself++) {
		struct load_error why = { 0 };
		struct kernel_entry entry;

		assert_int_equal(load(s, &plain, MIB(1), &entry, &why), -ENOMEM);
		assert_int_equal(load(s, &plain, why.need_bytes - MEM_PAGE_SIZE, &entry, NULL),
				 -ENOMEM);
		assert_int_equal(load(s, &plain, why.need_bytes, &entry, NULL), 0);
		assert_int_equal(entry.load_end.value, RAM_BASE + why.need_bytes);
		memcpy(s->data + SAMPLE_ZIMAGE_PAYLOAD, "\x89LZO", 4);
	}
}

static void test_zimage_too_large_kernel_is_einval(void **state)
{
	struct sample *s = *state;
	struct load_error why = { 0 };
	struct kernel_entry entry;

	put_le32(s->data + TABLE(3), UINT32_MAX);
	assert_int_equal(load(s, &plain, RAM_SIZE, &entry, &why), -EINVAL);
	assert_non_null(strstr(why.text, "requires"));
	memcpy(s->data + SAMPLE_ZIMAGE_PAYLOAD, "\x89LZO", 4);
	assert_int_equal(load(s, &plain, RAM_SIZE, &entry, &why), -EINVAL);
	/* the zImage and the kernel must fit into a window of 128 MiB */
	put_le32(s->data + TABLE(3), MIB(128) - SAMPLE_ZIMAGE_TEXT_OFFSET - SAMPLE_ARM_LEN);
	assert_int_equal(load(s, &plain, MIB(256), &entry, &why), -EINVAL);
	put_le32(s->data + TABLE(3), MIB(120) - SAMPLE_ZIMAGE_TEXT_OFFSET - SAMPLE_ARM_LEN);
	assert_int_equal(load(s, &plain, MIB(256), &entry, &why), 0);
}

/* Return: true if the unpacked kernel is a file, as it is in a kernel cache */
static bool open_cached(const char *path, const char *store)
{
	struct kernel_image image;
	struct kernel *kernel;
	bool is_file;

	assert_int_equal(kernel_open(path, EM_AARCH64, store, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ARM);
	assert_string_equal(kernel->release, SAMPLE_ARM_RELEASE);
	is_file = kernel->file.fd >= 0;
	assert_int_equal(kernel_unpack(kernel, &plain, &image, NULL), 0);
	kernel_close(kernel);
	assert_int_equal(image.text_offset, SAMPLE_ZIMAGE_TEXT_OFFSET);
	assert_int_equal(image.file.len, SAMPLE_ARM_LEN);
	assert_int_equal(blob_is_private(&image.file), is_file);
	kernel_image_done(&image);
	return is_file;
}

static void test_zimage_unpacked_kernel_is_cached(void **state)
{
	struct sample *s = *state;
	char *dir = sample_dir(), *path = sample_write(s->data, s->len);
	char key[KERNEL_CACHE_KEY_SIZE];
	struct blob cached;

	assert_int_equal(kernel_cache_key(s->data, s->len - 0x101, key), 0);
	assert_int_equal(kernel_cache_get(dir, key, &cached), -ENOENT);
	assert_true(open_cached(path, dir));
	assert_int_equal(kernel_cache_get(dir, key, &cached), 0);
	assert_int_equal(cached.len, SAMPLE_ARM_LEN);
	blob_done(&cached);
	assert_true(open_cached(path, dir));
	/* an entry of another size is not used */
	assert_int_equal(kernel_cache_put(dir, key, "kernel", 6), 0);
	assert_true(open_cached(path, dir));
	assert_int_equal(kernel_cache_get(dir, key, &cached), 0);
	assert_int_equal(cached.len, SAMPLE_ARM_LEN);
	blob_done(&cached);
	assert_false(open_cached(path, NULL));
	assert_false(open_cached(path, "/dev/null"));
	unlink(path);
	free(path);
	sample_remove(dir);
}

/* the zImage would take a device tree that is appended to it for the machine's */
static void test_zimage_appended_bytes_are_not_loaded(void **state)
{
	struct sample *s = *state;
	struct kernel_image image;
	struct guest_mem *mem;
	struct kernel_entry entry;
	struct kernel *kernel;
	size_t len = s->len;

	sample_append(s, "\xd0\x0d\xfe\xed", 4);
	memcpy(s->data + SAMPLE_ZIMAGE_PAYLOAD, "\x89LZO", 4);
	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(RAM_BASE), RAM_SIZE), 0);
	assert_int_equal(probe(s, EM_AARCH64, &kernel, NULL), 0);
	assert_int_equal(kernel_unpack(kernel, &plain, &image, NULL), 0);
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), 0);
	assert_int_equal(get_le32(mem_slice(mem, GPA(entry.entry.value + len), 4)), 0);
	kernel_image_done(&image);
	kernel_close(kernel);
	mem_destroy(mem);
}

/* the VMM must not trust the fields that it gets from the loader process */
static void test_zimage_kernel_with_bad_fields_is_refused(void **state)
{
	static const uint32_t offsets[] = { 0, 1, 0x7fff, 0x2000001, UINT32_MAX };
	struct kernel_image image = { .format = KERNEL_FORMAT_ARM, .file = BLOB_NONE };
	struct kernel_entry entry;
	struct guest_mem *mem;

	(void)state;
	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(RAM_BASE), RAM_SIZE), 0);
	assert_int_equal(blob_copy("kernel", 6, &image.file), 0);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		image.text_offset = offsets[i];
		assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	}
	image.text_offset = 0x8000;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), 0);
	image.bss_len = UINT32_MAX;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	image.bss_len = MIB(512);
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -ENOMEM);
	kernel_image_done(&image);
	mem_destroy(mem);
}

static void test_zimage_kaslr_and_x86_are_refused(void **state)
{
	const struct sample *s = *state;
	struct load_error why = { 0 };
	struct kernel_entry entry;
	struct kernel *kernel;

	assert_int_equal(load(s, &kaslr, RAM_SIZE, &entry, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "KASLR"));
	assert_int_equal(probe(s, EM_X86_64, &kernel, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "a 32-bit arm zImage; a bzImage or vmlinux is needed"));
}

#define zimage_test(name) cmocka_unit_test_setup_teardown(name, setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		zimage_test(test_zimage_fields_are_read),
		zimage_test(test_zimage_truncated_anywhere_is_an_error),
		zimage_test(test_zimage_before_4_15_has_no_table),
		zimage_test(test_zimage_before_5_9_has_no_text_offset),
		zimage_test(test_zimage_unknown_table_entries_are_skipped),
		zimage_test(test_zimage_table_outside_the_image_is_einval),
		zimage_test(test_zimage_table_without_end_is_einval),
		zimage_test(test_zimage_text_offset_range_and_alignment),
		zimage_test(test_zimage_bad_header_fields_are_named),
		cmocka_unit_test(test_zimage_all_compressions),
		zimage_test(test_zimage_false_magic_before_payload_is_skipped),
		zimage_test(test_zimage_not_unpacked_here_is_loaded_as_zimage),
		zimage_test(test_zimage_unpacked_kernel_load_address),
		zimage_test(test_zimage_is_loaded_above_its_unpacked_kernel),
		zimage_test(test_zimage_too_little_ram_reports_needed_size),
		zimage_test(test_zimage_too_large_kernel_is_einval),
		zimage_test(test_zimage_unpacked_kernel_is_cached),
		zimage_test(test_zimage_appended_bytes_are_not_loaded),
		cmocka_unit_test(test_zimage_kernel_with_bad_fields_is_refused),
		zimage_test(test_zimage_kaslr_and_x86_are_refused),
	};

	return cmocka_run_group_tests_name("zimage", tests, NULL, NULL);
}
