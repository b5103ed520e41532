/* SPDX-License-Identifier: MIT */
/* READ_VEC on a task with holes in its memory. An invalid request reads nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_task.h"
#include "ops/op.h"

#define HEADER	  ((u32)sizeof(struct portal_wire_result))
#define UNTOUCHED 0x5a
#define P	  PORTAL_STEP_F_POINTER

/* The one in ops/dispatch.c would need all handlers. */
s64 op_invalid(struct op *op)
{
	op->resp = PORTAL_RESP_INVALID;
	return -EINVAL;
}

/* a step in native byte order */
struct step {
	u64 addr;
	u32 len, flags, base, at;
};

static _Alignas(8) u8 page[PORTAL_DATA_SIZE], scratch[PORTAL_PAGE_SIZE];
static u32 pos; /* offset of the next result to check */

static int setup(void **state)
{
	(void)state;
	fake_task_reset();
	return 0;
}

static s64 run_sized(u32 pointer_bytes, const struct step *steps, u32 nr, u32 size)
{
	struct op op = { .arg = pointer_bytes,
			 .payload = page + sizeof(struct portal_wire_request),
			 .payload_size = size,
			 .data = page,
			 .room = sizeof(page),
			 .scratch = scratch,
			 .resp = PORTAL_RESP_DONE };
	s64 result;

	pos = 0;
	memset(page, UNTOUCHED, sizeof(page));
	for (u32 n = 0; n < nr; n++) {
		const struct portal_wire_step wire = {
			.addr = cpu_to_le64(steps[n].addr),
			.len = cpu_to_le32(steps[n].len),
			.flags = cpu_to_le32(steps[n].flags),
			.base = cpu_to_le32(steps[n].base),
			.at = cpu_to_le32(steps[n].at),
		};

		memcpy(page + sizeof(struct portal_wire_request) + n * sizeof(wire), &wire,
		       sizeof(wire));
	}
	result = op_read_vec(&op);
	assert_int_equal(op.resp, result < 0 ? PORTAL_RESP_INVALID : PORTAL_RESP_DONE);
	assert_int_equal(op.cursor, 0);
	return result;
}

static s64 run(u32 pointer_bytes, const struct step *steps, u32 nr)
{
	return run_sized(pointer_bytes, steps, nr, nr * (u32)sizeof(struct portal_wire_step));
}

/* Checks that the next result has @len of the @wanted bytes at @addr. */
static void expect(u32 len, u32 wanted, u64 addr)
{
	struct portal_wire_result wire;

	memcpy(&wire, page + pos, sizeof(wire));
	assert_int_equal((s32)le32_to_cpu(wire.status), len == wanted ? 0 : -EFAULT);
	assert_int_equal(le32_to_cpu(wire.len), len);
	pos += HEADER;
	if (len > 0)
		assert_memory_equal(page + pos, fake_task.bytes + (addr - FAKE_TASK_BASE), len);
	for (u32 i = len; i < ALIGN(len, 8); i++)
		assert_int_equal(page[pos + i], 0);
	pos += ALIGN(len, 8);
}

static void expect_end(s64 result)
{
	assert_int_equal(result, pos);
}

static void put_pointer(size_t at, u64 value, u32 bytes)
{
	__le64 wire = cpu_to_le64(value);

	fake_task_put(at, &wire, bytes);
}

static void fill(void)
{
	for (u32 i = 0; i < FAKE_TASK_SIZE; i++)
		fake_task.bytes[i] = (u8)(i * 13 + 1);
}

/*
 * Makes a list of @nr nodes of 16 bytes, a page apart, with the pointer at byte 4. Step n + 1 uses
 * the pointer that step n has read.
 */
static void make_list(struct step *steps, u32 nr, u32 pointer_bytes)
{
	fill();
	for (u32 n = 0; n < nr; n++) {
		steps[n] = (struct step){ .len = 16 };
		if (n > 0)
			steps[n] = (struct step){ .len = 16, .flags = P, .base = n - 1, .at = 4 };
		put_pointer(n * FAKE_TASK_PAGE + 4,
			    n + 1 < nr ? FAKE_TASK_BASE + (n + 1) * FAKE_TASK_PAGE : 0,
			    pointer_bytes);
	}
	steps[0].addr = FAKE_TASK_BASE;
}

static void expect_list(u32 nr)
{
	for (u32 n = 0; n < nr; n++)
		expect(16, 16, FAKE_TASK_BASE + n * FAKE_TASK_PAGE);
}

/* ---- addresses ---- */

static void test_linked_list_with_4_and_8_byte_pointers(void **state)
{
	struct step steps[PORTAL_MAX_STEPS];
	s64 result;

	(void)state;
	for (u32 width = 4; width <= 8; width += 4) {
		make_list(steps, PORTAL_MAX_STEPS, width);
		result = run(width, steps, PORTAL_MAX_STEPS);
		expect_list(PORTAL_MAX_STEPS);
		expect_end(result);
	}
}

