/* SPDX-License-Identifier: MIT */
/* Threads that take a lock: one at a time, and none waits for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "base/lock.h"

#define NR_THREADS 8
#define NR_ROUNDS  20000

static struct lock lock;
static unsigned long count;
static bool is_held;
static atomic_uint nr_intruders;

static void *take_often(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		lock_take(&lock);
		if (is_held)
			atomic_fetch_add(&nr_intruders, 1);
		is_held = true;
		count++;
		if (i % 64 == 0)
			sched_yield();
		is_held = false;
		lock_release(&lock);
	}
	return NULL;
}

static void test_lock_is_held_by_one_thread_at_a_time(void **state)
{
	pthread_t threads[NR_THREADS];

	(void)state;
	for (unsigned int i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_often, NULL), 0);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(count, (unsigned long)NR_THREADS * NR_ROUNDS);
	assert_int_equal(nr_intruders, 0);
	assert_int_equal(atomic_load(&lock.state), LOCK_FREE);
}

static void *take_once(void *arg)
{
	(void)arg;
	lock_take(&lock);
	count++;
	lock_release(&lock);
	return NULL;
}

static void test_lock_wakes_all_that_wait(void **state)
{
	pthread_t threads[NR_THREADS];

	(void)state;
	count = 0;
	lock_take(&lock);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_once, NULL), 0);
	while (atomic_load(&lock.state) != LOCK_WAITED)
		sched_yield();
	assert_int_equal(count, 0);
	lock_release(&lock);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(count, NR_THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock_is_held_by_one_thread_at_a_time),
		cmocka_unit_test(test_lock_wakes_all_that_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
