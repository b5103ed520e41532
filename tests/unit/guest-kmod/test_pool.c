/* SPDX-License-Identifier: MIT */
/* The pool, one step after the other. test_pool_random.c runs many tasks at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/jiffies.h>

#include "channel/pool.h"
#include "fake_kernel.h"

#define NR_PAGES 8u
#define RESERVE	 2u
#define NORMAL	 (NR_PAGES - RESERVE)

/* more tasks than pages; task[i] is on CPU i % FAKE_NR_CPUS unless a test moves it */
static struct task_struct task[2 * NR_PAGES];
static struct pool_page *page_of[2 * NR_PAGES];

static void open_pool(unsigned int nr_pages)
{
	fake_kernel_reset();
	memset(page_of, 0, sizeof(page_of));
	for (unsigned int i = 0; i < ARRAY_SIZE(task); i++)
		task[i] = (struct task_struct){ .cpu = i % FAKE_NR_CPUS };
	fake_current = &task[0];
	assert_int_equal(pool_create(nr_pages), 0);
	fake_kernel.nr_locks = 0;
}

static int setup(void **state)
{
	(void)state;
	open_pool(NR_PAGES);
	return 0;
}

/* Returns all pages, so that a failed test does not hang in pool_destroy(). */
static int teardown(void **state)
{
	(void)state;
	fake_kernel.step = NULL;
	for (unsigned int i = 0; i < ARRAY_SIZE(task); i++)
		if (page_of[i])
			pool_put(page_of[i]);
	pool_destroy();
	return fake_kernel.nr_allocated != 0;
}

/* Takes a page for task @i, which is being killed: instead of waiting it gets -EINTR. */
static int try_get(unsigned int i, bool urgent)
{
	struct pool_page *page;
	int err;

	fake_current = &task[i];
	task[i].killed = true;
	err = pool_get(urgent, &page);
	task[i].killed = false;
	if (err)
		return err;
	for (unsigned int other = 0; other < ARRAY_SIZE(page_of); other++)
		assert_ptr_not_equal(page_of[other], page);
	assert_false(page->waited);
	page_of[i] = page;
	return 0;
}

static void put(unsigned int i)
{
	struct pool_page *page = page_of[i];

	fake_current = &task[i];
	page_of[i] = NULL;
	pool_put(page);
}

/* Takes a page for each of the tasks @first .. @first + @nr - 1. */
static void all_get(unsigned int first, unsigned int nr)
{
	for (unsigned int i = first; i < first + nr; i++)
		assert_int_equal(try_get(i, false), 0);
}

/* ---- hot pages ---- */

static void test_get_returns_the_cpus_hot_page(void **state)
{
	struct pool_page *page, *other;

	(void)state;
	all_get(0, 2);
	page = page_of[0];
	other = page_of[1];
	put(0);
	put(1);
	assert_int_equal(try_get(FAKE_NR_CPUS, false), 0);
	assert_ptr_equal(page_of[FAKE_NR_CPUS], page);
	assert_int_equal(try_get(FAKE_NR_CPUS + 1, false), 0);
	assert_ptr_equal(page_of[FAKE_NR_CPUS + 1], other);
}

static void test_get_returns_the_hot_page_before_the_list(void **state)
{
	struct pool_page *first, *second;

	(void)state;
	all_get(0, 2);
	first = page_of[0];
	second = page_of[1];
	task[1].cpu = 0;
	put(0);
	put(1);
	task[2].cpu = task[3].cpu = 0;
	all_get(2, 2);
	assert_ptr_equal(page_of[2], first);
	assert_ptr_equal(page_of[3], second);
}

static void test_hot_pages_need_no_lock_and_no_wake_up(void **state)
{
	(void)state;
	for (unsigned int round = 0; round < 1000; round++) {
		for (unsigned int cpu = 0; cpu < FAKE_NR_CPUS; cpu++)
			assert_int_equal(try_get(cpu, false), 0);
		for (unsigned int cpu = 0; cpu < FAKE_NR_CPUS; cpu++)
			put(cpu);
	}
	assert_int_equal(fake_kernel.nr_locks, FAKE_NR_CPUS);
	assert_int_equal(fake_kernel.nr_wakes, 0);
}

static void test_pages_are_hot_again_after_the_pool_was_tight(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
	for (unsigned int i = 0; i < NORMAL; i++)
		put(i);
	fake_kernel.nr_locks = 0;
	for (unsigned int round = 0; round < 1000; round++) {
		assert_int_equal(try_get(0, false), 0);
		put(0);
	}
	assert_in_range(fake_kernel.nr_locks, 0, 1);
	assert_int_equal(fake_kernel.nr_wakes, 0);
}

