/* SPDX-License-Identifier: MIT */
/* Fetches declarations from a task with holes in its memory; the VMM's parser accepts all items. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"
#include "fake_task.h"
#include "hooks/number.h"

#define HEADER	 ((u32)sizeof(struct portal_wire_item))
#define COMPLETE PORTAL_ITEM_COMPLETE
#define CUT	 PORTAL_ITEM_CUT
#define DEFERRED PORTAL_ITEM_DEFERRED

#define STR	    PORTAL_WIRE_FETCH_STR
#define MEM	    PORTAL_WIRE_FETCH_MEM
#define PTR_MEM	    PORTAL_WIRE_FETCH_PTR_MEM
#define PTR_STR	    PORTAL_WIRE_FETCH_PTR_STR
#define FD_NAME	    PORTAL_WIRE_FETCH_FD_NAME
#define ARGS	    PORTAL_WIRE_FETCH_ARGS
#define CWD	    PORTAL_WIRE_FETCH_CWD
#define CREDENTIALS PORTAL_WIRE_FETCH_CREDENTIALS
#define PPID	    PORTAL_WIRE_FETCH_PPID

static struct bench bench;

static int setup(void **state)
{
	(void)state;
	fake_task_reset();
	bench_init(&bench, BENCH_ROOM);
	return 0;
}

static void declare(u32 what, u32 arg, u32 max)
{
	bench_declare(&bench, (struct bench_fetch){ .what = what, .arg = arg, .max = max });
}

static void expect_item(u32 n, struct bench_item expected, const void *bytes)
{
	const u8 *data;
	struct bench_item item;

	bench_parse(&bench);
	item = bench_item(&bench, n, &data);
	if (item.what != expected.what || item.addr != expected.addr ||
	    item.status != expected.status || item.len != expected.len)
		fail_msg("item %u: what %u addr %#llx status %d len %u", n, item.what, item.addr,
			 item.status, item.len);
	if (item.len)
		assert_memory_equal(data, bytes, item.len);
}

static void expect_mem(u32 n, u64 addr, s32 status, u32 len)
{
	expect_item(n, (struct bench_item){ PORTAL_ITEM_MEM, addr, status, len },
		    fake_task.bytes + (addr - FAKE_TASK_BASE) % FAKE_TASK_SIZE);
}

static void expect_str(u32 n, u64 addr, s32 status, u32 len)
{
	expect_item(n, (struct bench_item){ PORTAL_ITEM_STR, addr, status, len },
		    fake_task.bytes + (addr - FAKE_TASK_BASE) % FAKE_TASK_SIZE);
}

static void expect_nr(u32 nr)
{
	assert_int_equal(bench.fetch.nr, nr);
	bench_parse(&bench);
}

/* ---- kinds ---- */

static void test_mem_address_is_argument_plus_offset(void **state)
{
	(void)state;
	bench.call.args[5] = fake_task_put(16, "0123456789", 10) + 2;
	declare(MEM, 5, 3);
	expect_mem(0, FAKE_TASK_BASE + 18, COMPLETE, 3);
	bench_declare(&bench, (struct bench_fetch){ .what = MEM, .arg = 5, .offset = 4, .max = 2 });
	expect_mem(1, FAKE_TASK_BASE + 22, COMPLETE, 2);
	bench_declare(&bench, (struct bench_fetch){ MEM, 5, (u64)-2, 0, 10, 0, 0 });
	expect_mem(2, FAKE_TASK_BASE + 16, COMPLETE, 10);
	expect_nr(3);
}

static void test_str_lengths_around_max(void **state)
{
	u64 text;

	(void)state;
	bench.call.args[1] = text = fake_task_put(40, "12345678", 9);
	declare(STR, 1, 7);
	expect_str(0, text, CUT, 7);
	declare(STR, 1, 8);
	expect_str(1, text, CUT, 8);
	declare(STR, 1, 9);
	expect_str(2, text, COMPLETE, 8);
	bench.call.args[1] += 8;
	declare(STR, 1, 1);
	expect_str(3, text + 8, COMPLETE, 0);
}

