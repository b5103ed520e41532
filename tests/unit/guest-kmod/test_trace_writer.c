/* SPDX-License-Identifier: MIT */
/* The guest module's trace writer and the VMM's reader on one ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "hooks/trace_writer.h"
#include "portal/trace_ring.h"

#define SIZE   PORTAL_TRACE_RING_MIN
#define LARGE  (8 * SIZE)
#define HEADER sizeof(struct portal_wire_trace_record)
#define LEAST                                                                   \
	((u32)(HEADER + sizeof(struct portal_wire_event) + 2 * sizeof(__le32) + \
	       sizeof(struct portal_wire_syscall)))
#define NR_MANY 20000u

static struct trace_writer writer;
static struct trace_ring reader;
static uint8_t *pages;
static union {
	struct portal_wire_trace_record record;
	uint8_t bytes[PORTAL_TRACE_RECORD_MAX];
} out;
static uint8_t in[PORTAL_TRACE_RECORD_MAX];

static int make_ring(u32 size)
{
	pages = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + size);
	assert_non_null(pages);
	memset(pages, 0, PORTAL_PAGE_SIZE + size);
	writer = (struct trace_writer){
		.shared = (void *)pages,
		.data = pages + PORTAL_PAGE_SIZE,
		.size = size,
	};
	trace_ring_init(&reader, pages, size);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return make_ring(SIZE);
}

/* In a small ring the end is always near. */
static int setup_large(void **state)
{
	(void)state;
	return make_ring(LARGE);
}

static int teardown(void **state)
{
	(void)state;
	free(pages);
	return 0;
}

/* Return: a valid size for record @n, different from those of its neighbours. */
static u32 size_of(u32 n)
{
	return LEAST + n * 37 % ((PORTAL_TRACE_RECORD_MAX - LEAST) / 8 + 1) * 8;
}

static bool put(u32 n, u32 size, bool *ret_wake)
{
	for (u32 i = sizeof(out.record); i < size; i++)
		out.bytes[i] = (uint8_t)(n + i);
	return trace_writer_put(&writer, &out.record, size, 1000 + n, ret_wake);
}

static bool has_record(void)
{
	uint32_t head;

	assert_int_equal(trace_ring_head(&reader, &head), 0);
	return head != reader.tail;
}

/* Takes record @n and checks it. Return: records lost before it. */
static u32 take(u32 n, u32 size)
{
	struct trace_record record;
	uint32_t head;

	assert_int_equal(trace_ring_head(&reader, &head), 0);
	assert_int_equal(trace_ring_peek(&reader, head, &record), 0);
	assert_int_equal(record.size, size);
	assert_int_equal(record.time, 1000 + n);
	trace_ring_take(&reader, &record, in);
	for (u32 i = 0; i < record.len; i++)
		assert_int_equal(in[i], (uint8_t)(n + i + sizeof(out.record)));
	return record.lost;
}

static void test_trace_writer_records_of_all_sizes_are_intact(void **state)
{
	bool wake;

	(void)state;
	for (u32 n = 0; n < 3000; n++) {
		assert_true(put(n, size_of(n), &wake));
		assert_int_equal(take(n, size_of(n)), 0);
	}
	assert_false(has_record());
}

/* Writes record @n in the ring, or by a copy where the ring ends. Return: in the ring. */
static bool build(u32 n, u32 size, bool *ret_wake)
{
	struct portal_wire_trace_record *record =
		trace_writer_reserve(&writer, PORTAL_TRACE_RECORD_MAX);

	if (!record) {
		assert_true(put(n, size, ret_wake));
		return false;
	}
	for (u32 i = sizeof(*record); i < size; i++)
		((uint8_t *)record)[i] = (uint8_t)(n + i);
	assert_false(has_record());
	*ret_wake = trace_writer_commit(&writer, size, 1000 + n);
	return true;
}

static void test_trace_writer_builds_records_in_the_ring(void **state)
{
	u32 nr_built = 0;
	bool wake;

	(void)state;
	for (u32 n = 0; n < 3000; n++) {
		nr_built += build(n, size_of(n), &wake);
		assert_true(wake);
		assert_int_equal(take(n, size_of(n)), 0);
		trace_ring_wake_at(&reader, reader.tail);
	}
	/* and copies those that could cross the ring's end */
	assert_true(nr_built > 1000 && nr_built < 3000);
}

static void test_trace_writer_does_not_reserve_what_the_host_may_read(void **state)
{
	bool wake;
	u32 n = 0;

	(void)state;
	while (trace_writer_reserve(&writer, PORTAL_TRACE_RECORD_MAX))
		assert_true(put(n++, PORTAL_TRACE_RECORD_MAX, &wake));
	assert_int_equal(n, LARGE / PORTAL_TRACE_RECORD_MAX);
	take(0, PORTAL_TRACE_RECORD_MAX);
	assert_non_null(trace_writer_reserve(&writer, PORTAL_TRACE_RECORD_MAX));
	/* now the ring's end is too near */
	assert_true(put(n, LEAST, &wake));
	take(1, PORTAL_TRACE_RECORD_MAX);
	assert_null(trace_writer_reserve(&writer, LARGE - LEAST + 8));
}

