/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_ops.h"
#include "ops/dispatch.h"

static void run(struct op *op, u32 code, u64 size)
{
	memset(op, 0, sizeof(*op));
	op->size = size;
	dispatch_run(code, op);
}

static int start(void **state)
{
	(void)state;
	memset(&fake_ops, 0, sizeof(fake_ops));
	return 0;
}

static void test_every_operation_runs_its_own_handler(void **state)
{
	static const struct {
		const char *name;
		u32 code;
		u64 size;
	} ops[] = {
#define OPERATION(NAME, name_, number, least, most) { #NAME, number, least },
		PORTAL_ANSWERED_OPS(OPERATION)
#undef OPERATION
	};
	struct op op;

	(void)state;
	/* all but NONE and VERDICT */
	assert_int_equal(ARRAY_SIZE(ops), PORTAL_NR_OPS - 2);
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		run(&op, ops[i].code, ops[i].size);
		assert_string_equal(fake_ops.last, ops[i].name);
		assert_int_equal(op.resp, PORTAL_RESP_DONE);
	}
	assert_int_equal(fake_ops.nr_runs, ARRAY_SIZE(ops));
}

static void test_result_and_cursor_come_from_the_handler(void **state)
{
	struct op op;

	(void)state;
	fake_ops.result = -EFAULT;
	fake_ops.cursor = 0x123456789aULL;
	run(&op, PORTAL_OP_READ, 1);
	assert_int_equal(op.result, -EFAULT);
	assert_int_equal(op.cursor, 0x123456789aULL);
	assert_int_equal(op.resp, PORTAL_RESP_DONE);
}

static void test_unknown_operations_answer_resp_unknown(void **state)
{
	static const u32 codes[] = { PORTAL_NR_OPS, PORTAL_NR_OPS + 1, 0x7fffffff,
				     0x80000000,    PORTAL_RESP_DONE,  0xffffffff };
	struct op op;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		run(&op, codes[i], 0);
		assert_int_equal(op.resp, PORTAL_RESP_UNKNOWN);
		assert_int_equal(op.result, -EOPNOTSUPP);
	}
	assert_int_equal(fake_ops.nr_runs, 0);
}

static void expect_bounds(u32 code, u64 least, u64 most)
{
	assert_int_equal(dispatch_check(code, least), 0);
	assert_int_equal(dispatch_check(code, most), 0);
	if (least > 0)
		assert_int_equal(dispatch_check(code, least - 1), -EINVAL);
	assert_int_equal(dispatch_check(code, most + 1), -EINVAL);
	assert_int_equal(dispatch_check(code, 1ULL << 32), -EINVAL);
	assert_int_equal(dispatch_check(code, 1ULL << 63), -EINVAL);
	assert_int_equal(dispatch_check(code, ~0ULL), -EINVAL);
}

static void test_payload_sizes_are_bounded(void **state)
{
	(void)state;
	expect_bounds(PORTAL_OP_VERDICT, sizeof(struct portal_wire_verdict), PORTAL_DATA_SIZE);
	expect_bounds(PORTAL_OP_WELCOME, sizeof(struct portal_wire_welcome),
		      sizeof(struct portal_wire_welcome));
	expect_bounds(PORTAL_OP_WRITE, 0, PORTAL_DATA_SIZE);
	expect_bounds(PORTAL_OP_HOOK_ADD, sizeof(struct portal_wire_hook), PORTAL_DATA_SIZE);
}

static void test_oversized_payload_runs_no_handler(void **state)
{
	struct op op;

	(void)state;
	run(&op, PORTAL_OP_WRITE, PORTAL_DATA_SIZE + 1);
	assert_int_equal(op.resp, PORTAL_RESP_INVALID);
	assert_int_equal(op.result, -EINVAL);
	assert_int_equal(fake_ops.nr_runs, 0);
}

static void test_size_parameter_is_not_bounded_by_dispatch(void **state)
{
	struct op op;

	(void)state;
	run(&op, PORTAL_OP_FD_NAME, (u64)-100);
	assert_int_equal(op.resp, PORTAL_RESP_DONE);
	assert_int_equal(fake_ops.nr_runs, 1);
}

static void test_parameter_refused_by_handler_is_resp_invalid(void **state)
{
	struct op op;

	(void)state;
	fake_ops.invalid = true;
	run(&op, PORTAL_OP_READ, PORTAL_DATA_SIZE + 1);
	assert_int_equal(op.resp, PORTAL_RESP_INVALID);
	assert_int_equal(op.result, -EINVAL);
}

static void test_none_and_verdict_have_no_handler(void **state)
{
	struct op op;

	(void)state;
	run(&op, PORTAL_OP_NONE, 0);
	assert_int_equal(op.resp, PORTAL_RESP_INVALID);
	run(&op, PORTAL_OP_VERDICT, sizeof(struct portal_wire_verdict));
	assert_int_equal(op.resp, PORTAL_RESP_INVALID);
	assert_int_equal(fake_ops.nr_runs, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_every_operation_runs_its_own_handler, start),
		cmocka_unit_test_setup(test_result_and_cursor_come_from_the_handler, start),
		cmocka_unit_test_setup(test_unknown_operations_answer_resp_unknown, start),
		cmocka_unit_test_setup(test_payload_sizes_are_bounded, start),
		cmocka_unit_test_setup(test_oversized_payload_runs_no_handler, start),
		cmocka_unit_test_setup(test_size_parameter_is_not_bounded_by_dispatch, start),
		cmocka_unit_test_setup(test_parameter_refused_by_handler_is_resp_invalid, start),
		cmocka_unit_test_setup(test_none_and_verdict_have_no_handler, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