static void test_4_byte_pointer_excludes_the_bytes_after_it(void **state)
{
	const struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				      { .addr = 2, .len = 3, .flags = P } };
	s64 result;

	(void)state;
	fill();
	put_pointer(0, 0xffffffff00000000 | (FAKE_TASK_BASE + 512), 8);
	result = run(4, steps, 2);
	expect(8, 8, FAKE_TASK_BASE);
	expect(3, 3, FAKE_TASK_BASE + 514);
	expect_end(result);
}

static void test_negative_offset_from_a_pointer(void **state)
{
	const struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				      { .addr = (u64)-16, .len = 4, .flags = P } };
	s64 result;

	(void)state;
	fill();
	put_pointer(0, FAKE_TASK_BASE + 512, 8);
	result = run(8, steps, 2);
	expect(8, 8, FAKE_TASK_BASE);
	expect(4, 4, FAKE_TASK_BASE + 496);
	expect_end(result);
}

static void test_steps_may_share_a_base_or_have_none(void **state)
{
	const struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 24 },
				      { .addr = FAKE_TASK_BASE + 64, .len = 1 },
				      { .len = 5, .flags = P, .at = 16 },
				      { .addr = 1, .len = 7, .flags = P } };
	s64 result;

	(void)state;
	fill();
	put_pointer(0, FAKE_TASK_BASE + 1000, 8);
	put_pointer(16, FAKE_TASK_BASE + 2000, 8);
	result = run(8, steps, 4);
	expect(24, 24, FAKE_TASK_BASE);
	expect(1, 1, FAKE_TASK_BASE + 64);
	expect(5, 5, FAKE_TASK_BASE + 2000);
	expect(7, 7, FAKE_TASK_BASE + 1001);
	expect_end(result);
}

/* ---- end of the operation ---- */

static void test_null_pointer_ends_the_operation(void **state)
{
	struct step steps[8];
	s64 result;

	(void)state;
	for (u32 nr = 1; nr <= 8; nr++) {
		make_list(steps, 8, 8);
		put_pointer((nr - 1) * FAKE_TASK_PAGE + 4, 0, 8);
		result = run(8, steps, 8);
		expect_list(nr);
		expect_end(result);
	}
}

/* No later step runs, whether it uses the pointer or not. */
static void test_fault_ends_the_operation_after_its_bytes(void **state)
{
	const struct step steps[] = { { .addr = FAKE_TASK_BASE + FAKE_TASK_PAGE - 8, .len = 8 },
				      { .len = 24, .flags = P },
				      { .addr = FAKE_TASK_BASE, .len = 1 } };
	s64 result;

	(void)state;
	fill();
	fake_task.is_hole[3] = true;
	for (u32 before = 0; before <= 24; before++) {
		put_pointer(FAKE_TASK_PAGE - 8, FAKE_TASK_BASE + 3 * FAKE_TASK_PAGE - before, 8);
		result = run(8, steps, 3);
		expect(8, 8, FAKE_TASK_BASE + FAKE_TASK_PAGE - 8);
		expect(before, 24, FAKE_TASK_BASE + 3 * FAKE_TASK_PAGE - before);
		if (before == 24)
			expect(1, 1, FAKE_TASK_BASE);
		expect_end(result);
	}
}

static void test_pointer_outside_memory_faults(void **state)
{
	static const u64 pointers[] = { 1, UINT64_MAX, 1ull << 63, FAKE_TASK_BASE - 1 };
	const struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				      { .len = 4, .flags = P } };
	s64 result;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pointers); i++) {
		put_pointer(0, pointers[i], 8);
		result = run(8, steps, 2);
		expect(8, 8, FAKE_TASK_BASE);
		expect(0, 4, pointers[i]);
		expect_end(result);
	}
}

/* ---- invalid requests, which read nothing ---- */

static void expect_refused(u32 pointer_bytes, const struct step *steps, u32 nr)
{
	assert_int_equal(run(pointer_bytes, steps, nr), -EINVAL);
	for (size_t i = sizeof(struct portal_wire_request) + nr * sizeof(struct portal_wire_step);
	     i < sizeof(page); i++)
		assert_int_equal(page[i], UNTOUCHED);
}

