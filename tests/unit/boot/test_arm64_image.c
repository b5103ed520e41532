/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "boot/arm64_image.h"
#include "loader/kernel/kernel.h"
#include "samples.h"

#define RAM_BASE GIB(1)
#define RAM_SIZE MIB(16)

static int setup(void **state)
{
	return sample_setup(state, sample_arm64());
}

static void assert_refused(const struct sample *s, unsigned int machine, int err, const char *words)
{
	struct load_error why = { 0 };
	struct kernel *kernel;

	assert_int_equal(kernel_probe(sample_copy(s, s->len).data, s->len, machine, &kernel, &why),
			 err);
	assert_non_null(strstr(why.text, words));
}

static int load_at(const struct sample *s, uint64_t base, uint64_t size,
		   struct kernel_entry *ret_entry, struct load_error *why)
{
	const struct kernel_options options = { .kaslr = true };
	struct kernel_image image;
	struct guest_mem *mem;
	struct kernel *kernel;
	int err;

	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(base), size), 0);
	assert_int_equal(
		kernel_probe(sample_copy(s, s->len).data, s->len, EM_AARCH64, &kernel, why), 0);
	assert_int_equal(kernel_unpack(kernel, &options, &image, why), 0);
	err = kernel_load(&image, mem, ret_entry, why);
	if (err == 0)
		assert_memory_equal(mem_slice(mem, ret_entry->entry, s->len), s->data, s->len);
	kernel_image_done(&image);
	kernel_close(kernel);
	mem_destroy(mem);
	return err;
}

static void test_arm64_image_fields_are_read(void **state)
{
	struct sample *s = *state;
	struct arm64_image image;

	put_le64(s->data + 0x08, 0x10000);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.text_offset, 0x10000);
	assert_int_equal(image.size, SAMPLE_ARM64_MEM_LEN);
}

static void test_arm64_image_truncated_header_is_enoexec(void **state)
{
	const struct sample *s = *state;

	for (size_t len = 0; len < 0x40; len++) {
		struct sample cut = sample_copy(s, len);
		struct arm64_image image;

		assert_false(arm64_image_probe(cut.data, len));
		assert_int_equal(arm64_image_parse(cut.data, len, &image, NULL), -ENOEXEC);
		free(cut.data);
	}
	assert_true(arm64_image_probe(s->data, 0x40));
}

static void test_arm64_image_size_is_at_least_the_file_size(void **state)
{
	struct sample *s = *state;
	struct arm64_image image;

	put_le64(s->data + 0x10, 1);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.size, s->len);
}

static void test_arm64_image_before_3_17_has_default_offset(void **state)
{
	struct sample *s = *state;
	struct arm64_image image;

	put_le64(s->data + 0x08, 0x800000000000); /* as a big-endian kernel had it */
	put_le64(s->data + 0x10, 0);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.text_offset, 0x80000);
	assert_int_equal(image.size, s->len);
}

static void test_arm64_image_offset_is_below_2_mib(void **state)
{
	struct sample *s = *state;
	struct load_error why = { 0 };
	struct arm64_image image;

	put_le64(s->data + 0x08, ARM64_IMAGE_ALIGN - 1);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), 0);
	put_le64(s->data + 0x08, ARM64_IMAGE_ALIGN);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), -EINVAL);
	assert_non_null(strstr(why.text, "0x200000"));
	put_le64(s->data + 0x08, UINT64_MAX);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), -EINVAL);
}

static void test_arm64_image_big_endian_is_refused(void **state)
{
	struct sample *s = *state;

	s->data[0x18] |= 1;
	assert_refused(s, EM_AARCH64, -ENOTSUP, "big-endian");
}

/* make it an EFI program with two sections; the first one ends last */
static void add_sections(struct sample *s, uint32_t end)
{
	uint8_t *pe = s->data + 0x40, *sections = pe + 24 + 160;

	put_le32(s->data + 0x3c, 0x40);
	memcpy(pe, "PE\0", 4);
	put_le16(pe + 6, 2);
	put_le16(pe + 20, 160);
	put_le32(sections + 16, end - 0x200);
	put_le32(sections + 20, 0x200);
	put_le32(sections + 40 + 16, 0x10);
	put_le32(sections + 40 + 20, 0x100);
}