/* ---- the reserve ---- */

static void test_reserve_is_for_urgent_tasks(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
	assert_int_equal(try_get(NORMAL, true), 0);
	assert_int_equal(try_get(NORMAL + 1, true), 0);
	assert_int_equal(try_get(NORMAL + 2, true), -EINTR);
}

static void test_reserve_is_for_tasks_that_hold_a_page(void **state)
{
	struct pool_page *page, *last;

	(void)state;
	all_get(0, NORMAL);
	fake_current = &task[0];
	assert_int_equal(pool_get(false, &page), 0);
	assert_int_equal(pool_get(false, &last), 0);
	assert_false(page->waited || last->waited);
	pool_put(page);
	pool_put(last);
	/* not for a task that has returned its page */
	put(1);
	all_get(1, 1);
	put(0);
	all_get(NORMAL, 1);
	assert_int_equal(try_get(0, false), -EINTR);
}

static void test_reserve_needs_a_pool_of_four_pages(void **state)
{
	static const unsigned int normal[] = { 0, 1, 2, 3, 2, 3 };

	(void)state;
	for (unsigned int nr_pages = 1; nr_pages < ARRAY_SIZE(normal); nr_pages++) {
		teardown(NULL);
		open_pool(nr_pages);
		all_get(0, normal[nr_pages]);
		assert_int_equal(try_get(NORMAL, false), -EINTR);
	}
}

static void test_get_finds_hot_pages_of_other_cpus(void **state)
{
	(void)state;
	all_get(0, FAKE_NR_CPUS);
	for (unsigned int i = 0; i < FAKE_NR_CPUS; i++)
		put(i);
	for (unsigned int i = 0; i < NORMAL; i++) {
		task[i].cpu = 0;
		assert_int_equal(try_get(i, false), 0);
	}
	assert_int_equal(try_get(NORMAL, false), -EINTR);
	assert_int_equal(try_get(NORMAL, true), 0);
	assert_int_equal(try_get(NORMAL + 1, true), 0);
}

static void test_page_that_refills_the_reserve_is_not_hot(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, true), 0);
	put(0);
	assert_int_equal(try_get(0, false), -EINTR);
	put(NORMAL);
	assert_int_equal(try_get(0, false), 0);
}

/* ---- two CPUs at every step ---- */

static struct {
	unsigned int countdown;
	bool happened;
} intrusion;

/* Task 8 on CPU 1, which is urgent, takes a page right before or after an exchange of task 0. */
static void intrude(void)
{
	if (intrusion.happened || intrusion.countdown-- > 0)
		return;
	intrusion.happened = true;
	fake_current = &task[8];
	task[8].cpu = 1;
	assert_int_equal(pool_get(true, &page_of[8]), 0);
	fake_current = &task[0];
}

/* Takes six pages, and prepares an intrusion at step @step of what task 0 does next. */
static void prepare_intrusion(unsigned int step)
{
	teardown(NULL);
	open_pool(NR_PAGES);
	all_get(0, NORMAL);
	intrusion.countdown = step;
	intrusion.happened = false;
}

/* Checks that normal tasks get no page on any CPU, and urgent ones exactly @nr. */
static void assert_only_urgent_get(unsigned int nr)
{
	for (unsigned int cpu = 0; cpu < FAKE_NR_CPUS; cpu++) {
		task[9].cpu = cpu;
		assert_int_equal(try_get(9, false), -EINTR);
	}
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(try_get(9 + i, true), 0);
	assert_int_equal(try_get(9 + nr, true), -EINTR);
}

static void test_reserve_is_exact_at_every_step_of_put(void **state)
{
	unsigned int step;

	(void)state;
	for (step = 0; step == 0 || intrusion.happened; step++) {
		prepare_intrusion(step);
		fake_kernel.step = intrude;
		put(0);
		fake_kernel.step = NULL;
		if (intrusion.happened)
			assert_only_urgent_get(RESERVE);
	}
	assert_in_range(step, 3, 10);
}

static void test_reserve_is_exact_at_every_step_of_get(void **state)
{
	unsigned int step;

	(void)state;
	for (step = 0; step == 0 || intrusion.happened; step++) {
		prepare_intrusion(step);
		put(0);
		fake_kernel.step = intrude;
		assert_int_equal(try_get(0, true), 0);
		fake_kernel.step = NULL;
		if (intrusion.happened)
			assert_only_urgent_get(RESERVE - 1);
	}
	assert_in_range(step, 3, 10);
}

