/* SPDX-License-Identifier: MIT */
/* A long run of the pool with more tasks than pages on fewer CPUs, for ThreadSanitizer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/jiffies.h>
#include <sched.h>

#include "arch/doorbell.h"
#include "channel/pool.h"
#include "fake_kernel.h"

#define NR_TASKS  12u
#define NR_PAGES  8u
#define RESERVE	  2u
#define NR_ROUNDS 4000u

enum { EVENT, WORK, REPORT };

/*
 * the run; @mixes: some tasks take pages for work and reports; @closes: the pool is closed during
 * the run
 */
static struct {
	bool mixes;
	bool closes;
	atomic_uint nr_out, peak_out, nr_taken, nr_errors;
} run;

/* the host, which gets only announcements of pages */
bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	(void)gpa;
	(void)index;
	return kind == PORTAL_CALL_GROW;
}

struct worker {
	pthread_t thread;
	struct task_struct task;
	u64 random;
};

/* xorshift64. Return: 0 .. @below - 1. */
static u32 draw(struct worker *worker, u32 below)
{
	worker->random ^= worker->random << 13;
	worker->random ^= worker->random >> 7;
	worker->random ^= worker->random << 17;
	return (u32)(worker->random >> 32) % below;
}

static void update_peak(unsigned int nr_out)
{
	unsigned int peak = run.peak_out;

	while (nr_out > peak && !atomic_compare_exchange_weak(&run.peak_out, &peak, nr_out))
		;
}

/* No other task may write the page now: this check and ThreadSanitizer detect one that does. */
static void use_page(struct worker *worker, struct pool_page *page)
{
	u64 mark = draw(worker, UINT32_MAX);

	page->region->op = mark;
	page->scratch[0] = (u8)mark;
	page->generation++;
	for (u32 i = draw(worker, 4); i > 0; i--)
		sched_yield();
	if (page->region->op != mark || page->scratch[0] != (u8)mark)
		run.nr_errors++;
}

/* A task may move to another CPU, whether it has slept or not. */
static void migrate(struct worker *worker)
{
	worker->task.cpu = draw(worker, FAKE_NR_CPUS);
}

/* Return: 0, also if there was no page for a report; the errors of pool_get(). */
static int with_page(struct worker *worker, u32 use)
{
	struct pool_page *page;
	int err = use == REPORT ? pool_get_now(&page) : pool_get(use == WORK, &page);

	if (err)
		return err == -EAGAIN ? 0 : err;
	update_peak(++run.nr_out);
	run.nr_taken++;
	use_page(worker, page);
	if (draw(worker, 4) == 0)
		migrate(worker);
	run.nr_out--;
	pool_put(page);
	return err;
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	int err = 0;

	fake_current = &worker->task;
	for (unsigned int i = 0; i < NR_ROUNDS && err != -ENODEV; i++) {
		u32 use = run.mixes && draw(worker, 4) == 0 ? draw(worker, 3) : EVENT;

		worker->task.killed = draw(worker, 16) == 0;
		err = with_page(worker, use);
		if (err == -EINTR && !worker->task.killed)
			run.nr_errors++;
		migrate(worker);
	}
	if (err == -ENODEV && !run.closes)
		run.nr_errors++;
	return NULL;
}

static void close_during_use(void)
{
	struct task_struct closer = { .cpu = 0 };

	fake_current = &closer;
	while (run.nr_taken < NR_ROUNDS)
		sched_yield();
	pool_close();
	assert_true(pool_drain(MAX_SCHEDULE_TIMEOUT));
	assert_int_equal(run.nr_out, 0);
}

static void run_all(bool mixes, bool closes)
{
	struct worker worker[NR_TASKS];

	memset(&run, 0, sizeof(run));
	run.mixes = mixes;
	run.closes = closes;
	fake_kernel_reset();
	assert_int_equal(pool_create(NR_PAGES), 0);
	for (unsigned int i = 0; i < NR_TASKS; i++) {
		worker[i] = (struct worker){ .task.cpu = i % FAKE_NR_CPUS, .random = i + 1 };
		assert_int_equal(pthread_create(&worker[i].thread, NULL, work, &worker[i]), 0);
	}
	if (closes)
		close_during_use();
	for (unsigned int i = 0; i < NR_TASKS; i++)
		assert_int_equal(pthread_join(worker[i].thread, NULL), 0);
	assert_int_equal(run.nr_errors, 0);
	assert_int_equal(run.nr_out, 0);
}

/* Checks that all pages can be taken again, also those that were hot, and no more. */
static void assert_all_pages_are_free(void)
{
	struct task_struct urgent = { .cpu = 0, .killed = true };
	struct pool_page *page[NR_PAGES + 1];

	fake_current = &urgent;
	for (unsigned int i = 0; i < NR_PAGES; i++)
		assert_int_equal(pool_get_now(&page[i]), 0);
	assert_int_equal(pool_get_now(&page[NR_PAGES]), -EAGAIN);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		pool_put(page[i]);
	pool_destroy();
	assert_int_equal(fake_kernel.nr_allocated, 0);
}

static void test_events_leave_the_pages_that_are_kept(void **state)
{
	(void)state;
	run_all(false, false);
	assert_in_range(run.peak_out, 1, NR_PAGES - RESERVE);
	assert_all_pages_are_free();
}

static void test_work_and_reports_all_finish(void **state)
{
	(void)state;
	run_all(true, false);
	assert_in_range(run.peak_out, 1, NR_PAGES);
	assert_all_pages_are_free();
}

static void test_close_during_use_gets_all_pages_back(void **state)
{
	(void)state;
	run_all(true, true);
	pool_destroy();
	assert_int_equal(fake_kernel.nr_allocated, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_leave_the_pages_that_are_kept),
		cmocka_unit_test(test_work_and_reports_all_finish),
		cmocka_unit_test(test_close_during_use_gets_all_pages_back),
	};

	return cmocka_run_group_tests_name("guest-kmod/pool_random", tests, NULL, NULL);
}
