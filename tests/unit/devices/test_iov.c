/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "devices/virtio/iov.h"

struct pieces {
	uint8_t a[3], b[5], c[1];
	struct iovec iov[4];
};

/* 3 + 0 + 5 + 1 bytes, holding 1 .. 9 */
static void pieces_init(struct pieces *p)
{
	for (uint8_t i = 0; i < 3; i++)
		p->a[i] = (uint8_t)(i + 1);
	for (uint8_t i = 0; i < 5; i++)
		p->b[i] = (uint8_t)(i + 4);
	p->c[0] = 9;
	p->iov[0] = (struct iovec){ p->a, 3 };
	p->iov[1] = (struct iovec){ p->a, 0 };
	p->iov[2] = (struct iovec){ p->b, 5 };
	p->iov[3] = (struct iovec){ p->c, 1 };
}

static void test_iov_read_at_every_offset_and_length(void **state)
{
	struct pieces p;

	(void)state;
	pieces_init(&p);
	assert_int_equal(iov_size(p.iov, 4), 9);
	for (uint64_t offset = 0; offset <= 10; offset++) {
		for (size_t len = 0; len <= 10; len++) {
			size_t left = offset < 9 ? 9 - offset : 0;
			size_t want = len < left ? len : left;
			uint8_t buf[10] = { 0 };

			assert_int_equal(iov_read(p.iov, 4, offset, buf, len), want);
			for (size_t i = 0; i < want; i++)
				assert_int_equal(buf[i], offset + i + 1);
			assert_int_equal(buf[want < 10 ? want : 9], 0);
		}
	}
}

static void test_iov_write_and_zero_change_only_their_range(void **state)
{
	static const uint8_t expected[] = { 1, 2, 0xe1, 0xe2, 5, 6, 0, 0, 0 };
	uint8_t all[9], data[] = { 0xe1, 0xe2 };
	struct pieces p;

	(void)state;
	pieces_init(&p);
	assert_int_equal(iov_write(p.iov, 4, 2, data, 2), 2);
	assert_int_equal(iov_zero(p.iov, 4, 6, UINT64_MAX), 3);
	assert_int_equal(iov_write(p.iov, 4, 9, data, 2), 0);
	iov_read(p.iov, 4, 0, all, sizeof(all));
	assert_memory_equal(all, expected, sizeof(all));
}

static void test_iov_slice_has_no_empty_segments(void **state)
{
	struct iovec slice[4];
	struct pieces p;

	(void)state;
	pieces_init(&p);
	assert_int_equal(iov_slice(p.iov, 4, 1, 6, slice), 2);
	assert_ptr_equal(slice[0].iov_base, p.a + 1);
	assert_int_equal(slice[0].iov_len, 2);
	assert_ptr_equal(slice[1].iov_base, p.b);
	assert_int_equal(slice[1].iov_len, 4);
	assert_int_equal(iov_slice(p.iov, 4, 3, UINT64_MAX, slice), 2);
	assert_int_equal(iov_slice(p.iov, 4, 9, 1, slice), 0);
	assert_int_equal(iov_slice(p.iov, 4, UINT64_MAX, UINT64_MAX, slice), 0);
	assert_int_equal(iov_slice(p.iov, 4, 0, 0, slice), 0);
	assert_int_equal(iov_slice(p.iov, 0, 0, 1, slice), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iov_read_at_every_offset_and_length),
		cmocka_unit_test(test_iov_write_and_zero_change_only_their_range),
		cmocka_unit_test(test_iov_slice_has_no_empty_segments),
	};

	return cmocka_run_group_tests_name("iov", tests, NULL, NULL);
}
