/* SPDX-License-Identifier: MIT */
/* The fake guest serves only operations that it has, so that no test passes without them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "fake/serve.h"

static int no_call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	(void)ctx;
	(void)vcpu;
	(void)gpa;
	(void)kind;
	return -ENODEV;
}

/* Return: PORTAL_RESP_* of operation @op for a task without memory. */
static uint32_t answer_to(uint32_t op, int64_t *ret_result)
{
	const struct portal_wire_request request = { .addr = htole64(PORTAL_SHARE_WANTED) };
	static struct portal_region region;
	struct fake_task task = { 0 };
	struct fake_guest guest;
	const struct fake_caller caller = { .guest = &guest, .task = &task };
	uint32_t answer;

	memset(&region, 0, sizeof(region));
	region.op = htole64(op);
	/* a target that SHARE_OPEN knows; for other operations it may be out of bounds */
	memcpy(region.data, &request, sizeof(request));
	region.size = htole64(sizeof(request));
	assert_int_equal(fake_guest_init(&guest, 2, no_call, NULL), 0);
	answer = fake_serve(&caller, &region);
	*ret_result = (int64_t)le64toh(region.size);
	fake_guest_done(&guest);
	return answer;
}

static void test_unknown_operation_is_not_served(void **state)
{
	const uint32_t ops[] = { PORTAL_OP_NONE,    PORTAL_OP_VERDICT, PORTAL_NR_OPS,
				 PORTAL_NR_OPS + 1, 0x7fffffff,	       UINT32_MAX };
	int64_t result;

	(void)state;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		assert_int_equal(answer_to(ops[i], &result), PORTAL_RESP_UNKNOWN);
		assert_int_equal(result, -EOPNOTSUPP);
	}
}

static void test_every_operation_has_a_handler(void **state)
{
	int64_t result;

	(void)state;
#define HAS_HANDLER(NAME, name, number, least, most) \
	assert_int_not_equal(answer_to(number, &result), PORTAL_RESP_UNKNOWN);
	PORTAL_ANSWERED_OPS(HAS_HANDLER)
	PORTAL_RESERVED_OPS(HAS_HANDLER)
#undef HAS_HANDLER
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unknown_operation_is_not_served),
		cmocka_unit_test(test_every_operation_has_a_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