static void test_ptr_adds_items_for_pointer_and_target(void **state)
{
	__le64 pointer = cpu_to_le64(FAKE_TASK_BASE + 512);

	(void)state;
	fake_task_put(528, "eth0", 5);
	bench.call.args[2] = fake_task_put(64, &pointer, 8) - 16;
	bench_declare(&bench, (struct bench_fetch){ PTR_STR, 2, 16, 16, 16, 0, 0 });
	expect_mem(0, FAKE_TASK_BASE + 64, COMPLETE, 8);
	expect_str(1, FAKE_TASK_BASE + 528, COMPLETE, 4);
	bench_declare(&bench, (struct bench_fetch){ PTR_MEM, 2, 16, (u64)-4, 12, 0, 0 });
	expect_mem(2, FAKE_TASK_BASE + 508, COMPLETE, 12);
	expect_nr(3);
}

static void test_ptr_of_32_bit_task_has_4_bytes(void **state)
{
	__le64 pointer = cpu_to_le64(0xffffffff00000000 | (FAKE_TASK_BASE + 512));

	(void)state;
	bench.call.long_bytes = 4;
	bench.call.args[0] = fake_task_put(64, &pointer, 8);
	fake_task.is_hole[1] = true; /* has no effect on 4 bytes */
	declare(PTR_MEM, 0, 5);
	expect_mem(0, FAKE_TASK_BASE + 64, COMPLETE, 4);
	expect_mem(1, FAKE_TASK_BASE + 512, COMPLETE, 5);
	/* the sum does not wrap at 32 bits, as in the host's requests */
	bench_declare(&bench, (struct bench_fetch){ PTR_MEM, 0, 0, 0xffffffff, 1, 0, 0 });
	expect_mem(2, FAKE_TASK_BASE + 512 + 0xffffffff, -EFAULT, 0);
}

static void test_ptr_that_faults_adds_no_target(void **state)
{
	(void)state;
	fake_task.is_hole[1] = true;
	bench.call.args[0] = FAKE_TASK_BASE + FAKE_TASK_PAGE - 3;
	declare(PTR_MEM, 0, 4);
	expect_mem(0, bench.call.args[0], -EFAULT, 3);
	expect_nr(1);
}

static void expect_name(u32 n, int fd, s32 status, u32 len)
{
	expect_item(n, (struct bench_item){ PORTAL_ITEM_FD_NAME, (u64)(s64)fd, status, len },
		    fake_task.fd_name);
}

static void test_fd_is_the_low_32_bits(void **state)
{
	(void)state;
	fake_task.fd_name = "/dev/switch";
	bench.call.args[0] = 0xabcd00000000 | FAKE_TASK_FD;
	declare(FD_NAME, 0, 64);
	expect_name(0, FAKE_TASK_FD, COMPLETE, 11);
	bench.call.args[1] = 0xffffff9b; /* of a 32-bit task */
	declare(FD_NAME, 1, 64);
	expect_name(1, -101, -EBADF, 0);
}

static void test_fd_name_lengths_around_max(void **state)
{
	(void)state;
	fake_task.fd_name = "/dev/null";
	bench.call.args[0] = FAKE_TASK_FD;
	declare(FD_NAME, 0, 8);
	expect_name(0, FAKE_TASK_FD, CUT, 8);
	declare(FD_NAME, 0, 9);
	expect_name(1, FAKE_TASK_FD, COMPLETE, 9);
	declare(FD_NAME, 0, 10);
	expect_nr(2);
}

static void expect_args(u32 n, s32 status, u32 len)
{
	expect_item(n, (struct bench_item){ PORTAL_ITEM_ARGS, 0, status, len }, fake_task.args);
}

