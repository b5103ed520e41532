/* SPDX-License-Identifier: MIT */
/* Hook bits and the cost of allocating one. The linker redirects strcmp() to this file (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hooks/hook_bits.h"

#define NR_CALLS 400u

static unsigned long nr_compared;

int __real_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b);

int __wrap_strcmp(const char *a, const char *b)
{
	nr_compared++;
	return __real_strcmp(a, b);
}

static struct hook_bits bits;

static int setup(void **state)
{
	(void)state;
	memset(&bits, 0, sizeof(bits));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hook_bits_done(&bits);
	return 0;
}

static uint32_t take(const char *name)
{
	uint32_t bit = UINT32_MAX;

	assert_int_equal(hook_bits_take(&bits, name, &bit), 0);
	assert_in_range(bit, 0, PORTAL_MAX_HOOKS - 1);
	return bit;
}

static void assert_full(const char *name)
{
	uint32_t bit = UINT32_MAX;

	assert_int_equal(hook_bits_take(&bits, name, &bit), -ENOSPC);
	assert_int_equal(bit, UINT32_MAX);
}

/* Allocate all bits that are free for @name. Return: the set of these bits. */
static uint64_t take_all(const char *name, unsigned int nr)
{
	uint64_t set = 0;

	for (unsigned int i = 0; i < nr; i++) {
		uint64_t bit = 1ull << take(name);

		assert_false(set & bit);
		set |= bit;
	}
	assert_full(name);
	return set;
}

static void test_each_bit_is_allocated_once_per_call(void **state)
{
	(void)state;
	assert_true(take_all("ioctl", PORTAL_MAX_HOOKS) == UINT64_MAX);
	assert_true(take_all("uname", PORTAL_MAX_HOOKS) == UINT64_MAX);
	assert_full(NULL);
}

static void test_hook_on_every_call_has_bit_of_no_other_hook(void **state)
{
	uint32_t named = take("ioctl"), every = take(NULL), other = take("uname");

	(void)state;
	assert_int_not_equal(every, named);
	assert_int_not_equal(every, other);
	assert_int_equal(take_all("ioctl", PORTAL_MAX_HOOKS - 2) & 1ull << every, 0);
	assert_int_equal(take_all("uname", PORTAL_MAX_HOOKS - 2) & 1ull << every, 0);
	hook_bits_free(&bits, NULL, every);
	assert_int_equal(take("uname"), every);
	assert_int_equal(take("ioctl"), every);
}

static void test_bit_free_on_all_calls_suits_hook_on_every_call(void **state)
{
	uint64_t ioctl = take_all("ioctl", PORTAL_MAX_HOOKS);

	(void)state;
	take_all("uname", PORTAL_MAX_HOOKS);
	assert_true(ioctl & 1ull << 7);
	hook_bits_free(&bits, "ioctl", 7);
	assert_full(NULL);
	hook_bits_free(&bits, "uname", 7);
	assert_int_equal(take(NULL), 7);
	assert_full("ioctl");
}

static void test_freed_bit_is_reused_last(void **state)
{
	uint32_t first = take("ioctl");

	(void)state;
	hook_bits_free(&bits, "ioctl", first);
	for (unsigned int i = 0; i + 1 < PORTAL_MAX_HOOKS; i++)
		assert_int_not_equal(take("ioctl"), first);
	assert_int_equal(take("ioctl"), first);
}

static void test_refused_allocation_leaves_no_entry(void **state)
{
	(void)state;
	take_all(NULL, PORTAL_MAX_HOOKS);
	assert_full("ioctl");
	for (uint32_t bit = 0; bit < PORTAL_MAX_HOOKS; bit++)
		hook_bits_free(&bits, NULL, bit);
	for (unsigned int i = 0; i < HOOK_BITS_NR_BUCKETS; i++)
		assert_null(bits.bucket[i]);
	take_all("ioctl", PORTAL_MAX_HOOKS);
}

/* Allocate bits for two hooks on each of @nr_calls calls. Return: number of names compared. */
static unsigned long compared_for(unsigned int nr_calls)
{
	char name[16];

	nr_compared = 0;
	for (unsigned int i = 0; i < 2 * nr_calls; i++) {
		snprintf(name, sizeof(name), "call%u", i % nr_calls);
		take(name);
	}
	return nr_compared;
}

/* Comparing all pairs would take 319,600 comparisons. */
static void test_800_hooks_compare_fewer_than_3_names_each(void **state)
{
	unsigned long compared = compared_for(NR_CALLS);

	(void)state;
	assert_in_range(compared, NR_CALLS, 3 * 2 * NR_CALLS);
}

static void test_last_bit_costs_as_little_as_the_first(void **state)
{
	unsigned long early, late;

	(void)state;
	early = compared_for(1);
	for (unsigned int i = 0; i < PORTAL_MAX_HOOKS - 3; i++)
		take("call0");
	nr_compared = 0;
	take("call0");
	late = nr_compared;
	assert_int_equal(early, 1);
	assert_int_equal(late, 1);
}

#define BITS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BITS_TEST(test_each_bit_is_allocated_once_per_call),
		BITS_TEST(test_hook_on_every_call_has_bit_of_no_other_hook),
		BITS_TEST(test_bit_free_on_all_calls_suits_hook_on_every_call),
		BITS_TEST(test_freed_bit_is_reused_last),
		BITS_TEST(test_refused_allocation_leaves_no_entry),
		BITS_TEST(test_800_hooks_compare_fewer_than_3_names_each),
		BITS_TEST(test_last_bit_costs_as_little_as_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
