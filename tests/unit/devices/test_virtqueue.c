/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "driver.h"

#define SIZE 8

struct fixture {
	struct guest_mem *mem;
	struct ring ring;
	struct virtqueue vq;
	struct virtqueue_chain chain;
};

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	fixture.mem = driver_mem();
	ring_init(&fixture.ring, fixture.mem, SIZE);
	*state = &fixture;
	return virtqueue_start(&fixture.vq, fixture.mem, &fixture.ring.layout, FEATURE_INDIRECT);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mem_destroy(f->mem);
	return 0;
}

static int pop(struct fixture *f)
{
	virtqueue_begin(&f->vq);
	return virtqueue_pop(&f->vq, &f->chain);
}

/* the request violates the specification: it is refused, and the queue is broken */
static void assert_refused(struct fixture *f)
{
	assert_int_equal(pop(f), -EPROTO);
	assert_true(f->vq.broken);
	assert_int_equal(pop(f), -EPROTO);
	assert_false(virtqueue_end(&f->vq));
	assert_int_equal(ring_used_idx(&f->ring), 0);
}

static void restart(struct fixture *f)
{
	ring_init(&f->ring, f->mem, SIZE);
	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, FEATURE_INDIRECT), 0);
}

/* ---- a correct driver ---- */

static void test_virtqueue_chain_segments_are_in_order(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 5, DATA_BASE, 16, F_NEXT, 2);
	ring_desc(&f->ring, 2, DATA_BASE + 0x1000, 512, F_NEXT | F_WRITE, 7);
	ring_desc(&f->ring, 7, DATA_BASE + 0x2000, 1, F_WRITE, 0);
	ring_offer(&f->ring, 5);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.head, 5);
	assert_int_equal(f->chain.nr_readable, 1);
	assert_int_equal(f->chain.nr_writable, 2);
	assert_ptr_equal(f->chain.segments[0].iov_base, driver_ram(f->mem, DATA_BASE, 16));
	assert_ptr_equal(virtqueue_writable(&f->chain)[1].iov_base,
			 driver_ram(f->mem, DATA_BASE + 0x2000, 1));
	assert_int_equal(f->chain.segments[1].iov_len, 512);
	assert_int_equal(virtqueue_pop(&f->vq, &f->chain), 0);
}

static void test_virtqueue_pushed_chains_appear_in_the_used_ring(void **state)
{
	struct fixture *f = *state;
	uint32_t head, len;

	ring_desc(&f->ring, 0, DATA_BASE, 16, F_WRITE, 0);
	ring_desc(&f->ring, 3, DATA_BASE, 16, F_WRITE, 0);
	ring_offer(&f->ring, 3);
	ring_offer(&f->ring, 0);
	virtqueue_begin(&f->vq);
	while (virtqueue_pop(&f->vq, &f->chain) > 0)
		virtqueue_push(&f->vq, f->chain.head, 100u + f->chain.head);
	assert_true(virtqueue_end(&f->vq));
	assert_true(ring_used(&f->ring, &head, &len));
	assert_int_equal(head, 3);
	assert_int_equal(len, 103);
	assert_true(ring_used(&f->ring, &head, &len));
	assert_int_equal(head, 0);
	assert_false(ring_used(&f->ring, &head, &len));
}

static void test_virtqueue_indices_wrap_at_65535(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 1, DATA_BASE, 16, F_WRITE, 0);
	for (unsigned int i = 0; i < 70000; i++) {
		ring_offer(&f->ring, 1);
		assert_int_equal(pop(f), 1);
		virtqueue_push(&f->vq, f->chain.head, i);
		assert_true(virtqueue_end(&f->vq));
	}
	assert_int_equal(ring_used_idx(&f->ring), 70000 % 65536);
}

static void test_virtqueue_every_valid_size_starts(void **state)
{
	struct fixture *f = *state;

	for (uint32_t size = 1; size <= VIRTQUEUE_MAX_SIZE; size *= 2) {
		ring_init(&f->ring, f->mem, size);
		assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, 0), 0);
		ring_desc(&f->ring, size - 1, DATA_BASE, 4, 0, 0);
		ring_offer(&f->ring, (uint16_t)(size - 1));
		assert_int_equal(pop(f), 1);
	}
}