static void test_arm64_image_shorter_than_its_sections_is_enodata(void **state)
{
	struct sample *s = *state;
	struct load_error why = { 0 };
	struct arm64_image image;

	add_sections(s, (uint32_t)s->len);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), 0);
	/* up to 4095 bytes of padding may be missing */
	add_sections(s, (uint32_t)s->len + 4095);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), 0);
	add_sections(s, (uint32_t)s->len + 4096);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), -ENODATA);
	assert_non_null(strstr(why.text, "truncated: 4096 of "));
	put_le32(s->data + 0x40 + 24 + 160 + 16, UINT32_MAX);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, &why), -ENODATA);
}

static void test_arm64_image_invalid_sections_are_ignored(void **state)
{
	struct sample *s = *state;
	struct arm64_image image;

	add_sections(s, (uint32_t)s->len + 4096);
	for (size_t len = 0x40; len < 0x40 + 24 + 160 + 80; len++) {
		struct sample cut = sample_copy(s, len);

		assert_int_equal(arm64_image_parse(cut.data, len, &image, NULL), 0);
		free(cut.data);
	}
	put_le16(s->data + 0x40 + 6, UINT16_MAX);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	add_sections(s, (uint32_t)s->len + 4096);
	put_le16(s->data + 0x40 + 20, UINT16_MAX);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	for (uint32_t back = 0; back < 24; back++) {
		put_le32(s->data + 0x3c, (uint32_t)s->len - back);
		assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
	}
	put_le32(s->data + 0x3c, UINT32_MAX);
	assert_int_equal(arm64_image_parse(s->data, s->len, &image, NULL), 0);
}

static void test_arm64_image_release_comes_from_its_banner(void **state)
{
	const struct sample *s = *state;
	struct kernel *kernel;

	assert_int_equal(
		kernel_probe(sample_copy(s, s->len).data, s->len, EM_AARCH64, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ARM64);
	assert_string_equal(kernel->release, SAMPLE_ARM64_RELEASE);
	kernel_close(kernel);
}

static void test_arm64_image_load_address(void **state)
{
	static const struct {
		uint64_t text_offset, start;
	} cases[] = {
		/* the image is 2 MiB higher if its offset leaves too little memory free below it */
		{ 0, RAM_BASE + MIB(2) },
		{ KERNEL_ARM64_RESERVED - 0x1000,
		  RAM_BASE + MIB(2) + KERNEL_ARM64_RESERVED - 0x1000 },
		{ KERNEL_ARM64_RESERVED, RAM_BASE + KERNEL_ARM64_RESERVED },
		{ KERNEL_ARM64_RESERVED + 0x1000, RAM_BASE + KERNEL_ARM64_RESERVED + 0x1000 },
	};
	struct sample *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kernel_entry entry;

		put_le64(s->data + 0x08, cases[i].text_offset);
		assert_int_equal(load_at(s, RAM_BASE, RAM_SIZE, &entry, NULL), 0);
		assert_int_equal(entry.protocol, KERNEL_ARM64);
		assert_int_equal(entry.entry.value, cases[i].start);
		assert_int_equal(entry.load_end.value, cases[i].start + SAMPLE_ARM64_MEM_LEN);
		assert_int_equal(entry.cmdline_max, 2047);
		assert_int_equal(entry.initrd_max, RAM_BASE + GIB(32) - 1);
		assert_int_equal(entry.setup_header_len, 0);
	}
}

static void test_arm64_image_too_little_ram_reports_needed_size(void **state)
{
	const struct sample *s = *state;
	struct load_error why = { 0 };
	struct kernel_entry entry;

	assert_int_equal(
		load_at(s, RAM_BASE, MIB(2) + SAMPLE_ARM64_MEM_LEN - MEM_PAGE_SIZE, &entry, &why),
		-ENOMEM);
	assert_int_equal(why.need_bytes, MIB(2) + SAMPLE_ARM64_MEM_LEN);
	assert_int_equal(load_at(s, RAM_BASE, why.need_bytes, &entry, &why), 0);
}

static void test_arm64_image_larger_than_2_gib_is_einval(void **state)
{
	struct sample *s = *state;
	struct load_error why = { 0 };
	struct kernel_entry entry;

	put_le64(s->data + 0x10, GIB(2) + 1);
	assert_int_equal(load_at(s, RAM_BASE, RAM_SIZE, &entry, &why), -EINVAL);
	put_le64(s->data + 0x10, UINT64_MAX);
	assert_int_equal(load_at(s, RAM_BASE, RAM_SIZE, &entry, &why), -EINVAL);
	assert_non_null(strstr(why.text, "requires"));
}