static void test_trace_writer_positions_wrap_at_32_bits(void **state)
{
	bool wake;

	(void)state;
	writer.head = reader.tail = UINT32_MAX - 3 * SIZE - 7;
	trace_ring_wake_at(&reader, reader.tail);
	writer.shared->tail = cpu_to_le32(reader.tail);
	for (u32 n = 0; n < 100; n++) {
		assert_true(put(n, size_of(n), &wake));
		assert_true(wake);
		assert_int_equal(take(n, size_of(n)), 0);
		trace_ring_wake_at(&reader, reader.tail);
	}
	assert_true(reader.tail < 100 * PORTAL_TRACE_RECORD_MAX);
}

static void test_trace_writer_ring_fills_to_the_last_byte(void **state)
{
	u32 rest = SIZE - 10 * LEAST;
	bool wake;

	(void)state;
	for (u32 n = 0; n < 10; n++)
		assert_true(put(n, LEAST, &wake));
	assert_true(rest > LEAST);
	assert_false(put(10, rest + 8, &wake));
	assert_true(put(10, rest, &wake));
	assert_false(put(11, LEAST, &wake));
	trace_writer_drop(&writer);
	trace_writer_drop(&writer);
	assert_int_equal(take(0, LEAST), 0);
	assert_true(put(13, LEAST, &wake));
	for (u32 n = 1; n < 10; n++)
		assert_int_equal(take(n, LEAST), 0);
	assert_int_equal(take(10, rest), 0);
	assert_int_equal(take(13, LEAST), 2);
	assert_false(has_record());
}

static void test_trace_writer_invalid_tail_leaves_no_room(void **state)
{
	bool wake;

	(void)state;
	assert_true(put(0, LEAST, &wake));
	writer.shared->tail = cpu_to_le32(LEAST + 8);
	assert_false(put(1, LEAST, &wake));
	writer.shared->tail = cpu_to_le32(0x80000000u);
	assert_false(put(1, LEAST, &wake));
	writer.shared->tail = cpu_to_le32(LEAST);
	assert_true(put(1, LEAST, &wake));
}

static void test_trace_writer_wakes_only_when_passing_wake_at(void **state)
{
	bool wake = false;

	(void)state;
	trace_ring_wake_at(&reader, 0);
	assert_true(put(0, LEAST, &wake) && wake);
	assert_true(put(1, LEAST, &wake) && !wake);
	trace_ring_wake_at(&reader, 3 * LEAST);
	assert_true(put(2, LEAST, &wake) && !wake);
	assert_true(put(3, LEAST, &wake) && wake);
	assert_true(put(4, LEAST, &wake) && !wake);
	trace_ring_wake_at(&reader, 5 * LEAST + 1);
	assert_true(put(5, LEAST, &wake) && wake);
}

/* The writer thread counts wake-ups of the reader, and drops records for which there is no room. */
static atomic_uint wakeups;
static atomic_bool is_done;

static void *write_many(void *arg)
{
	(void)arg;
	for (u32 n = 0; n < NR_MANY; n++) {
		bool wake = false;

		if (!put(n, LEAST + n % 64 * 8, &wake))
			trace_writer_drop(&writer);
		if (wake)
			atomic_fetch_add(&wakeups, 1);
	}
	atomic_store(&is_done, true);
	return NULL;
}

static u32 take_next(u32 expected)
{
	struct trace_record record;
	uint32_t head;
	u32 n;

	assert_int_equal(trace_ring_head(&reader, &head), 0);
	assert_int_equal(trace_ring_peek(&reader, head, &record), 0);
	n = expected + record.lost;
	assert_int_equal(record.time, 1000 + n);
	assert_int_equal(record.size, LEAST + n % 64 * 8);
	trace_ring_take(&reader, &record, in);
	for (u32 i = 0; i < record.len; i++)
		assert_int_equal(in[i], (uint8_t)(n + i + sizeof(out.record)));
	return n + 1;
}

/* Sleeps until a wake-up. If the writer ends without one, no record may be left. */
static void sleep_until_woken(void)
{
	unsigned int before = atomic_load(&wakeups);

	trace_ring_wake_at(&reader, reader.tail);
	if (has_record())
		return;
	while (atomic_load(&wakeups) == before && !atomic_load(&is_done))
		sched_yield();
	assert_true(atomic_load(&wakeups) != before || !has_record());
}

static void test_trace_writer_counts_records_lost_while_reading(void **state)
{
	uint32_t written, lost;
	pthread_t thread;
	u32 next = 0;

	(void)state;
	trace_ring_wake_at(&reader, 0);
	assert_int_equal(pthread_create(&thread, NULL, write_many, NULL), 0);
	do {
		while (has_record())
			next = take_next(next);
		trace_ring_counts(&reader, &written, &lost);
		if (written + lost < NR_MANY)
			sleep_until_woken();
	} while (written + lost < NR_MANY || has_record());
	pthread_join(thread, NULL);
	trace_ring_counts(&reader, &written, &lost);
	assert_int_equal(written + lost, NR_MANY);
	assert_int_equal(reader.taken, written);
	assert_int_equal(next + (lost - reader.lost), NR_MANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_trace_writer_records_of_all_sizes_are_intact,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_builds_records_in_the_ring,
						setup_large, teardown),
		cmocka_unit_test_setup_teardown(
			test_trace_writer_does_not_reserve_what_the_host_may_read, setup_large,
			teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_positions_wrap_at_32_bits, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_ring_fills_to_the_last_byte,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_invalid_tail_leaves_no_room,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_wakes_only_when_passing_wake_at,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_trace_writer_counts_records_lost_while_reading,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