static void test_virtqueue_chain_as_long_as_the_queue_is_served(void **state)
{
	struct fixture *f = *state;

	for (uint16_t i = 0; i < SIZE; i++)
		ring_desc(&f->ring, i, DATA_BASE, 4, i < SIZE - 1 ? F_NEXT : 0, (uint16_t)(i + 1));
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.nr_readable, SIZE);
}

static void test_virtqueue_last_byte_of_ram_is_usable(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, RAM3_BASE + RAM3_SIZE - 1, 1, 0, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.nr_readable, 1);
}

static void test_virtqueue_no_interrupt_flag_is_respected(void **state)
{
	struct fixture *f = *state;

	ring_set_no_interrupt(&f->ring);
	ring_desc(&f->ring, 0, DATA_BASE, 4, F_WRITE, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	virtqueue_push(&f->vq, f->chain.head, 0);
	assert_false(virtqueue_end(&f->vq));
}

static void test_virtqueue_empty_round_needs_no_interrupt(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pop(f), 0);
	assert_false(virtqueue_end(&f->vq));
}

static void test_virtqueue_event_idx_interrupts_when_the_index_is_passed(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, FEATURE_EVENT_IDX), 0);
	ring_set_used_event(&f->ring, 1);
	ring_desc(&f->ring, 0, DATA_BASE, 4, F_WRITE, 0);
	for (unsigned int i = 0; i < 3; i++) {
		ring_offer(&f->ring, 0);
		assert_int_equal(pop(f), 1);
		virtqueue_push(&f->vq, f->chain.head, 0);
		assert_int_equal(virtqueue_end(&f->vq), i == 1);
	}
}

static void test_virtqueue_event_idx_requests_next_notification(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, FEATURE_EVENT_IDX), 0);
	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	ring_offer(&f->ring, 0);
	virtqueue_begin(&f->vq);
	assert_int_equal(ring_avail_event(&f->ring), 2);
}

static void test_virtqueue_round_excludes_requests_added_later(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	ring_offer(&f->ring, 0);
	assert_int_equal(virtqueue_pop(&f->vq, &f->chain), 0);
	assert_int_equal(pop(f), 1);
}

/* ---- attack families 1 and 2: sizes and addresses of the rings ---- */

static void test_virtqueue_size_not_power_of_two_or_too_large_is_einval(void **state)
{
	static const uint32_t sizes[] = { 0,   3,      6,	255,	     257,
					  512, 0xffff, 0x10000, 0x80000000u, UINT32_MAX };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		f->ring.layout.size = sizes[i];
		assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, 0), -EINVAL);
		assert_int_equal(pop(f), 0);
	}
}

/* the parts of a queue with 8 entries have 128, 22 and 70 bytes */
static void test_virtqueue_ring_outside_ram_or_misaligned_is_einval(void **state)
{
	static const struct {
		uint64_t desc, driver, device;
	} bad[] = {
		{ 0x1001, RING_DRIVER, RING_DEVICE },
		{ 0x1008, RING_DRIVER, RING_DEVICE },
		{ RING_DESC, 0x3001, RING_DEVICE },
		{ RING_DESC, RING_DRIVER, 0x5002 },
		{ 0xd0000000, RING_DRIVER, RING_DEVICE },
		{ RING_DESC, 0xd0000000, RING_DEVICE },
		{ RING_DESC, RING_DRIVER, 0xd0000000 },
		/* across the boundary of two adjacent slots, and beyond the end of the last slot */
		{ RAM_SIZE - 16, RING_DRIVER, RING_DEVICE },
		{ RING_DESC, RAM_SIZE - 20, RING_DEVICE },
		{ RING_DESC, RING_DRIVER, RAM_SIZE - 68 },
		{ RAM3_BASE + RAM3_SIZE - 112, RING_DRIVER, RING_DEVICE },
		{ RING_DESC, RAM3_BASE + RAM3_SIZE - 20, RING_DEVICE },
		{ RING_DESC, RING_DRIVER, RAM3_BASE + RAM3_SIZE - 68 },
		/* wraps at 2^64 */
		{ UINT64_MAX - 15, RING_DRIVER, RING_DEVICE },
		{ RING_DESC, UINT64_MAX - 1, RING_DEVICE },
		{ RING_DESC, RING_DRIVER, UINT64_MAX - 3 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct virtqueue_layout layout = { SIZE, GPA(bad[i].desc), GPA(bad[i].driver),
						   GPA(bad[i].device) };

		assert_int_equal(virtqueue_start(&f->vq, f->mem, &layout, 0), -EINVAL);
	}
}

static void test_virtqueue_rings_at_start_and_end_of_ram(void **state)
{
	struct fixture *f = *state;
	uint64_t end = RAM3_BASE + RAM3_SIZE;

	f->ring.layout.desc = GPA(end - 128);
	f->ring.layout.driver = GPA(0);
	f->ring.layout.device = GPA(RAM_SIZE - 72);
	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, 0), 0);
	ring_desc(&f->ring, 7, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 7);
	assert_int_equal(pop(f), 1);
}

