/* SPDX-License-Identifier: MIT */
/* Counts of hooks and their cost. The linker redirects strcmp() to this file (--wrap). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hooks/site_counts.h"

#define NR_CALLS 400u

static unsigned long nr_compared;

int __real_strcmp(const char *a, const char *b);
int __wrap_strcmp(const char *a, const char *b);

int __wrap_strcmp(const char *a, const char *b)
{
	nr_compared++;
	return __real_strcmp(a, b);
}

static struct site_counts counts;

static int setup(void **state)
{
	(void)state;
	memset(&counts, 0, sizeof(counts));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	site_counts_done(&counts);
	return 0;
}

static void add(const char *name, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(site_counts_add(&counts, name), 0);
}

static void assert_full(const char *name)
{
	assert_int_equal(site_counts_add(&counts, name), -ENOSPC);
}

static void test_each_call_has_64_hooks(void **state)
{
	(void)state;
	add("ioctl", PORTAL_MAX_HOOKS);
	assert_full("ioctl");
	add("uname", PORTAL_MAX_HOOKS);
	assert_full("uname");
	assert_full(NULL);
}

static void test_hook_on_every_call_counts_on_each(void **state)
{
	(void)state;
	add("ioctl", 2);
	add(NULL, 1);
	add("uname", PORTAL_MAX_HOOKS - 1);
	assert_full("uname");
	assert_full(NULL);
	add("ioctl", PORTAL_MAX_HOOKS - 3);
	assert_full("ioctl");
	site_counts_remove(&counts, NULL);
	add("uname", 1);
	add("ioctl", 1);
	assert_full(NULL);
}

static void test_removed_hook_makes_room(void **state)
{
	(void)state;
	add("ioctl", PORTAL_MAX_HOOKS);
	add("uname", PORTAL_MAX_HOOKS);
	site_counts_remove(&counts, "ioctl");
	assert_full(NULL);
	assert_full("uname");
	site_counts_remove(&counts, "uname");
	add(NULL, 1);
	assert_full("ioctl");
	assert_full("uname");
}

static void test_call_without_hooks_leaves_no_entry(void **state)
{
	(void)state;
	add(NULL, PORTAL_MAX_HOOKS);
	assert_full("ioctl");
	for (unsigned int i = 0; i < PORTAL_MAX_HOOKS; i++)
		site_counts_remove(&counts, NULL);
	add("ioctl", 2);
	site_counts_remove(&counts, "ioctl");
	site_counts_remove(&counts, "ioctl");
	for (unsigned int i = 0; i < SITE_COUNTS_NR_BUCKETS; i++)
		assert_null(counts.bucket[i]);
	add(NULL, PORTAL_MAX_HOOKS);
}

/* Count two hooks on each of @nr_calls calls. Return: number of names compared. */
static unsigned long compared_for(unsigned int nr_calls)
{
	char name[16];

	nr_compared = 0;
	for (unsigned int i = 0; i < 2 * nr_calls; i++) {
		snprintf(name, sizeof(name), "call%u", i % nr_calls);
		add(name, 1);
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

static void test_last_hook_costs_as_little_as_the_first(void **state)
{
	unsigned long early, late;

	(void)state;
	early = compared_for(1);
	add("call0", PORTAL_MAX_HOOKS - 3);
	nr_compared = 0;
	add("call0", 1);
	late = nr_compared;
	assert_int_equal(early, 1);
	assert_int_equal(late, 1);
}

#define COUNTS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COUNTS_TEST(test_each_call_has_64_hooks),
		COUNTS_TEST(test_hook_on_every_call_counts_on_each),
		COUNTS_TEST(test_removed_hook_makes_room),
		COUNTS_TEST(test_call_without_hooks_leaves_no_entry),
		COUNTS_TEST(test_800_hooks_compare_fewer_than_3_names_each),
		COUNTS_TEST(test_last_hook_costs_as_little_as_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
