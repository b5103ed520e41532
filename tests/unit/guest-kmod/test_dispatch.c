/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_ops.h"
#include "ops/dispatch.h"

#define REQUEST ((u64)sizeof(struct portal_wire_request))

/* the data of a page, with a request at its start */
static union {
	struct portal_wire_request request;
	u8 bytes[PORTAL_DATA_SIZE];
} page;

/* @size: bytes of the request and its payload */
static void run(struct op *op, u32 code, u64 size)
{
	*op = (struct op){ .data = page.bytes, .room = PORTAL_DATA_SIZE };
	dispatch_run(code, size, op);
}

static int start(void **state)
{
	(void)state;
	memset(&fake_ops, 0, sizeof(fake_ops));
	memset(&page, 0, sizeof(page));
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
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		run(&op, ops[i].code, REQUEST + ops[i].size);
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
	run(&op, PORTAL_OP_READ, REQUEST);
	assert_int_equal(op.result, -EFAULT);
	assert_int_equal(op.cursor, 0x123456789aULL);
	assert_int_equal(op.resp, PORTAL_RESP_DONE);
}

/* Its memory and its files are gone, or are going to be. */
static void test_operations_on_a_dead_task_are_esrch(void **state)
{
	static const u32 refused[] = {
		PORTAL_OP_READ,	   PORTAL_OP_WRITE,	PORTAL_OP_READ_STR, PORTAL_OP_READ_VEC,
		PORTAL_OP_FD_NAME, PORTAL_OP_PROC_ARGS, PORTAL_OP_PROC_ENV,
	};
	struct op op;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		op = (struct op){ .data = page.bytes, .room = PORTAL_DATA_SIZE, .dead = true };
		dispatch_run(refused[i], REQUEST + sizeof(struct portal_wire_step), &op);
		if (op.resp == PORTAL_RESP_INVALID)
			dispatch_run(refused[i], REQUEST, &op);
		assert_int_equal(op.result, -ESRCH);
		assert_int_equal(op.resp, PORTAL_RESP_DONE);
	}
	assert_int_equal(fake_ops.nr_runs, 0);
	dispatch_run(PORTAL_OP_HOOK_ENABLE, REQUEST, &op);
	assert_int_equal(fake_ops.nr_runs, 1);
}

static void test_unknown_operations_answer_resp_unknown(void **state)
{
	static const u32 codes[] = {
#define OPERATION(NAME, name, number, least, most) number,
		PORTAL_RESERVED_OPS(OPERATION)
#undef OPERATION
			PORTAL_NR_OPS,
		PORTAL_NR_OPS + 1,
		0x7fffffff,
		0x80000000,
		PORTAL_RESP_DONE,
		0xffffffff,
	};
	struct op op;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		run(&op, codes[i], REQUEST);
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

static void test_sizes_are_bounded(void **state)
{
	(void)state;
	expect_bounds(PORTAL_OP_NONE, 0, 0);
	expect_bounds(PORTAL_OP_VERDICT, sizeof(struct portal_wire_verdict), PORTAL_DATA_SIZE);
#define OPERATION(NAME, name, number, least, most) \
	expect_bounds(number, REQUEST + (least), REQUEST + (most));
	PORTAL_ANSWERED_OPS(OPERATION)
#undef OPERATION
}

static void test_size_out_of_bounds_runs_no_handler(void **state)
{
	static const u64 sizes[] = { 0, 1, REQUEST - 1, PORTAL_DATA_SIZE + 1,
				     1ULL << 32 | REQUEST };
	struct op op;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		run(&op, PORTAL_OP_WRITE, sizes[i]);
		assert_int_equal(op.resp, PORTAL_RESP_INVALID);
		assert_int_equal(op.result, -EINVAL);
	}
	assert_int_equal(fake_ops.nr_runs, 0);
}

static void test_handler_gets_parameters_and_payload(void **state)
{
	struct op op;

	(void)state;
	page.request.addr = cpu_to_le64(0x123456789abcdef0ULL);
	page.request.arg = cpu_to_le64((u64)-100);
	run(&op, PORTAL_OP_FD_NAME, REQUEST);
	assert_int_equal(op.addr, 0x123456789abcdef0ULL);
	assert_int_equal(op.arg, (u64)-100);
	assert_int_equal(op.payload_size, 0);
	page.request.arg = 0;
	run(&op, PORTAL_OP_WRITE, PORTAL_DATA_SIZE);
	assert_ptr_equal(op.payload, page.bytes + REQUEST);
	assert_int_equal(op.payload_size, PORTAL_REQUEST_ROOM);
	assert_int_equal(fake_ops.nr_runs, 2);
}

