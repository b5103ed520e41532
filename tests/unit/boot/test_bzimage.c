/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "boot/bzimage.h"
#include "samples.h"

static int setup(void **state)
{
	return sample_setup(state, sample_kernel(UNPACK_XZ));
}

static void assert_refused(const struct sample *s, int err, const char *words)
{
	struct load_error why = { 0 };
	struct bzimage image;

	assert_int_equal(bzimage_parse(s->data, s->len, &image, &why), err);
	assert_non_null(strstr(why.text, words));
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), err);
}

static void test_bzimage_fields_are_read(void **state)
{
	const struct sample *s = *state;
	struct bzimage image;

	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.protocol, 0x020f);
	assert_string_equal(image.release, SAMPLE_RELEASE);
	assert_int_equal(image.code_offset, SAMPLE_BZ_CODE);
	assert_int_equal(image.payload_offset, SAMPLE_BZ_CODE + SAMPLE_BZ_HEAD);
	assert_int_equal(image.pref_address, SAMPLE_BZ_PREF);
	assert_int_equal(image.init_size, SAMPLE_BZ_INIT_SIZE);
	assert_int_equal(image.cmdline_max, 2047);
	assert_int_equal(image.initrd_max, 0x7fffffff);
	assert_true(image.relocatable);
	assert_int_equal(image.header_len, BZIMAGE_HEADER_MAX);
	assert_memory_equal(image.header, s->data + BZIMAGE_HEADER_START, image.header_len);
}

static void test_bzimage_header_length_comes_from_the_jump(void **state)
{
	struct sample *s = *state;
	struct bzimage image;

	s->data[0x201] = 0x62; /* ends with init_size */
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.header_len, 0x264 - BZIMAGE_HEADER_START);
	assert_int_equal(image.header[image.header_len], 0);
	s->data[0x201] = 0xff; /* beyond the end of the struct */
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(image.header_len, BZIMAGE_HEADER_MAX);
	s->data[0x201] = 0x61;
	assert_refused(s, -EINVAL, "ends before");
	s->data[0x201] = 0;
	assert_refused(s, -EINVAL, "ends before");
}

static void test_bzimage_truncated_anywhere_is_an_error(void **state)
{
	const struct sample *s = *state;

	for (size_t len = 0; len < s->len; len++) {
		struct sample cut = sample_copy(s, len);
		struct bzimage image;
		int err = bzimage_parse(cut.data, len, &image, NULL);

		assert_int_equal(err, len < 0x206 ? -ENOEXEC : -ENODATA);
		free(cut.data);
	}
}

static void test_bzimage_truncated_reports_missing_bytes(void **state)
{
	struct sample *s = *state;

	s->len -= 10;
	assert_refused(s, -ENODATA, "truncated: 10 of ");
}

static void test_bzimage_zero_setup_sects_means_four(void **state)
{
	struct sample *s = *state;
	struct bzimage image;
	size_t more = 2 * 512;
	uint8_t *grown = calloc(1, s->len + more);

	assert_non_null(grown);
	memcpy(grown, s->data, SAMPLE_BZ_CODE);
	memcpy(grown + SAMPLE_BZ_CODE + more, s->data + SAMPLE_BZ_CODE, s->len - SAMPLE_BZ_CODE);
	grown[0x1f1] = 0;
	assert_int_equal(bzimage_parse(grown, s->len + more, &image, NULL), 0);
	assert_int_equal(image.code_offset, 5 * 512);
	free(grown);
}

static void test_bzimage_bad_setup_sects_and_syssize_are_refused(void **state)
{
	struct sample *s = *state;

	s->data[0x1f1] = 255;
	assert_refused(s, -ENODATA, "truncated");
	s->data[0x1f1] = SAMPLE_BZ_SETUP_SECTS;
	put_le32(s->data + 0x1f4, UINT32_MAX);
	assert_refused(s, -ENODATA, "truncated");
	put_le32(s->data + 0x1f4, 0);
	assert_refused(s, -EINVAL, "not followed by a kernel");
	put_le32(s->data + 0x1f4, BZIMAGE_ENTRY64 / 16);
	assert_refused(s, -EINVAL, "not followed by a kernel");
}