/* ---- waiting ---- */

/* a task that takes a page and returns it; @err: result of pool_get(); @waited: of its page */
struct waiter {
	pthread_t thread;
	struct task_struct task;
	bool urgent;
	int err;
	bool waited;
};

static void *wait_for_page(void *arg)
{
	struct waiter *waiter = arg;
	struct pool_page *page;

	fake_current = &waiter->task;
	waiter->err = pool_get(waiter->urgent, &page);
	if (waiter->err)
		return NULL;
	waiter->waited = page->waited;
	pool_put(page);
	return NULL;
}

static void waiter_start(struct waiter *waiter, unsigned int cpu, bool urgent)
{
	*waiter = (struct waiter){ .task.cpu = cpu, .urgent = urgent };
	assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_page, waiter), 0);
}

static void waiter_join(struct waiter *waiter, int err)
{
	assert_int_equal(pthread_join(waiter->thread, NULL), 0);
	assert_int_equal(waiter->err, err);
	assert_int_equal(waiter->waited, err == 0);
}

/* Takes all pages, including the reserve. */
static void exhaust(void)
{
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, true), 0);
	assert_int_equal(try_get(NORMAL + 1, true), 0);
}

static void test_page_from_any_cpu_wakes_a_waiter(void **state)
{
	struct waiter waiter;

	(void)state;
	for (unsigned int cpu = 0; cpu < FAKE_NR_CPUS; cpu++) {
		all_get(0, NORMAL);
		waiter_start(&waiter, 0, false);
		fake_kernel_await_asleep(1);
		put(cpu);
		waiter_join(&waiter, 0);
		for (unsigned int i = 0; i < NORMAL; i++)
			if (i != cpu)
				put(i);
	}
	assert_int_equal(fake_kernel.nr_wakes, FAKE_NR_CPUS);
}

static void test_page_goes_to_the_waiter_that_may_use_it(void **state)
{
	struct waiter normal, urgent;

	(void)state;
	exhaust();
	waiter_start(&normal, 0, false);
	waiter_start(&urgent, 1, true);
	fake_kernel_await_asleep(2);
	put(0);
	waiter_join(&urgent, 0);
	put(1);
	assert_int_equal(try_get(9, false), -EINTR);
	put(2);
	waiter_join(&normal, 0);
}

static void test_waited_is_cleared_for_the_next_owner(void **state)
{
	struct waiter waiter;

	(void)state;
	all_get(0, NORMAL);
	waiter_start(&waiter, 0, false);
	fake_kernel_await_asleep(1);
	put(0);
	waiter_join(&waiter, 0);
	all_get(0, 1);
}

static void test_killed_waiter_gets_eintr(void **state)
{
	struct waiter waiter;

	(void)state;
	all_get(0, NORMAL);
	waiter_start(&waiter, 0, false);
	fake_kernel_await_asleep(1);
	fake_kernel_kill(&waiter.task);
	waiter_join(&waiter, -EINTR);
}

static void test_all_waiters_get_a_page(void **state)
{
	struct waiter waiter[NR_PAGES];

	(void)state;
	exhaust();
	for (unsigned int i = 0; i < NR_PAGES; i++)
		waiter_start(&waiter[i], i % FAKE_NR_CPUS, false);
	fake_kernel_await_asleep(NR_PAGES);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		put(i);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		waiter_join(&waiter[i], 0);
}

/* ---- opening and closing ---- */

static void test_closed_pool_is_enodev_and_can_be_recreated(void **state)
{
	(void)state;
	all_get(0, FAKE_NR_CPUS);
	for (unsigned int i = 0; i < FAKE_NR_CPUS; i++)
		put(i);
	pool_close();
	for (unsigned int i = 0; i < FAKE_NR_CPUS; i++)
		assert_int_equal(try_get(i, true), -ENODEV);
	pool_close();
	pool_destroy();
	assert_int_equal(fake_kernel.nr_allocated, 0);
	pool_destroy();
	assert_int_equal(pool_create(NR_PAGES), 0);
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
}

/* a task that closes the pool and waits for its pages; @drained: result of pool_drain() */
struct closer {
	pthread_t thread;
	struct task_struct task;
	long timeout;
	atomic_bool done;
	bool drained;
};