static void test_pointer_width_must_be_4_or_8(void **state)
{
	static const u32 widths[] = { 0, 1, 2, 3, 5, 7, 9, 16, 0xffffffff };
	const struct step step = { .addr = FAKE_TASK_BASE, .len = 8 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		expect_refused(widths[i], &step, 1);
}

static void test_partial_step_is_invalid(void **state)
{
	const struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				      { .addr = FAKE_TASK_BASE, .len = 8 } };
	const u32 size = sizeof(struct portal_wire_step);

	(void)state;
	for (u32 cut = size + 1; cut < 2 * size; cut++)
		assert_int_equal(run_sized(8, steps, 2, cut), -EINVAL);
	assert_int_equal(run_sized(8, steps, 2, size), HEADER + 8);
	assert_int_equal(run_sized(8, steps, 2, 2 * size), 2 * (HEADER + 8));
}

static void test_length_zero_or_beyond_the_page_is_invalid(void **state)
{
	static const u32 lens[] = { 0, PORTAL_DATA_SIZE - 7, PORTAL_DATA_SIZE, 0xfffffff9,
				    0xffffffff };
	struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = PORTAL_DATA_SIZE - 8 },
				{ .addr = FAKE_TASK_BASE, .len = 1 } };

	(void)state;
	fill();
	assert_int_equal(run(8, steps, 1), PORTAL_DATA_SIZE);
	expect_refused(8, steps, 2);
	for (size_t i = 0; i < ARRAY_SIZE(lens); i++) {
		steps[0].len = lens[i];
		expect_refused(8, steps, 1);
	}
	/* with both headers and padding these results fill the page */
	steps[0].len = PORTAL_DATA_SIZE - 8 - 16 - 3;
	assert_int_equal(run(8, steps, 2), PORTAL_DATA_SIZE);
	steps[1].len = 9;
	expect_refused(8, steps, 2);
}

static void test_base_must_be_an_earlier_step(void **state)
{
	static const u32 bases[] = { 1, 2, 3, 32, 0x80000000, 0xffffffff };
	struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				{ .addr = FAKE_TASK_BASE, .len = 8 },
				{ .addr = FAKE_TASK_BASE, .len = 8 } };

	(void)state;
	steps[1].flags = P;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		steps[1].base = bases[i];
		expect_refused(8, steps, 3);
	}
	steps[1] = steps[2];
	steps[0].flags = P;
	expect_refused(8, steps, 3);
}

static void test_pointer_must_be_inside_its_base(void **state)
{
	static const u32 ats[] = { 5, 11, 12, 13, 0x7fffffff, 0xfffffff8, 0xffffffff };
	struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 12 },
				{ .len = 1, .flags = P, .at = 4 } };

	(void)state;
	put_pointer(4, FAKE_TASK_BASE, 8);
	assert_int_equal(run(8, steps, 2), HEADER + 16 + HEADER + 8);
	for (size_t i = 0; i < ARRAY_SIZE(ats); i++) {
		steps[1].at = ats[i];
		expect_refused(8, steps, 2);
	}
	steps[1].at = 8;
	assert_int_equal(run(4, steps, 2),
			 HEADER + 16); /* the upper half of that pointer is null */
	steps[1].at = 9;
	expect_refused(4, steps, 2);
	steps[1].at = 0;
	steps[0].len = 7;
	expect_refused(8, steps, 2);
}

static void test_unused_fields_and_flags_must_be_zero(void **state)
{
	struct step steps[] = { { .addr = FAKE_TASK_BASE, .len = 8 },
				{ .addr = FAKE_TASK_BASE, .len = 8 } };

	(void)state;
	assert_int_equal(run(8, steps, 2), 2 * (HEADER + 8));
	steps[1].at = 1;
	expect_refused(8, steps, 2);
	steps[1].at = 0;
	steps[1].base = 1;
	expect_refused(8, steps, 2);
	steps[1].base = 0;
	for (u32 bit = 1; bit < 32; bit++) {
		steps[1].flags = 1u << bit;
		expect_refused(8, steps, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_linked_list_with_4_and_8_byte_pointers, setup),
		cmocka_unit_test_setup(test_4_byte_pointer_excludes_the_bytes_after_it, setup),
		cmocka_unit_test_setup(test_negative_offset_from_a_pointer, setup),
		cmocka_unit_test_setup(test_steps_may_share_a_base_or_have_none, setup),
		cmocka_unit_test_setup(test_null_pointer_ends_the_operation, setup),
		cmocka_unit_test_setup(test_fault_ends_the_operation_after_its_bytes, setup),
		cmocka_unit_test_setup(test_pointer_outside_memory_faults, setup),
		cmocka_unit_test_setup(test_pointer_width_must_be_4_or_8, setup),
		cmocka_unit_test_setup(test_partial_step_is_invalid, setup),
		cmocka_unit_test_setup(test_length_zero_or_beyond_the_page_is_invalid, setup),
		cmocka_unit_test_setup(test_base_must_be_an_earlier_step, setup),
		cmocka_unit_test_setup(test_pointer_must_be_inside_its_base, setup),
		cmocka_unit_test_setup(test_unused_fields_and_flags_must_be_zero, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
