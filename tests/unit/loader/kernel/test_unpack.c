/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/kernel/unpack.h"
#include "samples.h"

#define PLAIN_LEN  100000
#define LIMIT_HIGH MIB(64)

static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_LZ4_LEGACY, UNPACK_ZSTD,
					      UNPACK_XZ };

static int try(const struct sample *packed, size_t trailer, size_t limit, struct sample *ret_plain)
{
	void *data = NULL;
	size_t len = 0;
	int err = unpack(packed->data, packed->len, trailer, limit, &data, &len);

	*ret_plain = (struct sample){ .data = data, .len = len };
	return err;
}

static void check(enum unpack_format format, size_t len, size_t limit, int expected)
{
	struct sample plain = sample_bytes(len), packed = sample_pack(format, &plain), got;

	assert_int_equal(unpack_probe(packed.data, packed.len), format);
	assert_int_equal(try(&packed, 0, limit, &got), expected);
	if (expected == 0) {
		assert_int_equal(got.len, len);
		assert_memory_equal(got.data, plain.data, len);
		assert_int_equal(got.data[len], '\0');
	}
	free(got.data);
	free(packed.data);
	free(plain.data);
}

static void test_unpack_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		check(formats[i], 0, LIMIT_HIGH, 0);
		check(formats[i], 1, LIMIT_HIGH, 0);
		check(formats[i], PLAIN_LEN, LIMIT_HIGH, 0);
		check(formats[i], 3 * MIB(1) + 7, LIMIT_HIGH, 0);
	}
}

static void test_unpack_lz4_several_blocks_and_frames(void **state)
{
	struct sample plain = sample_bytes(MIB(8) + 5);
	struct sample packed = sample_pack(UNPACK_LZ4_LEGACY, &plain), got;
	struct sample first = sample_copy(&packed, packed.len);

	(void)state;
	check(UNPACK_LZ4_LEGACY, MIB(8), LIMIT_HIGH, 0);
	check(UNPACK_LZ4_LEGACY, MIB(16) + 1, LIMIT_HIGH, 0);
	sample_append(&packed, first.data, first.len);
	assert_int_equal(try(&packed, 0, LIMIT_HIGH, &got), 0);
	assert_int_equal(got.len, 2 * plain.len);
	free(got.data);
	free(first.data);
	free(packed.data);
	free(plain.data);
}

static void test_unpack_stops_exactly_at_the_limit(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		check(formats[i], PLAIN_LEN, PLAIN_LEN, 0);
		check(formats[i], PLAIN_LEN, PLAIN_LEN - 1, -EFBIG);
		check(formats[i], PLAIN_LEN, 0, -EFBIG);
		check(formats[i], 0, 0, 0);
	}
}

static void test_unpack_bomb_is_efbig(void **state)
{
	struct sample zeros = sample_zeros(MIB(40));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample packed = sample_pack(formats[i], &zeros), got;

		assert_true(packed.len < MIB(1));
		assert_int_equal(try(&packed, 0, MIB(2), &got), -EFBIG);
		assert_null(got.data);
		free(packed.data);
	}
	free(zeros.data);
}

static void test_unpack_trailer_up_to_allowed_size(void **state)
{
	struct sample plain = sample_bytes(PLAIN_LEN);
	uint8_t size[4];

	(void)state;
	put_le32(size, PLAIN_LEN);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample packed = sample_pack(formats[i], &plain), got;

		sample_append(&packed, size, sizeof(size));
		assert_int_equal(try(&packed, 4, LIMIT_HIGH, &got), 0);
		assert_int_equal(got.len, PLAIN_LEN);
		free(got.data);
		assert_true(try(&packed, 0, LIMIT_HIGH, &got) < 0);
		sample_append(&packed, size, 1);
		assert_true(try(&packed, 4, LIMIT_HIGH, &got) < 0);
		free(packed.data);
	}
	free(plain.data);
}

static void test_unpack_truncated_anywhere_is_an_error(void **state)
{
	struct sample plain = sample_bytes(300);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample packed = sample_pack(formats[i], &plain);

		/* lz4's legacy frame has no end mark: if it ends after the magic, it is empty */
		for (size_t len = 0; len < packed.len; len++) {
			struct sample cut = sample_copy(&packed, len), got;
			int err = try(&cut, 0, LIMIT_HIGH, &got);

			if (formats[i] == UNPACK_LZ4_LEGACY && len == 4)
				assert_int_equal(err, 0);
			else
				assert_true(err == -ENODATA || err == -ENOTSUP);
			free(got.data);
			free(cut.data);
		}
		free(packed.data);
	}
	free(plain.data);
}

static void test_unpack_damaged_data_detected_by_checksum(void **state)
{
	struct sample plain = sample_bytes(3000);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample packed = sample_pack(formats[i], &plain);

		for (size_t at = 8; at < packed.len; at += 7) {
			struct sample bad = sample_copy(&packed, packed.len), got;

			bad.data[at] ^= 0x55;
			/* lz4 and zstd data has no checksum here and may unpack to other bytes */
			if (try(&bad, 0, MIB(1), &got) == 0 &&
			    (formats[i] == UNPACK_GZIP || formats[i] == UNPACK_XZ)) {
				assert_int_equal(got.len, plain.len);
				assert_memory_equal(got.data, plain.data, plain.len);
			}
			free(got.data);
			free(bad.data);
		}
		free(packed.data);
	}
	free(plain.data);
}

static void test_unpack_lz4_bad_block_size_is_an_error(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 9u << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sample plain = sample_bytes(1000), got;
		struct sample packed = sample_pack(UNPACK_LZ4_LEGACY, &plain);

		put_le32(packed.data + 4, sizes[i]);
		assert_true(try(&packed, 4, LIMIT_HIGH, &got) < 0);
		free(packed.data);
		free(plain.data);
	}
}

static void test_unpack_unknown_format_refused(void **state)
{
	struct sample plain = sample_bytes(64), got;

	(void)state;
	assert_int_equal(try(&plain, 0, LIMIT_HIGH, &got), -ENOTSUP);
	assert_int_equal(unpack_probe(plain.data, 0), UNPACK_NONE);
	assert_string_equal(unpack_format_name(UNPACK_NONE), "unknown");
	assert_string_equal(unpack_format_name((enum unpack_format)99), "unknown");
	assert_string_equal(unpack_format_name(UNPACK_ZSTD), "zstd");
	free(plain.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unpack_round_trip),
		cmocka_unit_test(test_unpack_lz4_several_blocks_and_frames),
		cmocka_unit_test(test_unpack_stops_exactly_at_the_limit),
		cmocka_unit_test(test_unpack_bomb_is_efbig),
		cmocka_unit_test(test_unpack_trailer_up_to_allowed_size),
		cmocka_unit_test(test_unpack_truncated_anywhere_is_an_error),
		cmocka_unit_test(test_unpack_damaged_data_detected_by_checksum),
		cmocka_unit_test(test_unpack_lz4_bad_block_size_is_an_error),
		cmocka_unit_test(test_unpack_unknown_format_refused),
	};

	return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
