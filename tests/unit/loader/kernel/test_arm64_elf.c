/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/kernel/arm64_elf.h"
#include "loader/kernel/kernel.h"
#include "samples.h"

#define FIRST  SAMPLE_ARM64_ELF_HEADER
#define SECOND (FIRST + 56)
#define LIMIT  MIB(64)

static int setup(void **state)
{
	return sample_setup(state, sample_arm64_elf());
}

static int flatten(const struct sample *s, struct sample *ret_image, struct load_error *why)
{
	struct elf_image elf;
	void *data;
	int err;

	assert_int_equal(elf_parse(s->data, s->len, &elf), 0);
	err = arm64_elf_flatten(&elf, LIMIT, &data, &ret_image->len, why);
	if (err == 0)
		ret_image->data = data;
	return err;
}

static void assert_refused(const struct sample *s, int err, const char *words)
{
	struct load_error why = { 0 };
	struct kernel *kernel;

	assert_int_equal(
		kernel_probe(sample_copy(s, s->len).data, s->len, EM_AARCH64, &kernel, &why), err);
	assert_non_null(strstr(why.text, words));
}

static void test_arm64_elf_flattens_to_image(void **state)
{
	struct sample image = sample_arm64(), flat;

	assert_int_equal(flatten(*state, &flat, NULL), 0);
	assert_int_equal(flat.len, image.len);
	assert_memory_equal(flat.data, image.data, image.len);
	free(flat.data);
	free(image.data);
}

static void test_arm64_elf_gaps_are_zero_filled(void **state)
{
	struct sample *s = *state, flat;

	put_le64(s->data + SECOND + 0x18, SAMPLE_ARM64_ELF_VADDR + SAMPLE_ARM64_ELF_HALF + 100);
	assert_int_equal(flatten(s, &flat, NULL), 0);
	assert_int_equal(flat.len, SAMPLE_ARM64_LEN + 100);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(flat.data[SAMPLE_ARM64_ELF_HALF + i], 0);
	free(flat.data);
}

static void test_arm64_elf_kernel_has_release(void **state)
{
	struct sample *s = *state, image = sample_arm64();
	const struct kernel_options options = { 0 };
	struct kernel_image unpacked;
	struct kernel *kernel;

	assert_int_equal(
		kernel_probe(sample_copy(s, s->len).data, s->len, EM_AARCH64, &kernel, NULL), 0);
	assert_string_equal(kernel->release, SAMPLE_ARM64_RELEASE);
	assert_int_equal(kernel_unpack(kernel, &options, &unpacked, NULL), 0);
	assert_int_equal(unpacked.format, KERNEL_FORMAT_ARM64);
	assert_int_equal(unpacked.file.len, image.len);
	assert_memory_equal(unpacked.file.data, image.data, image.len);
	kernel_image_done(&unpacked);
	kernel_close(kernel);
	free(image.data);
}

static void test_arm64_elf_bad_segments_refused(void **state)
{
	struct sample *s = *state;
	uint8_t *second = s->data + SECOND;

	put_le64(second + 0x18, SAMPLE_ARM64_ELF_VADDR + GIB(2));
	assert_refused(s, -EINVAL, "MiB apart");
	put_le64(second + 0x18, 0);
	assert_refused(s, -EINVAL, "MiB apart");
	put_le64(second + 0x18, UINT64_MAX - 8);
	assert_refused(s, -EINVAL, "damaged program header");
	put_le64(second + 0x18, SAMPLE_ARM64_ELF_VADDR + SAMPLE_ARM64_ELF_HALF);
	put_le64(second + 0x08, s->len - 1);
	assert_refused(s, -ENODATA, "bytes are missing");
	put_le64(second + 0x08, UINT64_MAX);
	assert_refused(s, -EINVAL, "damaged program header");
}

static void test_arm64_elf_without_image_refused(void **state)
{
	struct sample *s = *state;

	put_le64(s->data + FIRST + 0x20, 0);
	assert_refused(s, -ENOEXEC, "not an arm64 kernel image");
	put_le64(s->data + SECOND + 0x20, 0);
	assert_refused(s, -EINVAL, "nothing to load");
	put_le32(s->data + FIRST, PT_NULL);
	put_le32(s->data + SECOND, PT_NULL);
	assert_refused(s, -ENOEXEC, "nothing to load");
}

#define elf_test(name) cmocka_unit_test_setup_teardown(name, setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		elf_test(test_arm64_elf_flattens_to_image),
		elf_test(test_arm64_elf_gaps_are_zero_filled),
		elf_test(test_arm64_elf_kernel_has_release),
		elf_test(test_arm64_elf_bad_segments_refused),
		elf_test(test_arm64_elf_without_image_refused),
	};

	return cmocka_run_group_tests_name("arm64_elf", tests, NULL, NULL);
}
