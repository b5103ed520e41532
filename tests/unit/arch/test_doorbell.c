/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/arm64/doorbell.h"
#include "arch/arm64/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

static void assert_call(const struct arch_doorbell_call *call, uint32_t kind, uint32_t index)
{
	assert_int_equal(call->kind, kind);
	assert_int_equal(call->index, index);
	assert_int_equal(call->has_page, kind == PORTAL_CALL_HELLO || kind == PORTAL_CALL_GROW);
}

static void test_doorbell_call_kind_and_index(void **state)
{
	static const uint64_t bases[] = { 0xc3000000, 0x83000000 };
	struct arch_doorbell_call call;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		assert_true(doorbell_of_call(bases[i] | 2 << 12 | 31, &call));
		assert_call(&call, PORTAL_CALL_EVENT, 31);
		assert_true(doorbell_of_call(bases[i] | 1 << 12, &call));
		assert_call(&call, PORTAL_CALL_HELLO, 0);
		assert_true(doorbell_of_call(bases[i], &call));
		assert_call(&call, 0, 0);
		assert_true(doorbell_of_call(bases[i] + 0xffff, &call));
		assert_call(&call, 15, 0xfff);
		assert_true(doorbell_of_call(bases[i] | 9 << 12, &call));
		assert_call(&call, PORTAL_CALL_GROW, 0);
	}
}

static void test_other_hypercalls_are_not_the_doorbell(void **state)
{
	static const uint64_t others[] = {
		0,	    0x84000000, 0xc4000003, 0x83010000,	 0xc3010000,	     0x82ffffff,
		0xc2ffffff, UINT32_MAX, UINT64_MAX, 0x1c3001000, 0xffffffffc3001000,
	};
	struct arch_doorbell_call call;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(doorbell_of_call(others[i], &call));
}

static void test_doorbell_read_kind_and_index(void **state)
{
	struct arch_doorbell_call call;

	(void)state;
	assert_true(doorbell_of_read(ARM64_DOORBELL_BASE | 2 << 12 | 31 << 2, 4, &call));
	assert_call(&call, PORTAL_CALL_EVENT, 31);
	assert_true(doorbell_of_read(ARM64_DOORBELL_BASE | 1 << 12, 4, &call));
	assert_call(&call, PORTAL_CALL_HELLO, 0);
	assert_true(doorbell_of_read(ARM64_DOORBELL_BASE, 4, &call));
	assert_call(&call, 0, 0);
	assert_true(doorbell_of_read(ARM64_DOORBELL_BASE | 3 << 12 | (PORTAL_MAX_PAGES - 1) << 2, 4,
				     &call));
	assert_call(&call, PORTAL_CALL_ANSWER, PORTAL_MAX_PAGES - 1);
	assert_true(
		doorbell_of_read(ARM64_DOORBELL_BASE + PORTAL_DOORBELL_MMIO_SIZE - 4, 4, &call));
	assert_call(&call, 15, 0x3ff);
}

static void test_other_reads_are_not_the_doorbell(void **state)
{
	static const unsigned int widths[] = { 0, 1, 2, 3, 8 };
	struct arch_doorbell_call call;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		assert_false(doorbell_of_read(ARM64_DOORBELL_BASE | 2 << 12, widths[i], &call));
	for (uint64_t i = 1; i < 4; i++)
		assert_false(doorbell_of_read(ARM64_DOORBELL_BASE + i, 4, &call));
	assert_false(doorbell_of_read(ARM64_DOORBELL_BASE - 4, 4, &call));
	assert_false(doorbell_of_read(ARM64_DOORBELL_BASE + PORTAL_DOORBELL_MMIO_SIZE, 4, &call));
	assert_false(doorbell_of_read(0, 4, &call));
	assert_false(doorbell_of_read(UINT64_MAX - 3, 4, &call));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doorbell_call_kind_and_index),
		cmocka_unit_test(test_other_hypercalls_are_not_the_doorbell),
		cmocka_unit_test(test_doorbell_read_kind_and_index),
		cmocka_unit_test(test_other_reads_are_not_the_doorbell),
	};

	return cmocka_run_group_tests_name("doorbell", tests, NULL, NULL);
}