static void test_virtqueue_overlapping_rings_are_einval(void **state)
{
	static const struct {
		uint64_t desc, driver, device;
	} bad[] = {
		{ 0x1000, 0x1000, 0x5000 }, { 0x1000, 0x107e, 0x5000 }, { 0x1000, 0x3000, 0x0fc0 },
		{ 0x1000, 0x3000, 0x2fbc }, { 0x1000, 0x3000, 0x3014 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct virtqueue_layout layout = { SIZE, GPA(bad[i].desc), GPA(bad[i].driver),
						   GPA(bad[i].device) };

		assert_int_equal(virtqueue_start(&f->vq, f->mem, &layout, 0), -EINVAL);
	}
}

/* ---- attack family 3: changes of the layout after the start ---- */

static void test_virtqueue_layout_change_after_start_is_ignored(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	f->ring.layout = (struct virtqueue_layout){ .size = 0x8000, .desc = GPA(UINT64_MAX) };
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->vq.size, SIZE);
}

/* ---- attack family 4: the available index ---- */

static void test_virtqueue_avail_idx_ahead_by_size_is_valid(void **state)
{
	struct fixture *f = *state;
	unsigned int nr = 0;

	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_set_avail_idx(&f->ring, SIZE);
	virtqueue_begin(&f->vq);
	while (virtqueue_pop(&f->vq, &f->chain) > 0)
		nr++;
	assert_int_equal(nr, SIZE);
	assert_false(f->vq.broken);
}

static void test_virtqueue_avail_idx_ahead_by_more_than_size_breaks(void **state)
{
	struct fixture *f = *state;

	ring_set_avail_idx(&f->ring, SIZE + 1);
	assert_refused(f);
	restart(f);
	ring_set_avail_idx(&f->ring, 0x8000);
	assert_refused(f);
}

static void test_virtqueue_avail_idx_going_backwards_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	ring_set_avail_idx(&f->ring, 0);
	assert_int_equal(pop(f), -EPROTO);
}

static void test_virtqueue_event_idx_bad_avail_idx_breaks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, FEATURE_EVENT_IDX), 0);
	ring_set_avail_idx(&f->ring, 0xffff);
	assert_refused(f);
}

/* ---- attack family 5: heads, loops, lengths ---- */

static void test_virtqueue_head_or_next_beyond_the_table_breaks(void **state)
{
	static const uint16_t beyond[] = { SIZE, SIZE + 1, 0x8000, 0xffff };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		restart(f);
		ring_offer(&f->ring, beyond[i]);
		assert_refused(f);
		restart(f);
		ring_desc(&f->ring, 0, DATA_BASE, 4, F_NEXT, beyond[i]);
		ring_offer(&f->ring, 0);
		assert_refused(f);
	}
}

static void test_virtqueue_loop_of_one_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, F_NEXT, 0);
	ring_offer(&f->ring, 0);
	assert_refused(f);
}

static void test_virtqueue_loop_of_two_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, F_NEXT, 1);
	ring_desc(&f->ring, 1, DATA_BASE, 4, F_NEXT, 0);
	ring_offer(&f->ring, 0);
	assert_refused(f);
}

static void test_virtqueue_loop_of_empty_buffers_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, 0, 0, F_NEXT, 0);
	ring_offer(&f->ring, 0);
	assert_refused(f);
}

static void test_virtqueue_empty_buffer_adds_no_segment(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, UINT64_MAX, 0, F_NEXT, 1);
	ring_desc(&f->ring, 1, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.nr_readable, 1);
}

static void test_virtqueue_readable_after_writable_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, F_NEXT | F_WRITE, 1);
	ring_desc(&f->ring, 1, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	assert_refused(f);
}