static void test_args_lengths_around_max(void **state)
{
	(void)state;
	fake_task.args = "sh\0-c\0";
	fake_task.args_len = 6;
	declare(ARGS, 0, 5);
	expect_args(0, CUT, 5);
	declare(ARGS, 0, 6);
	expect_args(1, COMPLETE, 6);
	expect_nr(2);
	bench_init(&bench, BENCH_ROOM);
	fake_task.args_err = -ESRCH;
	declare(ARGS, 0, 5);
	expect_args(0, -ESRCH, 0);
}

static void test_cwd_is_not_the_name_of_a_descriptor(void **state)
{
	(void)state;
	fake_task.cwd = "/mnt/flash";
	declare(CWD, 0, 4);
	declare(CWD, 0, 10);
	declare(CWD, 0, 200);
	expect_item(0, (struct bench_item){ PORTAL_ITEM_CWD, 0, CUT, 4 }, fake_task.cwd);
	expect_item(1, (struct bench_item){ PORTAL_ITEM_CWD, 0, COMPLETE, 10 }, fake_task.cwd);
	expect_nr(2);
}

static void test_credentials_and_parent_are_numbers(void **state)
{
	const __le32 ids[] = { cpu_to_le32(1000), cpu_to_le32(1001), cpu_to_le32(1002),
			       cpu_to_le32(1003) };
	const __le32 ppid = cpu_to_le32(FAKE_TASK_PPID);

	(void)state;
	for (int i = 0; i < 2; i++) {
		declare(CREDENTIALS, 0, 1);
		declare(PPID, 0, 4);
	}
	expect_item(0, (struct bench_item){ PORTAL_ITEM_CREDENTIALS, 0, COMPLETE, 16 }, ids);
	expect_item(1, (struct bench_item){ PORTAL_ITEM_PPID, 0, COMPLETE, 4 }, &ppid);
	expect_nr(2);
	for (u32 room = HEADER; room <= HEADER + 16; room++) {
		bench_init(&bench, room);
		declare(CREDENTIALS, 0, 16);
		assert_int_equal(bench_item(&bench, 0, NULL).status,
				 room < HEADER + 16 ? DEFERRED : COMPLETE);
	}
}

/* ---- other programs ---- */

static void test_pointer_of_big_endian_program(void **state)
{
	u8 pointer[8];

	(void)state;
	bench.call.big_endian = true;
	for (u32 width = 4; width <= 8; width += 4) {
		bench_init(&bench, BENCH_ROOM);
		bench.call.big_endian = true;
		bench.call.long_bytes = width;
		number_put(pointer, width, true, FAKE_TASK_BASE + 512);
		fake_task_put(512, "eth0", 5);
		bench.call.args[0] = fake_task_put(0, pointer, width);
		declare(PTR_STR, 0, 16);
		expect_mem(0, FAKE_TASK_BASE, COMPLETE, width);
		expect_str(1, FAKE_TASK_BASE + 512, COMPLETE, 4);
	}
}

/* Items have the program's addresses. */
static void test_base_is_added_to_addresses_only_for_the_access(void **state)
{
	__le64 pointer = cpu_to_le64(512);

	(void)state;
	bench.call.base = FAKE_TASK_BASE;
	fake_task_put(512, "eth0", 5);
	fake_task_put(64, &pointer, 8);
	bench.call.args[0] = 64;
	declare(PTR_STR, 0, 16);
	declare(MEM, 0, 16);
	expect_item(0, (struct bench_item){ PORTAL_ITEM_MEM, 64, COMPLETE, 8 }, &pointer);
	expect_item(1, (struct bench_item){ PORTAL_ITEM_STR, 512, COMPLETE, 4 }, "eth0");
	expect_item(2, (struct bench_item){ PORTAL_ITEM_MEM, 64, COMPLETE, 16 },
		    fake_task.bytes + 64);
}

/* ---- faults ---- */