static void *close_pool(void *arg)
{
	struct closer *closer = arg;

	fake_current = &closer->task;
	pool_close();
	closer->drained = pool_drain(closer->timeout);
	closer->done = true;
	return NULL;
}

static void closer_start(struct closer *closer, long timeout)
{
	*closer = (struct closer){ .task.cpu = FAKE_NR_CPUS - 1, .timeout = timeout };
	assert_int_equal(pthread_create(&closer->thread, NULL, close_pool, closer), 0);
}

static void closer_join(struct closer *closer, bool drained)
{
	assert_int_equal(pthread_join(closer->thread, NULL), 0);
	assert_int_equal(closer->drained, drained);
}

static void test_drain_waits_for_all_pages(void **state)
{
	struct closer closer;

	(void)state;
	all_get(0, 4);
	put(3);
	closer_start(&closer, MAX_SCHEDULE_TIMEOUT);
	fake_kernel_await_asleep(1);
	assert_int_equal(try_get(9, true), -ENODEV);
	for (unsigned int i = 0; i < 2; i++) {
		put(i);
		fake_kernel_await_asleep(1);
		assert_false(closer.done);
	}
	put(2);
	closer_join(&closer, true);
}

static void test_killed_drain_leaves_pages_with_their_owners(void **state)
{
	struct closer closer;

	(void)state;
	all_get(0, 2);
	closer_start(&closer, MAX_SCHEDULE_TIMEOUT);
	fake_kernel_await_asleep(1);
	fake_kernel_kill(&closer.task);
	closer_join(&closer, false);
	page_of[0]->region->op = 1;
	put(0);
	put(1);
	assert_true(pool_drain(MAX_SCHEDULE_TIMEOUT));
}

static void test_drain_ends_when_its_time_is_over(void **state)
{
	struct closer closer;

	(void)state;
	all_get(0, 1);
	closer_start(&closer, HZ);
	fake_kernel_await_asleep(1);
	fake_kernel_pass_time();
	closer_join(&closer, false);
}

static void test_close_wakes_waiters_with_enodev(void **state)
{
	struct waiter normal, urgent;
	struct closer closer;

	(void)state;
	exhaust();
	waiter_start(&normal, 0, false);
	waiter_start(&urgent, 1, true);
	fake_kernel_await_asleep(2);
	closer_start(&closer, MAX_SCHEDULE_TIMEOUT);
	waiter_join(&normal, -ENODEV);
	waiter_join(&urgent, -ENODEV);
	assert_false(closer.done);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		put(i);
	closer_join(&closer, true);
}

/* Pages that are still with their owners keep their places and come back to the opened pool. */
static void test_pool_opens_again_while_pages_are_in_use(void **state)
{
	struct portal_wire_range before[PORTAL_MAX_RANGES], after[PORTAL_MAX_RANGES];
	unsigned int nr = pool_ranges(before);

	(void)state;
	all_get(0, NORMAL);
	pool_close();
	put(0);
	assert_int_equal(pool_create(NR_PAGES), 0);
	assert_int_equal(pool_ranges(after), nr);
	assert_memory_equal(before, after, nr * sizeof(before[0]));
	all_get(NORMAL, 1);
	assert_int_equal(try_get(NORMAL + 1, false), -EINTR);
	put(1);
	all_get(NORMAL + 1, 1);
	assert_only_urgent_get(RESERVE);
}

static void test_pool_that_opens_without_free_pages_lends_what_comes_back(void **state)
{
	(void)state;
	exhaust();
	pool_close();
	assert_int_equal(pool_create(NR_PAGES), 0);
	assert_int_equal(try_get(9, true), -EINTR);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		put(i);
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
}

/* ---- pages for the module itself ---- */

static void test_own_page_comes_from_the_reserve(void **state)
{
	struct pool_page *page;

	(void)state;
	all_get(0, NORMAL);
	fake_current = &task[9];
	assert_int_equal(pool_get_own(&page), 0);
	assert_false(page->waited);
	pool_put(page);
}

static void *get_own(void *arg)
{
	struct waiter *waiter = arg;
	struct pool_page *page;

	fake_current = &waiter->task;
	waiter->err = pool_get_own(&page);
	if (waiter->err == 0)
		pool_put(page);
	return NULL;
}

static void own_start(struct waiter *waiter)
{
	*waiter = (struct waiter){ .task.cpu = 0 };
	assert_int_equal(pthread_create(&waiter->thread, NULL, get_own, waiter), 0);
	fake_kernel_await_asleep(1);
}

