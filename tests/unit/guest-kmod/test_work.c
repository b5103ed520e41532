/* SPDX-License-Identifier: MIT */
/* Work sessions on a workqueue that runs what the test wants, also while another one sleeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/workqueue.h>

#include "fake_kernel.h"
#include "ops/session.h"
#include "ops/work.h"

struct workqueue_struct *fake_workqueue;

static struct work_struct *queued[4 * PORTAL_MAX_WORK];
static u32 nr_queued, nr_sessions, nr_open, most_open;
static int open_err;

/* called in each session, as if it slept */
static void (*while_open)(void);

bool queue_work(struct workqueue_struct *queue, struct work_struct *work)
{
	assert_ptr_equal(queue, fake_workqueue);
	assert_false(work->is_queued);
	work->is_queued = true;
	queued[nr_queued++] = work;
	return true;
}

static void run_one(void)
{
	struct work_struct *work = queued[--nr_queued];

	work->is_queued = false;
	work->run(work);
}

static void run_all(void)
{
	while (nr_queued > 0)
		run_one();
}

int session_open(struct guest_session *session, bool urgent)
{
	assert_true(urgent);
	session->page = NULL;
	return open_err;
}

void session_close(struct guest_session *session)
{
	(void)session;
}

int session_run(struct guest_session *session, u32 kind, u32 code, u32 size)
{
	(void)session;
	assert_int_equal(kind, PORTAL_CALL_WORK);
	assert_int_equal(code, PORTAL_OPEN_WORK);
	assert_int_equal(size, 0);
	nr_sessions++;
	nr_open++;
	most_open = nr_open > most_open ? nr_open : most_open;
	if (while_open)
		while_open();
	nr_open--;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	fake_workqueue = (struct workqueue_struct *)(void *)&fake_workqueue;
	fake_kernel_reset();
	nr_queued = nr_sessions = nr_open = most_open = 0;
	open_err = 0;
	while_open = NULL;
	return work_open();
}

static int teardown(void **state)
{
	(void)state;
	work_stop();
	run_all();
	work_close();
	return 0;
}

static void test_as_many_sessions_as_wanted(void **state)
{
	(void)state;
	for (u32 nr = 0; nr <= PORTAL_MAX_WORK; nr++) {
		nr_sessions = 0;
		work_want(nr);
		assert_int_equal(nr_queued, nr);
		run_all();
		assert_int_equal(nr_sessions, nr);
	}
}

static void test_no_more_than_32_at_a_time(void **state)
{
	(void)state;
	work_want(PORTAL_MAX_WORK + 1);
	work_want(0xffffffff);
	assert_int_equal(nr_queued, PORTAL_MAX_WORK);
	run_all();
	assert_int_equal(nr_sessions, 2 * PORTAL_MAX_WORK);
}

/* Each session sleeps until all that are queued have run. */
static void test_no_session_waits_for_another(void **state)
{
	(void)state;
	work_want(10);
	while_open = run_all;
	run_one();
	assert_int_equal(most_open, 10);
	assert_int_equal(nr_sessions, 10);
}

static void want_more(void)
{
	while_open = NULL;
	work_want(3);
	assert_int_equal(nr_queued, 3);
	run_all();
	assert_int_equal(nr_sessions, 4);
}

static void test_request_while_a_session_sleeps_is_served(void **state)
{
	(void)state;
	work_want(1);
	while_open = want_more;
	run_all();
	assert_int_equal(nr_sessions, 4);
}

/* Called when an item has seen no request any more and is about to become idle. */
static void run_another(void)
{
	if (nr_queued > 0) {
		run_one();
		return;
	}
	fake_kernel.step = NULL;
	work_want(1);
	assert_int_equal(nr_queued, 0);
}

/* The host asks when all items are about to become idle, so that none can be queued. */
static void test_request_that_finds_all_items_busy_is_not_lost(void **state)
{
	(void)state;
	work_want(PORTAL_MAX_WORK);
	fake_kernel.step = run_another;
	run_one();
	assert_int_equal(nr_sessions, PORTAL_MAX_WORK + 1);
}

static void test_nothing_starts_after_stop(void **state)
{
	(void)state;
	work_want(5);
	work_stop();
	run_all();
	assert_int_equal(nr_sessions, 0);
	work_want(1);
	run_all();
	assert_int_equal(nr_sessions, 1);
}

static void test_closed_pool_ends_the_requests(void **state)
{
	(void)state;
	open_err = -ENODEV;
	work_want(3);
	run_all();
	assert_int_equal(nr_sessions, 0);
	open_err = 0;
	work_want(1);
	run_all();
	assert_int_equal(nr_sessions, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_as_many_sessions_as_wanted),
		TEST(test_no_more_than_32_at_a_time),
		TEST(test_no_session_waits_for_another),
		TEST(test_request_while_a_session_sleeps_is_served),
		TEST(test_request_that_finds_all_items_busy_is_not_lost),
		TEST(test_nothing_starts_after_stop),
		TEST(test_closed_pool_ends_the_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