/* ---- attack family 6: indirect tables ---- */

static void offer_indirect(struct fixture *f, uint64_t table, uint32_t len, uint16_t more_flags)
{
	ring_desc(&f->ring, 0, table, len, F_INDIRECT | more_flags, 1);
	ring_desc(&f->ring, 1, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
}

static void test_virtqueue_indirect_table_is_served(void **state)
{
	struct fixture *f = *state;

	for (uint16_t i = 0; i < SIZE; i++)
		ring_write_desc(&f->ring, RING_TABLE, i, DATA_BASE + i, 1,
				i < SIZE - 1 ? F_NEXT : F_WRITE, (uint16_t)(i + 1));
	offer_indirect(f, RING_TABLE, 16 * SIZE, 0);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.head, 0);
	assert_int_equal(f->chain.nr_readable, SIZE - 1);
	assert_int_equal(f->chain.nr_writable, 1);
}

static void test_virtqueue_indirect_table_may_be_unaligned(void **state)
{
	struct fixture *f = *state;

	ring_write_desc(&f->ring, RING_TABLE + 3, 0, DATA_BASE, 4, 0, 0);
	offer_indirect(f, RING_TABLE + 3, 16, 0);
	assert_int_equal(pop(f), 1);
}

static void test_virtqueue_indirect_at_end_of_direct_chain(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 4, DATA_BASE, 4, F_NEXT, 5);
	ring_desc(&f->ring, 5, RING_TABLE, 16, F_INDIRECT, 0);
	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, F_WRITE, 0);
	ring_offer(&f->ring, 4);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.nr_readable, 1);
	assert_int_equal(f->chain.nr_writable, 1);
}

static void test_virtqueue_write_flag_of_indirect_descriptor_ignored(void **state)
{
	struct fixture *f = *state;

	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, 0, 0);
	offer_indirect(f, RING_TABLE, 16, F_WRITE);
	assert_int_equal(pop(f), 1);
	assert_int_equal(f->chain.nr_readable, 1);
}

static void test_virtqueue_indirect_not_negotiated_breaks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, 0), 0);
	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, 0, 0);
	offer_indirect(f, RING_TABLE, 16, 0);
	assert_refused(f);
}

static void test_virtqueue_nested_indirect_breaks(void **state)
{
	struct fixture *f = *state;

	ring_write_desc(&f->ring, RING_TABLE, 0, RING_TABLE, 16, F_INDIRECT, 0);
	offer_indirect(f, RING_TABLE, 16, 0);
	assert_refused(f);
}

static void test_virtqueue_indirect_with_next_breaks(void **state)
{
	struct fixture *f = *state;

	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, 0, 0);
	offer_indirect(f, RING_TABLE, 16, F_NEXT);
	assert_refused(f);
}

static void test_virtqueue_indirect_table_of_bad_length_breaks(void **state)
{
	static const uint32_t lens[] = { 0, 1, 15, 17, 16 * SIZE + 16, 0xfffffff0u, UINT32_MAX };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		restart(f);
		ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, 0, 0);
		offer_indirect(f, RING_TABLE, lens[i], 0);
		assert_refused(f);
	}
}

static void test_virtqueue_indirect_table_outside_ram_breaks(void **state)
{
	static const uint64_t tables[] = { 0xd0000000, RAM_SIZE - 16, RAM3_BASE + RAM3_SIZE - 16,
					   UINT64_MAX - 15, UINT64_MAX };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		restart(f);
		offer_indirect(f, tables[i], 32, 0);
		assert_refused(f);
	}
}

static void test_virtqueue_indirect_loop_or_bad_next_breaks(void **state)
{
	struct fixture *f = *state;

	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, F_NEXT, 0);
	offer_indirect(f, RING_TABLE, 16, 0);
	assert_refused(f);
	restart(f);
	ring_write_desc(&f->ring, RING_TABLE, 0, DATA_BASE, 4, F_NEXT, 1);
	offer_indirect(f, RING_TABLE, 16, 0);
	assert_refused(f);
}

