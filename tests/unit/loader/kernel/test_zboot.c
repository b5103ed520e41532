/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/kernel/kernel.h"
#include "loader/kernel/zboot.h"
#include "samples.h"

static int probe(const struct sample *s, unsigned int machine, struct kernel **ret_kernel,
		 struct load_error *why)
{
	return kernel_probe(sample_copy(s, s->len).data, s->len, machine, ret_kernel, why);
}

static struct sample make(enum unpack_format format)
{
	struct sample image = sample_arm64(), packed = sample_pack(format, &image);
	struct sample s = sample_zboot(&packed);

	free(image.data);
	free(packed.data);
	return s;
}

static void test_zboot_payload_is_found(void **state)
{
	struct sample s = make(UNPACK_GZIP);
	struct zboot zboot;

	(void)state;
	assert_int_equal(zboot_parse(s.data, s.len, &zboot, NULL), 0);
	assert_int_equal(zboot.offset, SAMPLE_ZBOOT_PAYLOAD);
	assert_int_equal(zboot.len, s.len - SAMPLE_ZBOOT_PAYLOAD);
	free(s.data);
}

static void test_zboot_truncated_anywhere_is_an_error(void **state)
{
	struct sample s = make(UNPACK_GZIP);

	(void)state;
	for (size_t len = 0; len < s.len; len++) {
		struct sample cut = sample_copy(&s, len);
		struct zboot zboot;

		assert_int_equal(zboot_parse(cut.data, len, &zboot, NULL),
				 len < 0x40 ? -ENOEXEC : -ENODATA);
		free(cut.data);
	}
	free(s.data);
}

static void test_zboot_payload_outside_file_is_an_error(void **state)
{
	struct sample s = make(UNPACK_GZIP);
	struct zboot zboot;

	(void)state;
	put_le32(s.data + 0x08, 0x3f);
	assert_int_equal(zboot_parse(s.data, s.len, &zboot, NULL), -EINVAL);
	put_le32(s.data + 0x08, UINT32_MAX);
	put_le32(s.data + 0x0c, UINT32_MAX);
	assert_int_equal(zboot_parse(s.data, s.len, &zboot, NULL), -ENODATA);
	put_le32(s.data + 0x08, (uint32_t)s.len);
	put_le32(s.data + 0x0c, 1);
	assert_int_equal(zboot_parse(s.data, s.len, &zboot, NULL), -ENODATA);
	put_le32(s.data + 0x0c, 0);
	assert_int_equal(zboot_parse(s.data, s.len, &zboot, NULL), -EINVAL);
	free(s.data);
}

static void test_zboot_all_compressions(void **state)
{
	static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_LZ4_LEGACY, UNPACK_ZSTD,
						      UNPACK_XZ };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample s = make(formats[i]);
		struct kernel *kernel;

		assert_int_equal(probe(&s, EM_AARCH64, &kernel, NULL), 0);
		assert_int_equal(kernel->format, KERNEL_FORMAT_ARM64);
		assert_string_equal(kernel->release, SAMPLE_ARM64_RELEASE);
		assert_int_equal(kernel->len, SAMPLE_ARM64_LEN);
		kernel_close(kernel);
		free(s.data);
	}
}

static void test_zboot_damage_reported(void **state)
{
	struct sample s = make(UNPACK_ZSTD);
	struct load_error why = { 0 };
	struct kernel *kernel;

	(void)state;
	memset(s.data + SAMPLE_ZBOOT_PAYLOAD + 4, 0xff, s.len - SAMPLE_ZBOOT_PAYLOAD - 4);
	assert_int_equal(probe(&s, EM_AARCH64, &kernel, &why), -EBADMSG);
	assert_non_null(strstr(why.text, "zstd"));
	s.data[SAMPLE_ZBOOT_PAYLOAD] ^= 1;
	assert_int_equal(probe(&s, EM_AARCH64, &kernel, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "EFI zboot"));
	free(s.data);
}

static void test_zboot_without_arm64_kernel_refused(void **state)
{
	struct sample inner = sample_bytes(4096), packed, s;
	struct load_error why = { 0 };
	struct kernel *kernel;

	(void)state;
	memcpy(inner.data + 0x38, "RSC\x05", 4);
	packed = sample_pack(UNPACK_GZIP, &inner);
	s = sample_zboot(&packed);
	assert_int_equal(probe(&s, EM_AARCH64, &kernel, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "RISC-V"));
	assert_int_equal(probe(&s, EM_X86_64, &kernel, &why), -ENOTSUP);
	assert_non_null(strstr(why.text, "EFI zboot"));
	free(inner.data);
	free(packed.data);
	free(s.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zboot_payload_is_found),
		cmocka_unit_test(test_zboot_truncated_anywhere_is_an_error),
		cmocka_unit_test(test_zboot_payload_outside_file_is_an_error),
		cmocka_unit_test(test_zboot_all_compressions),
		cmocka_unit_test(test_zboot_damage_reported),
		cmocka_unit_test(test_zboot_without_arm64_kernel_refused),
	};

	return cmocka_run_group_tests_name("zboot", tests, NULL, NULL);
}
