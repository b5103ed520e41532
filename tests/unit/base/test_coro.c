/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/coro.h"

static void count_to_three(struct coro *self, void *arg)
{
	int *counter = arg;

	for (int i = 0; i < 2; i++) {
		(*counter)++;
		coro_yield(self);
	}
	(*counter)++;
}

static void test_coroutine_resumes_after_its_yield(void **state)
{
	struct coro_pool pool;
	struct coro *coro;
	int counter = 0;

	(void)state;
	coro_pool_init(&pool);
	assert_int_equal(coro_take(&pool, count_to_three, &counter, &coro), 0);
	assert_int_equal(counter, 0);
	assert_true(coro_resume(coro));
	assert_int_equal(counter, 1);
	assert_true(coro_resume(coro));
	assert_int_equal(counter, 2);
	assert_false(coro_resume(coro));
	assert_int_equal(counter, 3);
	coro_pool_done(&pool);
}

static void test_finished_coroutine_is_reused(void **state)
{
	struct coro_pool pool;
	struct coro *first, *second;
	int counter = 0;

	(void)state;
	coro_pool_init(&pool);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(coro_take(&pool, count_to_three, &counter, &first), 0);
		while (coro_resume(first))
			;
	}
	assert_int_equal(counter, 3000);
	assert_int_equal(pool.nr_created, 1);
	assert_int_equal(coro_take(&pool, count_to_three, &counter, &second), 0);
	assert_ptr_equal(first, second);
	while (coro_resume(second))
		;
	coro_pool_done(&pool);
}

static void test_coroutines_interleave(void **state)
{
	struct coro_pool pool;
	struct coro *coro[8];
	int counter[8] = { 0 };

	(void)state;
	coro_pool_init(&pool);
	for (int i = 0; i < 8; i++)
		assert_int_equal(coro_take(&pool, count_to_three, &counter[i], &coro[i]), 0);
	for (int round = 1; round <= 3; round++) {
		for (int i = 7; i >= 0; i--) {
			assert_int_equal(coro_resume(coro[i]), round < 3);
			assert_int_equal(counter[i], round);
		}
	}
	assert_int_equal(pool.nr_created, 8);
	coro_pool_done(&pool);
}

static void use_stack(struct coro *self, void *arg)
{
	volatile char big[CORO_STACK_SIZE / 2];

	memset((char *)(uintptr_t)big, 0x5a, sizeof(big));
	coro_yield(self);
	*(int *)arg = big[0] == 0x5a && big[sizeof(big) - 1] == 0x5a;
}

static void test_stack_content_survives_a_yield(void **state)
{
	struct coro_pool pool;
	struct coro *coro;
	int intact = 0;

	(void)state;
	coro_pool_init(&pool);
	assert_int_equal(coro_take(&pool, use_stack, &intact, &coro), 0);
	assert_true(coro_resume(coro));
	assert_false(coro_resume(coro));
	assert_true(intact);
	coro_pool_done(&pool);
}

static void test_suspended_coroutine_can_be_discarded(void **state)
{
	struct coro_pool pool;
	struct coro *coro;
	int counter = 0;

	(void)state;
	coro_pool_init(&pool);
	assert_int_equal(coro_take(&pool, count_to_three, &counter, &coro), 0);
	assert_true(coro_resume(coro));
	coro_discard(coro);
	coro_discard(NULL);
	assert_int_equal(counter, 1);
	coro_pool_done(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coroutine_resumes_after_its_yield),
		cmocka_unit_test(test_finished_coroutine_is_reused),
		cmocka_unit_test(test_coroutines_interleave),
		cmocka_unit_test(test_stack_content_survives_a_yield),
		cmocka_unit_test(test_suspended_coroutine_can_be_discarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