static void test_mem_fault_keeps_the_bytes_before_it(void **state)
{
	(void)state;
	fake_task_put(FAKE_TASK_PAGE - 8, "abcdefgh", 8);
	fake_task.is_hole[1] = true;
	for (u32 before = 0; before <= 8; before++) {
		bench_init(&bench, BENCH_ROOM);
		bench.call.args[0] = FAKE_TASK_BASE + FAKE_TASK_PAGE - before;
		declare(MEM, 0, 8);
		expect_mem(0, bench.call.args[0], before == 8 ? COMPLETE : -EFAULT, before);
	}
}

static void test_str_next_to_a_fault(void **state)
{
	u64 text;

	(void)state;
	fake_task.is_hole[1] = true;
	bench.call.args[0] = text = fake_task_put(FAKE_TASK_PAGE - 4, "abc", 4);
	declare(STR, 0, 100);
	expect_str(0, text, COMPLETE, 3);
	bench_init(&bench, BENCH_ROOM);
	bench.call.args[0] = fake_task_put(FAKE_TASK_PAGE - 4, "abcd", 4);
	declare(STR, 0, 4);
	expect_str(0, text, CUT, 4);
	declare(STR, 0, 5);
	expect_str(1, text, -EFAULT, 0);
	/* a shorter read is served from the shorter item, not from the one that faulted */
	assert_int_equal(fetched_read_str(&bench.items, text, (char[5]){ 0 }, 4), 4);
}

static void test_addresses_outside_memory_fault(void **state)
{
	static const u64 addresses[] = { 0, 1, UINT64_MAX, UINT64_MAX - 7, 1ull << 63 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		bench_init(&bench, BENCH_ROOM);
		bench.call.args[0] = addresses[i];
		declare(MEM, 0, 16);
		declare(STR, 0, 16);
		expect_mem(0, addresses[i], -EFAULT, 0);
		expect_str(1, addresses[i], -EFAULT, 0);
	}
}

/* ---- lengths from another argument ---- */