static void own_join(struct waiter *waiter, int err)
{
	assert_int_equal(pthread_join(waiter->thread, NULL), 0);
	assert_int_equal(waiter->err, err);
}

static void test_own_page_is_waited_for_but_not_for_ever(void **state)
{
	struct waiter waiter;

	(void)state;
	exhaust();
	own_start(&waiter);
	put(0);
	own_join(&waiter, 0);
	assert_int_equal(try_get(0, true), 0);
	own_start(&waiter);
	fake_kernel_kill(&waiter.task);
	own_join(&waiter, -EINTR);
	own_start(&waiter);
	fake_kernel_pass_time();
	own_join(&waiter, -EBUSY);
	pool_close();
	assert_int_equal(pool_get_own(&page_of[9]), -ENODEV);
}

static void test_create_frees_everything_on_enomem(void **state)
{
	(void)state;
	pool_destroy();
	for (unsigned int nth = 1; nth <= 2 * NR_PAGES + 1; nth++) {
		fake_kernel.nr_until_enomem = nth;
		assert_int_equal(pool_create(NR_PAGES), -ENOMEM);
		assert_int_equal(fake_kernel.nr_allocated, 0);
		assert_int_equal(try_get(0, true), -ENODEV);
	}
}

static void test_ranges_cover_all_pages_in_order(void **state)
{
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
	unsigned int nr = pool_ranges(ranges), nr_pages = 0;
	u64 end = 0;

	(void)state;
	assert_int_equal(pool_first_gpa(), le64_to_cpu(ranges[0].gpa));
	for (unsigned int i = 0; i < nr; i++) {
		assert_true(le64_to_cpu(ranges[i].gpa) > end);
		end = le64_to_cpu(ranges[i].gpa) +
		      le32_to_cpu(ranges[i].nr_pages) * PORTAL_PAGE_SIZE;
		nr_pages += le32_to_cpu(ranges[i].nr_pages);
	}
	assert_int_equal(nr_pages, NR_PAGES);
}

static void test_page_index_counts_through_the_ranges(void **state)
{
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
	unsigned int nr = pool_ranges(ranges);
	bool seen[NR_PAGES] = { false };
	u64 first = 0;

	(void)state;
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		assert_int_equal(try_get(i, true), 0);
		assert_true(page_of[i]->index < NR_PAGES);
		assert_false(seen[page_of[i]->index]);
		seen[page_of[i]->index] = true;
	}
	for (unsigned int r = 0; r < nr; first += le32_to_cpu(ranges[r++].nr_pages))
		for (unsigned int i = 0; i < NR_PAGES; i++) {
			u64 offset = page_of[i]->gpa - le64_to_cpu(ranges[r].gpa);

			if (offset / PORTAL_PAGE_SIZE < le32_to_cpu(ranges[r].nr_pages))
				assert_int_equal(page_of[i]->index,
						 first + offset / PORTAL_PAGE_SIZE);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_get_returns_the_cpus_hot_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_get_returns_the_hot_page_before_the_list,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_hot_pages_need_no_lock_and_no_wake_up, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_pages_are_hot_again_after_the_pool_was_tight,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_reserve_is_for_urgent_tasks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reserve_is_for_tasks_that_hold_a_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reserve_needs_a_pool_of_four_pages, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_get_finds_hot_pages_of_other_cpus, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_page_that_refills_the_reserve_is_not_hot,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_reserve_is_exact_at_every_step_of_put, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_reserve_is_exact_at_every_step_of_get, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_page_from_any_cpu_wakes_a_waiter, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_page_goes_to_the_waiter_that_may_use_it, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_waited_is_cleared_for_the_next_owner, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_killed_waiter_gets_eintr, setup, teardown),
		cmocka_unit_test_setup_teardown(test_all_waiters_get_a_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closed_pool_is_enodev_and_can_be_recreated,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_drain_waits_for_all_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_killed_drain_leaves_pages_with_their_owners,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_drain_ends_when_its_time_is_over, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_close_wakes_waiters_with_enodev, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_pool_opens_again_while_pages_are_in_use, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_pool_that_opens_without_free_pages_lends_what_comes_back, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_own_page_comes_from_the_reserve, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_own_page_is_waited_for_but_not_for_ever, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_create_frees_everything_on_enomem, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_ranges_cover_all_pages_in_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_page_index_counts_through_the_ranges, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("guest-kmod/pool", tests, NULL, NULL);
}
