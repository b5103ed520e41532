/* SPDX-License-Identifier: MIT */
/* The orders in which schedule_all() runs tasks, against numbers that are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "schedule.h"

#define NR_STEPS   3u
#define MAX_ORDERS 100u
#define MAX_LENGTH 16u

static struct schedule_result result;
static int shared, own[2];
static unsigned int task;
static bool is_open;

/* the tasks that made the steps, for each order */
static char orders[MAX_ORDERS][MAX_LENGTH + 1];
static unsigned int nr_orders, length;

static void begin(void)
{
	is_open = false;
	length = 0;
	memset(orders[nr_orders], 0, sizeof(orders[nr_orders]));
}

static void enter(unsigned int i)
{
	task = i;
}

static void end(void)
{
	nr_orders++;
	assert_true(nr_orders < MAX_ORDERS);
}

static void note(void)
{
	orders[nr_orders][length++] = (char)('a' + task);
}

static void write_shared(void)
{
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		schedule_step(true, &shared, NULL, NULL, NULL);
		note();
	}
}

static void read_shared(void)
{
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		schedule_step(false, &shared, NULL, NULL, NULL);
		note();
	}
}

static void read_shared_at_once(void)
{
	schedule_sleep();
	read_shared();
}

static void write_any(void)
{
	schedule_step(true, &shared, &schedule_any, NULL, NULL);
	note();
}

static void write_own(void)
{
	for (unsigned int i = 0; i < NR_STEPS; i++) {
		schedule_step(true, NULL, &own[task], NULL, NULL);
		note();
	}
}

static void wait_until_open(void)
{
	schedule_wait(&is_open, true);
	note();
}

static void open_later(void)
{
	write_own();
	schedule_step(true, &is_open, NULL, NULL, NULL);
	is_open = true;
	note();
}

static void run(void (*a)(void), void (*b)(void), unsigned int coarse)
{
	const struct schedule schedule = {
		.begin = begin,
		.enter = enter,
		.end = end,
		.run = { a, b },
		.nr = 2,
		.coarse = coarse,
	};

	nr_orders = 0;
	schedule_all(&schedule, &result);
	assert_int_equal(result.nr_orders, nr_orders);
}

static void test_steps_in_conflict_are_run_in_every_order(void **state)
{
	(void)state;
	run(write_shared, write_shared, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 20);
	for (unsigned int i = 0; i < nr_orders; i++)
		for (unsigned int j = 0; j < i && !result.nr_redundant; j++)
			assert_string_not_equal(orders[i], orders[j]);
	run(write_shared, read_shared, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 20);
}

static void test_steps_without_conflict_are_run_in_one_order(void **state)
{
	(void)state;
	run(write_own, write_own, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 1);
	run(read_shared, read_shared, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 1);
}

static void test_reads_of_a_coarse_task_are_one_step(void **state)
{
	(void)state;
	run(write_any, read_shared_at_once, 2);
	assert_int_equal(result.nr_orders - result.nr_redundant, 2);
	run(write_any, read_shared_at_once, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 4);
}

static void test_task_waits(void **state)
{
	(void)state;
	run(wait_until_open, open_later, 0);
	assert_int_equal(result.nr_orders - result.nr_redundant, 1);
	assert_string_equal(orders[0], "bbbba");
	run(wait_until_open, write_own, 0);
	assert_int_equal(result.nr_stuck, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps_in_conflict_are_run_in_every_order),
		cmocka_unit_test(test_steps_without_conflict_are_run_in_one_order),
		cmocka_unit_test(test_reads_of_a_coarse_task_are_one_step),
		cmocka_unit_test(test_task_waits),
	};

	return cmocka_run_group_tests_name("guest-kmod/schedule", tests, NULL, NULL);
}