static void test_virtqueue_chain_of_both_tables_longer_than_size_breaks(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 4, F_NEXT, 1);
	ring_desc(&f->ring, 1, RING_TABLE, 16 * SIZE, F_INDIRECT, 0);
	for (uint16_t i = 0; i < SIZE; i++)
		ring_write_desc(&f->ring, RING_TABLE, i, DATA_BASE, 4, i < SIZE - 1 ? F_NEXT : 0,
				(uint16_t)(i + 1));
	ring_offer(&f->ring, 0);
	assert_refused(f);
}

/* ---- attack family 8: addresses of buffers ---- */

static void test_virtqueue_buffer_not_within_one_slot_breaks(void **state)
{
	static const struct {
		uint64_t addr;
		uint32_t len;
	} bad[] = {
		{ 0xd0000000, 1 },
		{ RAM3_BASE + RAM3_SIZE, 1 },
		{ RAM3_BASE + RAM3_SIZE - 1, 2 },
		{ RAM_SIZE - 1, 2 },
		{ 0, UINT32_MAX },
		{ UINT64_MAX, 1 },
		{ UINT64_MAX, UINT32_MAX },
		{ UINT64_MAX - 0xfff, 0x1000 },
		{ UINT64_MAX - 0xfff, 0x2000 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		restart(f);
		ring_desc(&f->ring, 0, bad[i].addr, bad[i].len, F_WRITE, 0);
		ring_offer(&f->ring, 0);
		assert_refused(f);
	}
}

static void test_virtqueue_buffer_inside_rings_harms_only_the_guest(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, RING_DESC, 128, F_WRITE | F_NEXT, 1);
	ring_desc(&f->ring, 1, RING_DRIVER, 22, F_WRITE | F_NEXT, 2);
	ring_desc(&f->ring, 2, RING_DEVICE, 70, F_WRITE, 0);
	ring_offer(&f->ring, 0);
	assert_int_equal(pop(f), 1);
	for (unsigned int i = 0; i < f->chain.nr_writable; i++)
		memset(f->chain.segments[i].iov_base, 0xff, f->chain.segments[i].iov_len);
	virtqueue_push(&f->vq, f->chain.head, 0);
	assert_int_equal(ring_used_idx(&f->ring), 1);
	assert_false(virtqueue_end(&f->vq));
	assert_int_equal(pop(f), -EPROTO);
}

static void test_virtqueue_two_chains_may_share_a_buffer(void **state)
{
	struct fixture *f = *state;

	ring_desc(&f->ring, 0, DATA_BASE, 64, F_WRITE, 0);
	ring_desc(&f->ring, 1, DATA_BASE, 64, F_WRITE, 0);
	ring_offer(&f->ring, 0);
	ring_offer(&f->ring, 1);
	ring_offer(&f->ring, 1);
	virtqueue_begin(&f->vq);
	for (int i = 0; i < 3; i++)
		assert_int_equal(virtqueue_pop(&f->vq, &f->chain), 1);
}

/* ---- attack family 9: another vCPU changes descriptors while they are read ---- */

struct flipper {
	struct fixture *f;
	atomic_bool stop;
};

static void *flip_descriptors(void *arg)
{
	struct flipper *flipper = arg;
	uint32_t random = 7;

	while (!atomic_load_explicit(&flipper->stop, memory_order_relaxed)) {
		uint64_t wild = random & 0x100 ? UINT64_MAX - random : DATA_BASE;

		random = random * 1664525u + 1013904223u;
		ring_desc(&flipper->f->ring, random % 2, wild, random & 0x200 ? random : 16,
			  (uint16_t)(random >> 16 & 7), (uint16_t)(random >> 20 & 15));
	}
	return NULL;
}

static void assert_in_ram(const struct fixture *f, const struct iovec *segment)
{
	const uint8_t *start = segment->iov_base;
	const uint8_t *ram = driver_ram(f->mem, 0, RAM_SIZE);
	const uint8_t *ram2 = driver_ram(f->mem, RAM2_BASE, RAM2_SIZE);
	const uint8_t *ram3 = driver_ram(f->mem, RAM3_BASE, RAM3_SIZE);

	assert_true((start >= ram && start + segment->iov_len <= ram + RAM_SIZE) ||
		    (start >= ram2 && start + segment->iov_len <= ram2 + RAM2_SIZE) ||
		    (start >= ram3 && start + segment->iov_len <= ram3 + RAM3_SIZE));
}

/* the next test causes this race on purpose, as a guest could; TSan must not report it */
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:load_descriptor\n";
}

