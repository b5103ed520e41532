/* SPDX-License-Identifier: MIT */
/* Trace rings written by a hostile guest: violations are -EPROTO, and reads stay in bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake/trace.h"
#include "portal/trace_ring.h"

#define SIZE PORTAL_TRACE_RING_MIN
#define LEAST \
	((uint32_t)(sizeof(struct portal_wire_trace_record) + sizeof(struct portal_wire_event) + 8))

static struct fake_trace guest;
static struct trace_ring ring;
static uint8_t body[PORTAL_TRACE_RECORD_MAX];

static int setup(void **state)
{
	(void)state;
	memset(body, 0x5a, sizeof(body));
	assert_int_equal(fake_trace_init(&guest, SIZE), 0);
	trace_ring_init(&ring, guest.page, SIZE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fake_trace_done(&guest);
	return 0;
}

static struct portal_wire_trace_ring *shared(void)
{
	return (struct portal_wire_trace_ring *)(void *)guest.page;
}

static struct portal_wire_trace_record *record_at(uint32_t position)
{
	return (struct portal_wire_trace_record *)(void *)(guest.page + PORTAL_PAGE_SIZE +
							   position % SIZE);
}

static void put(uint32_t size)
{
	bool wake;

	assert_true(fake_trace_write(&guest, 1, body,
				     size - sizeof(struct portal_wire_trace_record), &wake));
}

/* Read the ring. Return: 0: a record; 1: no record; -EPROTO. */
static int look(void)
{
	struct trace_record record;
	uint32_t head;
	int ret = trace_ring_head(&ring, &head);

	if (ret == 0 && head == ring.tail)
		return 1;
	return ret < 0 ? ret : trace_ring_peek(&ring, head, &record);
}

static void test_trace_ring_invalid_head_is_eproto(void **state)
{
	static const struct {
		uint32_t head;
		int ret;
	} cases[] = {
		{ 0, 1 },
		{ LEAST - 8, -EPROTO }, /* shorter than the record's size */
		{ LEAST, 0 },
		{ LEAST + 1, -EPROTO },
		{ LEAST + 4, -EPROTO },
		{ SIZE, 0 },
		{ SIZE + 8, -EPROTO },
		{ 0x80000000u, -EPROTO },
		{ (uint32_t)-8, -EPROTO },
		{ 8, -EPROTO },
	};

	(void)state;
	put(LEAST);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		shared()->head = htole32(cases[i].head);
		assert_int_equal(look(), cases[i].ret);
	}
}

static void test_trace_ring_head_before_the_tail_is_eproto(void **state)
{
	struct trace_record record;

	(void)state;
	put(LEAST);
	put(LEAST);
	assert_int_equal(trace_ring_peek(&ring, 2 * LEAST, &record), 0);
	trace_ring_take(&ring, &record, body);
	shared()->head = 0;
	assert_int_equal(look(), -EPROTO);
	shared()->head = htole32(LEAST);
	assert_int_equal(look(), 1);
}

static void test_trace_ring_invalid_record_size_is_eproto(void **state)
{
	static const uint32_t wrong[] = {
		0,	     8,		 sizeof(struct portal_wire_trace_record),
		LEAST - 8,   LEAST + 1,	 LEAST + 4,
		LEAST + 8,   SIZE,	 SIZE + 8,
		0x80000000u, UINT32_MAX, UINT32_MAX - 7
	};

	(void)state;
	put(LEAST);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		record_at(0)->size = htole32(wrong[i]);
		assert_int_equal(look(), -EPROTO);
	}
	record_at(0)->size = htole32(LEAST);
	assert_int_equal(look(), 0);
}

static void test_trace_ring_every_header_field_is_checked(void **state)
{
	struct portal_wire_trace_record good;

	(void)state;
	put(LEAST);
	good = *record_at(0);
	record_at(0)->commit = htole32(PORTAL_TRACE_COMMIT ^ 8);
	assert_int_equal(look(), -EPROTO);
	*record_at(0) = good;
	record_at(0)->commit = 0;
	assert_int_equal(look(), -EPROTO);
	*record_at(0) = good;
	record_at(0)->seq = htole32(1);
	assert_int_equal(look(), -EPROTO);
	*record_at(0) = good;
	record_at(0)->lost = htole32(UINT32_MAX);
	assert_int_equal(look(), -EPROTO);
	*record_at(0) = good;
	record_at(0)->lost = htole32(0x7fffffffu);
	assert_int_equal(look(), 0);
}

static void test_trace_ring_decreasing_lost_count_is_eproto(void **state)
{
	struct trace_record record;

	(void)state;
	fake_trace_lose(&guest);
	fake_trace_lose(&guest);
	put(LEAST);
	guest.lost = 1;
	put(LEAST);
	assert_int_equal(trace_ring_peek(&ring, 2 * LEAST, &record), 0);
	assert_int_equal(record.lost, 2);
	trace_ring_take(&ring, &record, body);
	assert_int_equal(look(), -EPROTO);
}

/* A record of the previous round, at the position of one that was not written yet. */
static void test_trace_ring_stale_record_is_eproto(void **state)
{
	struct trace_record record;
	uint32_t head;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		put(SIZE / 2);
		assert_int_equal(trace_ring_head(&ring, &head), 0);
		assert_int_equal(trace_ring_peek(&ring, head, &record), 0);
		trace_ring_take(&ring, &record, body);
	}
	record_at(0)->seq = htole32(2);
	shared()->head = htole32(SIZE + SIZE / 2);
	assert_int_equal(look(), -EPROTO);
}

/* The header was valid when it was checked; later changes in the ring have no effect. */
static void test_trace_ring_header_changed_after_check_is_ignored(void **state)
{
	struct trace_record record;

	(void)state;
	put(LEAST);
	put(LEAST);
	assert_int_equal(trace_ring_peek(&ring, 2 * LEAST, &record), 0);
	record_at(0)->size = htole32(UINT32_MAX);
	shared()->head = htole32(0);
	trace_ring_take(&ring, &record, body);
	assert_int_equal(ring.tail, LEAST);
	assert_int_equal(le32toh(shared()->tail), LEAST);
	shared()->head = htole32(2 * LEAST);
	assert_int_equal(look(), 0);
}

/* Flip every bit of a header and of the head: the reader returns a record or -EPROTO. */
static void test_trace_ring_single_bit_errors(void **state)
{
	(void)state;
	put(LEAST);
	put(LEAST);
	for (size_t bit = 0; bit < 8 * sizeof(struct portal_wire_trace_record); bit++) {
		uint8_t *at = guest.page + PORTAL_PAGE_SIZE + bit / 8;

		*at ^= (uint8_t)(1u << bit % 8);
		assert_true(look() == 0 || look() == -EPROTO);
		*at ^= (uint8_t)(1u << bit % 8);
	}
	for (unsigned int bit = 0; bit < 32; bit++) {
		shared()->head = htole32((2 * LEAST) ^ 1u << bit);
		assert_true(look() == 0 || look() == -EPROTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_trace_ring_invalid_head_is_eproto, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_head_before_the_tail_is_eproto,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_invalid_record_size_is_eproto,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_every_header_field_is_checked,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_decreasing_lost_count_is_eproto,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_stale_record_is_eproto, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_trace_ring_header_changed_after_check_is_ignored, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_ring_single_bit_errors, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