/* The payload that each operation needs at least, and the parameters that it uses. */
static const struct {
	u32 code;
	bool addr, arg;
	u64 least;
} parameters[] = {
	{ PORTAL_OP_WELCOME, false, false, 16 },
	{ PORTAL_OP_READ, true, true, 0 },
	{ PORTAL_OP_WRITE, true, false, 0 },
	{ PORTAL_OP_READ_STR, true, true, 0 },
	{ PORTAL_OP_FD_NAME, true, true, 0 },
	{ PORTAL_OP_PROC_ARGS, true, false, 0 },
	{ PORTAL_OP_PROC_ENV, true, false, 0 },
	{ PORTAL_OP_PROC_PID, false, false, 0 },
	{ PORTAL_OP_USER_REGS, false, true, 0 },
	{ PORTAL_OP_SYSCALL_NAMES, true, true, 0 },
	{ PORTAL_OP_HOOK_ADD, false, false, sizeof(struct portal_wire_hook) },
	{ PORTAL_OP_HOOK_DEL, true, false, 0 },
	{ PORTAL_OP_HOOK_ENABLE, true, true, 0 },
	{ PORTAL_OP_RULE_OPEN, false, false, 0 },
	{ PORTAL_OP_RULE_ADD, false, false, sizeof(struct portal_wire_rule) },
	{ PORTAL_OP_RULE_DEL, true, false, 0 },
	{ PORTAL_OP_TRACE_OPEN, false, true, 0 },
	{ PORTAL_OP_READ_VEC, false, true, sizeof(struct portal_wire_step) },
};

static void expect_resp(size_t n, u32 resp)
{
	unsigned int before = fake_ops.nr_runs;
	struct op op;

	run(&op, parameters[n].code, REQUEST + parameters[n].least);
	if (op.resp != resp)
		fail_msg("operation %u: answer %#x instead of %#x", parameters[n].code, op.resp,
			 resp);
	assert_int_equal(fake_ops.nr_runs - before, resp == PORTAL_RESP_DONE);
}

static void test_unused_parameters_must_be_zero(void **state)
{
	static const u64 values[] = { 1, 1ULL << 32, 1ULL << 63 };

	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(parameters); n++) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			page.request = (struct portal_wire_request){ 0 };
			expect_resp(n, PORTAL_RESP_DONE);
			page.request.addr = cpu_to_le64(values[i]);
			expect_resp(n, parameters[n].addr ? PORTAL_RESP_DONE : PORTAL_RESP_INVALID);
			page.request.addr = 0;
			page.request.arg = cpu_to_le64(values[i]);
			expect_resp(n, parameters[n].arg ? PORTAL_RESP_DONE : PORTAL_RESP_INVALID);
			page.request.arg = 0;
			page.request.start_time = cpu_to_le64(values[i]);
			expect_resp(n, PORTAL_RESP_INVALID);
		}
	}
}

static void test_flags_and_other_processes_are_unknown(void **state)
{
	(void)state;
	for (size_t n = 0; n < ARRAY_SIZE(parameters); n++) {
		for (u32 bit = 0; bit < 32; bit++) {
			page.request = (struct portal_wire_request){ 0 };
			page.request.flags = cpu_to_le32(1u << bit);
			expect_resp(n, PORTAL_RESP_UNKNOWN);
			page.request.flags = 0;
			page.request.pid = cpu_to_le32(1u << bit);
			expect_resp(n, PORTAL_RESP_UNKNOWN);
			page.request.start_time = cpu_to_le64(5);
			expect_resp(n, PORTAL_RESP_UNKNOWN);
		}
	}
}

static void test_parameter_refused_by_handler_is_resp_invalid(void **state)
{
	struct op op;

	(void)state;
	fake_ops.invalid = true;
	run(&op, PORTAL_OP_READ, REQUEST);
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

/* Operations without a handler are not announced. */
static void test_list_has_the_operations_that_are_known(void **state)
{
	__le64 words[PORTAL_OPS_WORDS];

	(void)state;
	memset(words, 0xff, sizeof(words));
	dispatch_list(words);
	for (u32 code = 0; code < 64 * PORTAL_OPS_WORDS; code++)
		assert_int_equal(le64_to_cpu(words[code / 64]) >> code % 64 & 1,
				 dispatch_check(code, 0) != -EOPNOTSUPP);
	assert_int_equal(le64_to_cpu(words[0]), (1ULL << 20) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_every_operation_runs_its_own_handler, start),
		cmocka_unit_test_setup(test_result_and_cursor_come_from_the_handler, start),
		cmocka_unit_test_setup(test_operations_on_a_dead_task_are_esrch, start),
		cmocka_unit_test_setup(test_unknown_operations_answer_resp_unknown, start),
		cmocka_unit_test_setup(test_sizes_are_bounded, start),
		cmocka_unit_test_setup(test_size_out_of_bounds_runs_no_handler, start),
		cmocka_unit_test_setup(test_handler_gets_parameters_and_payload, start),
		cmocka_unit_test_setup(test_unused_parameters_must_be_zero, start),
		cmocka_unit_test_setup(test_flags_and_other_processes_are_unknown, start),
		cmocka_unit_test_setup(test_parameter_refused_by_handler_is_resp_invalid, start),
		cmocka_unit_test_setup(test_none_and_verdict_have_no_handler, start),
		cmocka_unit_test_setup(test_list_has_the_operations_that_are_known, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