static void test_mem_length_is_an_argument_up_to_max(void **state)
{
	static const struct {
		u64 arg;
		u32 len;
	} lengths[] = {
		{ 0, 0 },   { 1, 1 },		{ 39, 39 },	    { 40, 40 },
		{ 41, 40 }, { 1ull << 32, 40 }, { 1ull << 63, 40 }, { UINT64_MAX, 40 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		bench_init(&bench, BENCH_ROOM);
		bench.call.args[1] = FAKE_TASK_BASE;
		bench.call.args[5] = lengths[i].arg;
		bench_declare(&bench, (struct bench_fetch){ MEM, 1, 0, 0, 40, PORTAL_LEN_ARG, 5 });
		expect_mem(0, FAKE_TASK_BASE, COMPLETE, lengths[i].len);
	}
}

static void test_ptr_mem_length_applies_to_the_target(void **state)
{
	__le64 pointer = cpu_to_le64(FAKE_TASK_BASE + 512);

	(void)state;
	bench.call.args[0] = fake_task_put(0, &pointer, 8);
	bench.call.args[1] = 3;
	bench_declare(&bench, (struct bench_fetch){ PTR_MEM, 0, 0, 0, 40, PORTAL_LEN_ARG, 1 });
	expect_mem(0, FAKE_TASK_BASE, COMPLETE, 8);
	expect_mem(1, FAKE_TASK_BASE + 512, COMPLETE, 3);
}

static void test_mem_length_is_the_result_up_to_max(void **state)
{
	static const struct {
		s64 ret;
		u32 nr, len;
	} results[] = {
		{ 0, 1, 0 },   { 1, 1, 1 },	{ 39, 1, 39 },
		{ 40, 1, 40 }, { 41, 1, 40 },	{ INT64_MAX, 1, 40 },
		{ -1, 0, 0 },  { -4095, 0, 0 }, { INT64_MIN, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		bench_init(&bench, BENCH_ROOM);
		bench.call.args[1] = FAKE_TASK_BASE;
		bench.fetch.ret = results[i].ret;
		bench_declare(&bench,
			      (struct bench_fetch){ MEM, 1, 0, 0, 40, PORTAL_LEN_RESULT, 0 });
		expect_nr(results[i].nr);
		if (results[i].nr)
			expect_mem(0, FAKE_TASK_BASE, COMPLETE, results[i].len);
	}
}

/* ---- copying items ---- */

static void test_items_that_fit_are_counted(void **state)
{
	u32 used, sizes[] = { HEADER + 8, 2 * HEADER + 24, 3 * HEADER + 24 };

	(void)state;
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(MEM, 0, 5);
	declare(MEM, 0, 9);
	declare(STR, 0, 9);
	expect_nr(3);
	assert_int_equal(bench.fetch.used, sizes[2]);
	for (u32 room = 0; room <= sizes[2] + 8; room++) {
		u32 nr = (room >= sizes[0]) + (room >= sizes[1]) + (room >= sizes[2]);

		assert_int_equal(fetch_fitting(&bench.fetch, room, &used), nr);
		assert_int_equal(used, nr ? sizes[nr - 1] : 0);
	}
}

/* ---- the end of the page ---- */

/* Declares an item of @len bytes in @room bytes and checks that it fits, or is deferred. */
static void expect_fit(u32 what, u32 len, u32 room, bool fits)
{
	bench_init(&bench, room);
	bench.call.args[0] = what == FD_NAME ? FAKE_TASK_FD : FAKE_TASK_BASE;
	declare(what, 0, what == MEM ? len : 4000);
	expect_nr(room >= HEADER);
	if (room < HEADER)
		return;
	if (bench_item(&bench, 0, NULL).status != (fits ? COMPLETE : DEFERRED) ||
	    bench_item(&bench, 0, NULL).len != (fits ? len : 0))
		fail_msg("kind %u, %u bytes, room %u: status %d", what, len, room,
			 bench_item(&bench, 0, NULL).status);
}

static void test_item_larger_than_room_is_deferred(void **state)
{
	char text[33];

	(void)state;
	for (u32 len = 1; len < sizeof(text); len++) {
		fake_task_reset();
		memset(text, 'x', len);
		fake_task_put(0, text, len);
		text[len] = '\0';
		fake_task.fd_name = fake_task.args = text;
		fake_task.args_len = len;
		for (u32 room = 0; room < 2 * HEADER + sizeof(text); room++) {
			u32 bytes = room < HEADER ? 0 : ALIGN_DOWN(room - HEADER, 8);

			expect_fit(MEM, len, room, bytes >= len);
			expect_fit(STR, len, room, bytes > len); /* the NUL must fit, too */
			expect_fit(FD_NAME, len, room, bytes >= len);
			expect_fit(ARGS, len, room, bytes >= len);
		}
	}
}

static void test_max_cuts_and_lack_of_room_defers(void **state)
{
	(void)state;
	memset(fake_task.bytes, 'x', sizeof(fake_task.bytes));
	bench_init(&bench, HEADER + 16);
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(STR, 0, 16);
	expect_str(0, FAKE_TASK_BASE, CUT, 16);
	bench_init(&bench, HEADER + 16);
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(STR, 0, 17);
	expect_str(0, FAKE_TASK_BASE, DEFERRED, 0);
}

static void test_fault_beyond_the_room_is_deferred(void **state)
{
	(void)state;
	memset(fake_task.bytes, 'x', sizeof(fake_task.bytes));
	memset(fake_task.is_hole + 1, true, FAKE_TASK_NR_PAGES - 1);
	bench_init(&bench, HEADER + FAKE_TASK_PAGE);
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(STR, 0, 4000);
	expect_str(0, FAKE_TASK_BASE, DEFERRED, 0);
}

static void test_item_without_room_for_bytes_is_deferred(void **state)
{
	(void)state;
	fake_task.fd_name = "/dev/null";
	fake_task.args = "sh";
	fake_task.args_len = 3;
	for (u32 spare = 0; spare < 8; spare++) {
		bench_init(&bench, HEADER + spare);
		bench.call.args[0] = FAKE_TASK_FD;
		declare(FD_NAME, 0, 64);
		expect_name(0, FAKE_TASK_FD, DEFERRED, 0);
		declare(FD_NAME, 1, 64);
		expect_nr(1);
		bench_init(&bench, HEADER + spare);
		declare(ARGS, 0, 64);
		expect_args(0, DEFERRED, 0);
	}
}

static void test_small_items_may_follow_a_deferred_one(void **state)
{
	(void)state;
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(MEM, 0, BENCH_ROOM - HEADER + 1);
	expect_mem(0, FAKE_TASK_BASE, DEFERRED, 0);
	declare(MEM, 0, 8);
	expect_mem(1, FAKE_TASK_BASE, COMPLETE, 8);
	bench_init(&bench, BENCH_ROOM);
	bench.call.args[0] = FAKE_TASK_BASE;
	declare(MEM, 0, BENCH_ROOM - HEADER);
	expect_mem(0, FAKE_TASK_BASE, COMPLETE, BENCH_ROOM - HEADER);
}

static void test_padding_is_zero(void **state)
{
	(void)state;
	memset(fake_task.bytes, 0xff, sizeof(fake_task.bytes));
	fake_task.is_hole[1] = true;
	for (u32 len = 1; len <= 8; len++) {
		const u8 *data;

		bench_init(&bench, BENCH_ROOM);
		bench.call.args[0] = FAKE_TASK_BASE + FAKE_TASK_PAGE - len;
		declare(MEM, 0, 16);
		expect_mem(0, bench.call.args[0], -EFAULT, len);
		bench_item(&bench, 0, &data);
		for (u32 i = len; i < 8; i++)
			assert_int_equal(data[i], 0);
		assert_int_equal(bench.fetch.used, HEADER + 8);
	}
}

/* ---- repeated declarations ---- */

static void test_repeated_declaration_adds_one_item(void **state)
{
	(void)state;
	fake_task_put(0, "text", 5);
	fake_task.args = "sh";
	fake_task.args_len = 3;
	bench.call.args[0] = FAKE_TASK_BASE;
	bench.call.args[1] = FAKE_TASK_FD;
	for (int i = 0; i < 3; i++) {
		declare(MEM, 0, 32);
		declare(STR, 0, 32);
		declare(FD_NAME, 1, 32);
		declare(ARGS, 0, 32);
	}
	expect_nr(4);
}

static void test_repeated_failure_adds_one_item(void **state)
{
	(void)state;
	fake_task.is_hole[1] = true;
	fake_task_put(FAKE_TASK_PAGE - 2, "ab", 2);
	bench.call.args[0] = FAKE_TASK_BASE + FAKE_TASK_PAGE - 2;
	bench.call.args[1] = 77;
	bench.call.args[2] = FAKE_TASK_BASE + 4096;
	for (int i = 0; i < 3; i++) {
		declare(MEM, 0, 16 + i);
		declare(STR, 0, 16 + i);
		declare(FD_NAME, 1, 16);
		declare(MEM, 2, 4000 + i);
	}
	expect_mem(0, bench.call.args[0], -EFAULT, 2);
	expect_str(1, bench.call.args[0], -EFAULT, 0);
	expect_name(2, 77, -EBADF, 0);
	expect_mem(3, bench.call.args[2], DEFERRED, 0);
	expect_nr(4);
}

static void test_longer_request_after_shorter_is_fetched(void **state)
{
	char name[16];

	(void)state;
	fake_task_put(0, "12345678", 9);
	fake_task.fd_name = "/dev/null";
	bench.call.args[0] = FAKE_TASK_BASE;
	bench.call.args[1] = FAKE_TASK_FD;
	declare(MEM, 0, 4);
	declare(MEM, 0, 6);
	declare(STR, 0, 4);
	declare(STR, 0, 16);
	declare(FD_NAME, 1, 4);
	declare(FD_NAME, 1, 16);
	expect_nr(6);
	/* the host finds the item that is long enough */
	assert_int_equal(fetched_read(&bench.items, FAKE_TASK_BASE, name, 6), 6);
	assert_int_equal(fetched_read_str(&bench.items, FAKE_TASK_BASE, name, 16), 8);
	assert_int_equal(fetched_fd_name(&bench.items, FAKE_TASK_FD, name, 16), 9);
}

static void test_shorter_request_after_longer_is_not_fetched(void **state)
{
	(void)state;
	fake_task_put(0, "12345678", 9);
	bench.call.args[0] = FAKE_TASK_BASE;
	bench.call.args[1] = FAKE_TASK_FD;
	fake_task.fd_name = "/dev/null";
	declare(MEM, 0, 6);
	declare(MEM, 0, 4);
	declare(STR, 0, 6);
	declare(STR, 0, 4);
	declare(FD_NAME, 1, 6);
	declare(FD_NAME, 1, 4);
	expect_nr(3);
	declare(STR, 0, 9);
	declare(STR, 0, 1000); /* the item before has the complete string */
	expect_nr(4);
}

static void test_unknown_kind_adds_no_item(void **state)
{
	(void)state;
	declare(0, 0, 8);
	declare(PPID + 1, 0, 8);
	expect_nr(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_mem_address_is_argument_plus_offset, setup),
		cmocka_unit_test_setup(test_str_lengths_around_max, setup),
		cmocka_unit_test_setup(test_ptr_adds_items_for_pointer_and_target, setup),
		cmocka_unit_test_setup(test_ptr_of_32_bit_task_has_4_bytes, setup),
		cmocka_unit_test_setup(test_ptr_that_faults_adds_no_target, setup),
		cmocka_unit_test_setup(test_fd_is_the_low_32_bits, setup),
		cmocka_unit_test_setup(test_fd_name_lengths_around_max, setup),
		cmocka_unit_test_setup(test_args_lengths_around_max, setup),
		cmocka_unit_test_setup(test_cwd_is_not_the_name_of_a_descriptor, setup),
		cmocka_unit_test_setup(test_credentials_and_parent_are_numbers, setup),
		cmocka_unit_test_setup(test_pointer_of_big_endian_program, setup),
		cmocka_unit_test_setup(test_base_is_added_to_addresses_only_for_the_access, setup),
		cmocka_unit_test_setup(test_mem_fault_keeps_the_bytes_before_it, setup),
		cmocka_unit_test_setup(test_str_next_to_a_fault, setup),
		cmocka_unit_test_setup(test_addresses_outside_memory_fault, setup),
		cmocka_unit_test_setup(test_mem_length_is_an_argument_up_to_max, setup),
		cmocka_unit_test_setup(test_ptr_mem_length_applies_to_the_target, setup),
		cmocka_unit_test_setup(test_mem_length_is_the_result_up_to_max, setup),
		cmocka_unit_test_setup(test_items_that_fit_are_counted, setup),
		cmocka_unit_test_setup(test_item_larger_than_room_is_deferred, setup),
		cmocka_unit_test_setup(test_max_cuts_and_lack_of_room_defers, setup),
		cmocka_unit_test_setup(test_fault_beyond_the_room_is_deferred, setup),
		cmocka_unit_test_setup(test_item_without_room_for_bytes_is_deferred, setup),
		cmocka_unit_test_setup(test_small_items_may_follow_a_deferred_one, setup),
		cmocka_unit_test_setup(test_padding_is_zero, setup),
		cmocka_unit_test_setup(test_repeated_declaration_adds_one_item, setup),
		cmocka_unit_test_setup(test_repeated_failure_adds_one_item, setup),
		cmocka_unit_test_setup(test_longer_request_after_shorter_is_fetched, setup),
		cmocka_unit_test_setup(test_shorter_request_after_longer_is_not_fetched, setup),
		cmocka_unit_test_setup(test_unknown_kind_adds_no_item, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
