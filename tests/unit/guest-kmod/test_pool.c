/* SPDX-License-Identifier: MIT */
/* The pool, one step after the other. test_pool_random.c runs many tasks at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/jiffies.h>

#include "arch/doorbell.h"
#include "channel/pool.h"
#include "fake_kernel.h"

#define NR_PAGES 8u
#define RESERVE	 2u /* pages that are kept from events: one for work, one for reports */
#define FOR_WORK 1u
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

/* Takes a page for task @i as for a report. */
static int try_get_now(unsigned int i)
{
	fake_current = &task[i];
	return pool_get_now(&page_of[i]);
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

/* ---- pages that are kept ---- */

static void test_one_page_is_for_work_and_one_for_reports(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
	assert_int_equal(try_get(NORMAL, true), 0);
	assert_int_equal(try_get(NORMAL + 1, true), -EINTR);
	assert_int_equal(try_get_now(NORMAL + 1), 0);
	assert_int_equal(pool_get_now(&page_of[NORMAL + 2]), -EAGAIN);
	page_of[NORMAL + 2] = NULL;
}

static void test_small_pools_keep_fewer_pages(void **state)
{
	static const unsigned int events[] = { 0, 1, 1, 2, 2, 3 };
	static const unsigned int work[] = { 0, 1, 1, 2, 3, 4 };

	(void)state;
	for (unsigned int nr_pages = 1; nr_pages < ARRAY_SIZE(events); nr_pages++) {
		unsigned int nr = events[nr_pages];

		teardown(NULL);
		open_pool(nr_pages);
		all_get(0, nr);
		assert_int_equal(try_get(nr, false), -EINTR);
		for (; nr < work[nr_pages]; nr++)
			assert_int_equal(try_get(nr, true), 0);
		assert_int_equal(try_get(nr, true), -EINTR);
		for (; nr < nr_pages; nr++)
			assert_int_equal(try_get_now(nr), 0);
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
	assert_int_equal(try_get_now(NORMAL + 1), 0);
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
			assert_only_urgent_get(FOR_WORK);
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
			assert_only_urgent_get(FOR_WORK - 1);
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

/* Takes all pages, including those that are kept. */
static void exhaust(void)
{
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, true), 0);
	assert_int_equal(try_get_now(NORMAL + 1), 0);
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
	assert_int_equal(try_get(9, true), -EINTR);
	put(1);
	waiter_join(&urgent, 0);
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

static void test_wait_for_an_event_ends_and_for_work_does_not(void **state)
{
	struct waiter normal, urgent;

	(void)state;
	exhaust();
	waiter_start(&normal, 0, false);
	waiter_start(&urgent, 1, true);
	fake_kernel_await_asleep(2);
	fake_kernel_pass_time();
	waiter_join(&normal, -EBUSY);
	fake_kernel_await_asleep(1);
	put(0);
	put(1);
	waiter_join(&urgent, 0);
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
	assert_only_urgent_get(FOR_WORK);
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
	assert_int_equal(try_get_now(0), 0);
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
	for (unsigned int nth = 1; nth <= 3 * NR_PAGES; nth++) {
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

/* Checks that page @index of the pool is where the ranges that the host knows say. */
static void assert_place(const struct portal_wire_range *ranges, unsigned int nr, u32 index)
{
	const struct pool_page *page = pool_find(index);
	u32 first = 0;

	assert_int_equal(page->index, index);
	for (unsigned int r = 0; r < nr; first += le32_to_cpu(ranges[r++].nr_pages))
		if (index - first < le32_to_cpu(ranges[r].nr_pages)) {
			assert_int_equal(page->gpa, le64_to_cpu(ranges[r].gpa) +
							    (index - first) * PORTAL_PAGE_SIZE);
			return;
		}
	fail();
}

static void test_page_index_counts_through_the_ranges(void **state)
{
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
	unsigned int nr = pool_ranges(ranges);

	(void)state;
	for (u32 i = 0; i < NR_PAGES; i++)
		assert_place(ranges, nr, i);
	assert_null(pool_find(NR_PAGES));
}

/* ---- growing ---- */

/*
 * the host: the ranges that it knows, from hello and by GROW
 * @refuses: it refuses a GROW; @during: called while it serves one
 */
static struct {
	struct portal_wire_range ranges[PORTAL_MAX_PAGES];
	unsigned int nr_ranges, nr_pages, nr_calls;
	bool refuses;
	void (*during)(void);
} host;

static void host_hello(void)
{
	memset(&host, 0, sizeof(host));
	host.nr_ranges = pool_ranges(host.ranges);
	for (unsigned int i = 0; i < host.nr_ranges; i++)
		host.nr_pages += le32_to_cpu(host.ranges[i].nr_pages);
}

static bool host_has(u64 gpa)
{
	for (unsigned int i = 0; i < host.nr_ranges; i++)
		if (gpa - le64_to_cpu(host.ranges[i].gpa) <
		    le32_to_cpu(host.ranges[i].nr_pages) * PORTAL_PAGE_SIZE)
			return true;
	return false;
}

static void host_add(const struct portal_wire_range *range)
{
	assert_int_equal(range->reserved, 0);
	for (u32 i = 0; i < le32_to_cpu(range->nr_pages); i++)
		assert_false(host_has(le64_to_cpu(range->gpa) + i * PORTAL_PAGE_SIZE));
	host.ranges[host.nr_ranges++] = *range;
	host.nr_pages += le32_to_cpu(range->nr_pages);
}

bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	const struct portal_region *region = (const void *)(uintptr_t)gpa;
	struct portal_wire_grow grow;

	assert_int_equal(kind, PORTAL_CALL_GROW);
	assert_int_equal(index, host.nr_pages);
	assert_int_equal(le64_to_cpu(region->op), PORTAL_OPEN_GROW);
	assert_int_equal(le64_to_cpu(region->addr), 0);
	assert_int_equal(le64_to_cpu(region->size), sizeof(grow));
	memcpy(&grow, region->data, sizeof(grow));
	assert_int_equal(grow.reserved, 0);
	assert_in_range(le32_to_cpu(grow.nr_ranges), 1, PORTAL_MAX_RANGES);
	host.nr_calls++;
	if (host.during)
		host.during();
	if (host.refuses)
		return false;
	assert_false(host_has(gpa));
	for (u32 i = 0; i < le32_to_cpu(grow.nr_ranges); i++)
		host_add(&grow.ranges[i]);
	assert_true(host_has(gpa));
	return true;
}

static int setup_growth(void **state)
{
	setup(state);
	host_hello();
	pool_let_grow(PORTAL_MAX_PAGES);
	return 0;
}

/* Takes @nr pages, which are freed by put_many(). */
static void take_many(struct pool_page **pages, unsigned int nr)
{
	fake_current = &task[0];
	for (unsigned int i = 0; i < nr; i++) {
		assert_int_equal(pool_get(false, &pages[i]), 0);
		assert_false(pages[i]->waited);
	}
}

static void put_many(struct pool_page **pages, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		pool_put(pages[i]);
}

static void test_empty_pool_grows_and_the_host_knows_every_page(void **state)
{
	static struct pool_page *pages[PORTAL_MAX_PAGES];
	static bool seen[PORTAL_MAX_PAGES];
	const unsigned int nr = PORTAL_MAX_PAGES - RESERVE;

	(void)state;
	take_many(pages, nr);
	assert_int_equal(host.nr_pages, PORTAL_MAX_PAGES);
	/* sixteen at a time, the last time eight */
	assert_int_equal(host.nr_calls, (PORTAL_MAX_PAGES - NR_PAGES + 15) / 16);
	for (unsigned int i = 0; i < nr; i++) {
		assert_false(seen[pages[i]->index]);
		seen[pages[i]->index] = true;
	}
	for (u32 i = 0; i < PORTAL_MAX_PAGES; i++)
		assert_place(host.ranges, host.nr_ranges, i);
	assert_null(pool_find(PORTAL_MAX_PAGES));
	assert_int_equal(try_get(1, false), -EINTR);
	assert_int_equal(try_get(1, true), 0);
	assert_int_equal(try_get_now(2), 0);
	put_many(pages, nr);
}

static void test_growth_stops_where_it_is_told(void **state)
{
	struct pool_page *pages[2 * NR_PAGES];

	(void)state;
	pool_let_grow(NR_PAGES + 3);
	take_many(pages, NORMAL + 3);
	assert_int_equal(host.nr_pages, NR_PAGES + 3);
	assert_int_equal(try_get(1, false), -EINTR);
	assert_int_equal(host.nr_calls, 1);
	put_many(pages, NORMAL + 3);
}

static void test_work_grows_the_pool_as_well(void **state)
{
	(void)state;
	pool_let_grow(NORMAL);
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, true), 0);
	pool_let_grow(PORTAL_MAX_PAGES);
	assert_int_equal(try_get(NORMAL + 1, true), 0);
	assert_int_equal(host.nr_calls, 1);
}

static void test_reports_do_not_grow_the_pool(void **state)
{
	(void)state;
	pool_let_grow(NR_PAGES);
	exhaust();
	pool_let_grow(PORTAL_MAX_PAGES);
	assert_int_equal(pool_get_now(&page_of[9]), -EAGAIN);
	page_of[9] = NULL;
	assert_int_equal(host.nr_calls, 0);
}

static void test_refused_pages_are_freed_and_not_offered_again(void **state)
{
	unsigned int nr_allocated = fake_kernel.nr_allocated;

	(void)state;
	host.refuses = true;
	all_get(0, NORMAL);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(try_get(NORMAL, false), -EINTR);
	assert_int_equal(host.nr_calls, 1);
	assert_int_equal(fake_kernel.nr_allocated, nr_allocated);
	assert_null(pool_find(NR_PAGES));
	/* after another hello */
	host.refuses = false;
	pool_let_grow(PORTAL_MAX_PAGES);
	assert_int_equal(try_get(NORMAL, false), 0);
	assert_int_equal(host.nr_calls, 2);
}

/* Each allocation fails once: of the pages together, then of the parts of each page. */
static void test_growth_needs_no_more_memory_than_there_is(void **state)
{
	(void)state;
	for (unsigned int nth = 1; nth <= 1 + 2 * 16; nth++) {
		teardown(NULL);
		open_pool(NR_PAGES);
		host_hello();
		pool_let_grow(PORTAL_MAX_PAGES);
		all_get(0, NORMAL);
		fake_kernel.nr_until_enomem = nth;
		assert_int_equal(try_get(NORMAL, false), 0);
		fake_kernel.nr_until_enomem = 0;
		assert_int_equal(host.nr_pages, NR_PAGES + (nth == 1 ? 8 : 15));
		for (u32 i = 0; i < host.nr_pages; i++)
			assert_place(host.ranges, host.nr_ranges, i);
	}
}

static void test_without_memory_tasks_wait_for_a_page(void **state)
{
	struct waiter waiter;

	(void)state;
	all_get(0, NORMAL);
	fake_kernel.no_memory = true;
	waiter_start(&waiter, 0, false);
	fake_kernel_await_asleep(1);
	put(0);
	waiter_join(&waiter, 0);
	all_get(0, 1);
	assert_int_equal(host.nr_calls, 0);
	/* there is some again */
	fake_kernel.no_memory = false;
	assert_int_equal(try_get(NORMAL, false), 0);
	assert_int_equal(host.nr_calls, 1);
}

static void test_pool_grows_only_after_hello(void **state)
{
	(void)state;
	pool_close();
	assert_int_equal(pool_create(NR_PAGES), 0);
	all_get(0, NORMAL);
	assert_int_equal(try_get(NORMAL, false), -EINTR);
	assert_int_equal(host.nr_calls, 0);
	pool_close();
	pool_let_grow(PORTAL_MAX_PAGES);
	assert_int_equal(try_get(NORMAL, false), -ENODEV);
}

/* The second hello announces all pages; what is added then follows them. */
static void test_second_hello_has_the_pages_that_were_added(void **state)
{
	struct pool_page *pages[2 * NR_PAGES], *kept;

	(void)state;
	take_many(pages, 2 * NR_PAGES);
	kept = pool_find(NR_PAGES + 3);
	assert_int_equal(host.nr_pages, NR_PAGES + 16);
	pool_close();
	assert_int_equal(pool_create(NR_PAGES), 0);
	host_hello();
	assert_int_equal(host.nr_pages, NR_PAGES + 16);
	for (u32 i = 0; i < host.nr_pages; i++)
		assert_place(host.ranges, host.nr_ranges, i);
	assert_ptr_equal(pool_find(NR_PAGES + 3), kept);
	pool_let_grow(PORTAL_MAX_PAGES);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		assert_int_equal(try_get(i, false), 0);
	assert_int_equal(host.nr_pages, NR_PAGES + 32);
	for (u32 i = 0; i < host.nr_pages; i++)
		assert_place(host.ranges, host.nr_ranges, i);
	put_many(pages, 2 * NR_PAGES);
}

/* Memory in single pages: hello has no room for more ranges than these. */
static void test_fragmented_pool_stays_small_enough_for_hello(void **state)
{
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
	static struct pool_page *pages[PORTAL_MAX_RANGES];

	(void)state;
	teardown(NULL);
	fake_kernel_reset();
	fake_kernel.is_fragmented = true;
	assert_int_equal(pool_create(NR_PAGES), 0);
	host_hello();
	pool_let_grow(PORTAL_MAX_PAGES);
	take_many(pages, PORTAL_MAX_RANGES - RESERVE);
	assert_int_equal(try_get(1, false), -EINTR);
	assert_int_equal(host.nr_pages, PORTAL_MAX_RANGES);
	assert_int_equal(pool_ranges(ranges), PORTAL_MAX_RANGES);
	put_many(pages, PORTAL_MAX_RANGES - RESERVE);
}

/* ---- growing, with other tasks ---- */

/* Tasks on other CPUs than the one that is in the call. */
static void try_during_grow(void)
{
	struct task_struct *before = fake_current;

	assert_int_equal(try_get(9, false), -EINTR);
	assert_int_equal(try_get(9, true), 0);
	assert_int_equal(try_get(11, true), -EINTR);
	assert_null(pool_find(NR_PAGES));
	fake_current = before;
}

static void test_pages_are_not_lent_before_the_host_knows_them(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	host.during = try_during_grow;
	assert_int_equal(try_get(NORMAL, false), 0);
	assert_int_equal(host.nr_calls, 1);
	assert_int_equal(host.nr_pages, NR_PAGES + 16);
}

static struct waiter during_growth[2];

static void let_two_wait(void)
{
	waiter_start(&during_growth[0], 0, false);
	waiter_start(&during_growth[1], 1, true);
	fake_kernel_await_asleep(2);
}

/* Two tasks find the pool empty while another one adds pages. They wait for it. */
static void test_one_task_grows_and_the_others_wait_for_it(void **state)
{
	for (unsigned int refuses = 0; refuses < 2; refuses++) {
		teardown(state);
		setup_growth(state);
		/* no page is left for work either */
		all_get(0, NORMAL);
		pool_let_grow(NORMAL);
		assert_int_equal(try_get(NORMAL + 1, true), 0);
		pool_let_grow(PORTAL_MAX_PAGES);
		host.during = let_two_wait;
		host.refuses = refuses;
		assert_int_equal(try_get(NORMAL, false), refuses ? -EINTR : 0);
		for (unsigned int i = 0; refuses && i < 4; i++)
			put(i);
		waiter_join(&during_growth[0], 0);
		waiter_join(&during_growth[1], 0);
		assert_int_equal(host.nr_calls, 1);
	}
}

static struct closer during_close;

static void let_one_close(void)
{
	closer_start(&during_close, MAX_SCHEDULE_TIMEOUT);
	fake_kernel_await_asleep(1);
	host.refuses = true;
}

/* The host is left only after it has answered; it may have refused because it was about to be. */
static void test_close_waits_for_pages_that_are_being_added(void **state)
{
	(void)state;
	all_get(0, NORMAL);
	host.during = let_one_close;
	assert_int_equal(try_get(NORMAL, false), -ENODEV);
	assert_false(during_close.done);
	for (unsigned int i = 0; i < NORMAL; i++)
		put(i);
	closer_join(&during_close, true);
	assert_int_equal(pool_create(NR_PAGES), 0);
	host_hello();
	pool_let_grow(PORTAL_MAX_PAGES);
	all_get(0, NORMAL + 1);
	assert_int_equal(host.nr_pages, NR_PAGES + 16);
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
		cmocka_unit_test_setup_teardown(test_one_page_is_for_work_and_one_for_reports,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_pools_keep_fewer_pages, setup, teardown),
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
		cmocka_unit_test_setup_teardown(test_wait_for_an_event_ends_and_for_work_does_not,
						setup, teardown),
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
		cmocka_unit_test_setup_teardown(test_empty_pool_grows_and_the_host_knows_every_page,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_growth_stops_where_it_is_told, setup_growth,
						teardown),
		cmocka_unit_test_setup_teardown(test_work_grows_the_pool_as_well, setup_growth,
						teardown),
		cmocka_unit_test_setup_teardown(test_reports_do_not_grow_the_pool, setup_growth,
						teardown),
		cmocka_unit_test_setup_teardown(test_refused_pages_are_freed_and_not_offered_again,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_growth_needs_no_more_memory_than_there_is,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_without_memory_tasks_wait_for_a_page,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_pool_grows_only_after_hello, setup_growth,
						teardown),
		cmocka_unit_test_setup_teardown(test_second_hello_has_the_pages_that_were_added,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_fragmented_pool_stays_small_enough_for_hello,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_pages_are_not_lent_before_the_host_knows_them,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_one_task_grows_and_the_others_wait_for_it,
						setup_growth, teardown),
		cmocka_unit_test_setup_teardown(test_close_waits_for_pages_that_are_being_added,
						setup_growth, teardown),
	};

	return cmocka_run_group_tests_name("guest-kmod/pool", tests, NULL, NULL);
}