static void test_virtqueue_descriptor_races_never_leave_ram(void **state)
{
	struct fixture *f = *state;
	struct flipper flipper = { .f = f };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, flip_descriptors, &flipper), 0);
	for (int i = 0; i < 20000; i++) {
		f->ring.avail_idx = 0;
		assert_int_equal(virtqueue_start(&f->vq, f->mem, &f->ring.layout, FEATURE_INDIRECT),
				 0);
		ring_offer(&f->ring, 0);
		if (pop(f) != 1)
			continue;
		assert_true(f->chain.nr_readable + f->chain.nr_writable <= SIZE);
		for (unsigned int s = 0; s < f->chain.nr_readable + f->chain.nr_writable; s++)
			assert_in_ram(f, &f->chain.segments[s]);
	}
	atomic_store(&flipper.stop, true);
	pthread_join(thread, NULL);
}

static void test_virtqueue_stopped_or_never_started_serves_nothing(void **state)
{
	struct fixture *f = *state;
	struct virtqueue never = { 0 };

	ring_desc(&f->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&f->ring, 0);
	virtqueue_stop(&f->vq);
	assert_int_equal(pop(f), 0);
	assert_false(virtqueue_end(&f->vq));
	virtqueue_begin(&never);
	assert_int_equal(virtqueue_pop(&never, &f->chain), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_virtqueue_chain_segments_are_in_order),
		T(test_virtqueue_pushed_chains_appear_in_the_used_ring),
		T(test_virtqueue_indices_wrap_at_65535),
		T(test_virtqueue_every_valid_size_starts),
		T(test_virtqueue_chain_as_long_as_the_queue_is_served),
		T(test_virtqueue_last_byte_of_ram_is_usable),
		T(test_virtqueue_no_interrupt_flag_is_respected),
		T(test_virtqueue_empty_round_needs_no_interrupt),
		T(test_virtqueue_event_idx_interrupts_when_the_index_is_passed),
		T(test_virtqueue_event_idx_requests_next_notification),
		T(test_virtqueue_round_excludes_requests_added_later),
		T(test_virtqueue_size_not_power_of_two_or_too_large_is_einval),
		T(test_virtqueue_ring_outside_ram_or_misaligned_is_einval),
		T(test_virtqueue_rings_at_start_and_end_of_ram),
		T(test_virtqueue_overlapping_rings_are_einval),
		T(test_virtqueue_layout_change_after_start_is_ignored),
		T(test_virtqueue_avail_idx_ahead_by_size_is_valid),
		T(test_virtqueue_avail_idx_ahead_by_more_than_size_breaks),
		T(test_virtqueue_avail_idx_going_backwards_breaks),
		T(test_virtqueue_event_idx_bad_avail_idx_breaks),
		T(test_virtqueue_head_or_next_beyond_the_table_breaks),
		T(test_virtqueue_loop_of_one_breaks),
		T(test_virtqueue_loop_of_two_breaks),
		T(test_virtqueue_loop_of_empty_buffers_breaks),
		T(test_virtqueue_empty_buffer_adds_no_segment),
		T(test_virtqueue_readable_after_writable_breaks),
		T(test_virtqueue_indirect_table_is_served),
		T(test_virtqueue_indirect_table_may_be_unaligned),
		T(test_virtqueue_indirect_at_end_of_direct_chain),
		T(test_virtqueue_write_flag_of_indirect_descriptor_ignored),
		T(test_virtqueue_indirect_not_negotiated_breaks),
		T(test_virtqueue_nested_indirect_breaks),
		T(test_virtqueue_indirect_with_next_breaks),
		T(test_virtqueue_indirect_table_of_bad_length_breaks),
		T(test_virtqueue_indirect_table_outside_ram_breaks),
		T(test_virtqueue_indirect_loop_or_bad_next_breaks),
		T(test_virtqueue_chain_of_both_tables_longer_than_size_breaks),
		T(test_virtqueue_buffer_not_within_one_slot_breaks),
		T(test_virtqueue_buffer_inside_rings_harms_only_the_guest),
		T(test_virtqueue_two_chains_may_share_a_buffer),
		T(test_virtqueue_descriptor_races_never_leave_ram),
		T(test_virtqueue_stopped_or_never_started_serves_nothing),
	};

	return cmocka_run_group_tests_name("virtqueue", tests, NULL, NULL);
}