static void test_arm64_image_compressed_file_is_unpacked(void **state)
{
	static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_ZSTD };
	const struct sample *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample packed = sample_pack(formats[i], s);
		struct kernel *kernel;

		assert_int_equal(kernel_probe(packed.data, packed.len, EM_AARCH64, &kernel, NULL),
				 0);
		assert_int_equal(kernel->format, KERNEL_FORMAT_ARM64);
		assert_int_equal(kernel->len, s->len);
		kernel_close(kernel);
	}
}

static bool is_the_file(const char *path)
{
	const struct kernel_options options = { 0 };
	struct kernel_image image;
	struct stat a, b;
	struct kernel *kernel;

	assert_int_equal(kernel_open(path, EM_AARCH64, NULL, &kernel, NULL), 0);
	assert_int_equal(kernel_unpack(kernel, &options, &image, NULL), 0);
	kernel_close(kernel);
	assert_int_equal(stat(path, &a), 0);
	assert_int_equal(fstat(image.file.fd, &b), 0);
	assert_int_equal(get_le64(image.file.data + 0x10), SAMPLE_ARM64_MEM_LEN);
	assert_int_equal(image.file.len, SAMPLE_ARM64_LEN);
	kernel_image_done(&image);
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static void test_arm64_image_is_copied_if_others_can_write_it(void **state)
{
	const struct sample *s = *state;
	struct sample packed = sample_pack(UNPACK_GZIP, s);
	char *plain = sample_write(s->data, s->len);
	char *gzip = sample_write(packed.data, packed.len);

	assert_true(is_the_file(plain));
	assert_int_equal(chmod(plain, 0666), 0);
	assert_false(is_the_file(plain));
	assert_false(is_the_file(gzip));
	unlink(plain);
	unlink(gzip);
	free(plain);
	free(gzip);
	free(packed.data);
}

static void test_arm64_image_other_architectures_are_refused(void **state)
{
	const struct sample *s = *state;
	struct sample bzimage = sample_kernel(UNPACK_XZ), elf = sample_elf();

	assert_refused(s, EM_X86_64, -ENOTSUP,
		       "an arm64 kernel image; a bzImage or vmlinux is needed");
	assert_refused(&bzimage, EM_AARCH64, -ENOTSUP,
		       "an x86 bzImage; an arm64 Image, vmlinux or a zImage is needed");
	assert_refused(&elf, EM_AARCH64, -ENOTSUP,
		       "an ELF file for x86_64; an arm64 kernel is needed");
	put_le16(elf.data + 18, EM_AARCH64);
	assert_refused(&elf, EM_X86_64, -ENOTSUP,
		       "an ELF file for arm64; an x86_64 kernel is needed");
	/* the header says arm64, but the content is not an arm64 kernel */
	assert_refused(&elf, EM_AARCH64, -ENOEXEC, "not an arm64 kernel image");
	free(bzimage.data);
	free(elf.data);
}

#define image_test(name) cmocka_unit_test_setup_teardown(name, setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		image_test(test_arm64_image_fields_are_read),
		image_test(test_arm64_image_truncated_header_is_enoexec),
		image_test(test_arm64_image_size_is_at_least_the_file_size),
		image_test(test_arm64_image_before_3_17_has_default_offset),
		image_test(test_arm64_image_offset_is_below_2_mib),
		image_test(test_arm64_image_big_endian_is_refused),
		image_test(test_arm64_image_shorter_than_its_sections_is_enodata),
		image_test(test_arm64_image_invalid_sections_are_ignored),
		image_test(test_arm64_image_release_comes_from_its_banner),
		image_test(test_arm64_image_load_address),
		image_test(test_arm64_image_too_little_ram_reports_needed_size),
		image_test(test_arm64_image_larger_than_2_gib_is_einval),
		image_test(test_arm64_image_compressed_file_is_unpacked),
		image_test(test_arm64_image_is_copied_if_others_can_write_it),
		image_test(test_arm64_image_other_architectures_are_refused),
	};

	return cmocka_run_group_tests_name("arm64_image", tests, NULL, NULL);
}