static void test_bzimage_payload_outside_the_file_is_einval(void **state)
{
	struct sample *s = *state;

	put_le32(s->data + 0x24c, (uint32_t)s->len);
	assert_refused(s, -EINVAL, "payload");
	put_le32(s->data + 0x24c, UINT32_MAX);
	assert_refused(s, -EINVAL, "payload");
	put_le32(s->data + 0x248, UINT32_MAX);
	put_le32(s->data + 0x24c, 2);
	assert_refused(s, -EINVAL, "payload");
}

static void test_bzimage_bad_addresses_are_einval(void **state)
{
	struct sample *s = *state;

	put_le64(s->data + 0x258, 0);
	assert_refused(s, -EINVAL, "load address");
	put_le64(s->data + 0x258, MIB(1) - 1);
	assert_refused(s, -EINVAL, "load address");
	put_le64(s->data + 0x258, UINT64_MAX);
	assert_refused(s, -EINVAL, "load address");
	put_le64(s->data + 0x258, SAMPLE_BZ_PREF);
	put_le32(s->data + 0x260, 0);
	assert_refused(s, -EINVAL, "less memory");
}

static void test_bzimage_unsupported_kinds_are_named(void **state)
{
	struct sample *s = *state;

	s->data[0x211] = 0;
	assert_refused(s, -ENOTSUP, "zImage");
	s->data[0x211] = 1;
	put_le16(s->data + 0x206, 0x020b);
	assert_refused(s, -ENOTSUP, "2.11");
	put_le16(s->data + 0x206, 0x020c);
	put_le16(s->data + 0x236, 0);
	assert_refused(s, -ENOTSUP, "32-bit x86");
}

static void test_bzimage_release_is_bounded_and_safe_for_paths(void **state)
{
	static const uint16_t bad[] = { 0, SAMPLE_BZ_CODE - 512, 0xffff };
	struct sample *s = *state;
	struct bzimage image;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_le16(s->data + 0x20e, bad[i]);
		assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
		assert_string_equal(image.release, "");
	}
	put_le16(s->data + 0x20e, SAMPLE_BZ_CODE - 512 - 3);
	memcpy(s->data + SAMPLE_BZ_CODE - 3, "6.1", 3);
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_string_equal(image.release, "6.1");
	put_le16(s->data + 0x20e, 0x200);
	memcpy(s->data + 0x400, "../../etc", 9);
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_string_equal(image.release, "");
	memcpy(s->data + 0x400, "6.1/../..", 9);
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_string_equal(image.release, "6.1");
	memset(s->data + 0x400, '6', 200);
	assert_int_equal(bzimage_parse(s->data, s->len, &image, NULL), 0);
	assert_int_equal(strlen(image.release), sizeof(image.release) - 1);
}

#define bzimage_test(name) cmocka_unit_test_setup_teardown(name, setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		bzimage_test(test_bzimage_fields_are_read),
		bzimage_test(test_bzimage_header_length_comes_from_the_jump),
		bzimage_test(test_bzimage_truncated_anywhere_is_an_error),
		bzimage_test(test_bzimage_truncated_reports_missing_bytes),
		bzimage_test(test_bzimage_zero_setup_sects_means_four),
		bzimage_test(test_bzimage_bad_setup_sects_and_syssize_are_refused),
		bzimage_test(test_bzimage_payload_outside_the_file_is_einval),
		bzimage_test(test_bzimage_bad_addresses_are_einval),
		bzimage_test(test_bzimage_unsupported_kinds_are_named),
		bzimage_test(test_bzimage_release_is_bounded_and_safe_for_paths),
	};

	return cmocka_run_group_tests_name("bzimage", tests, NULL, NULL);
}
