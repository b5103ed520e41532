/* SPDX-License-Identifier: MIT */
/* Sessions with a host that is a list of steps: operations, verdicts, and how both sides cancel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/doorbell.h"
#include "fake_kernel.h"
#include "fake_ops.h"
#include "ops/session.h"

#define REFUSE 0xffu

/* what the host leaves in the page after a call: an operation, or REFUSE */
struct step {
	u32 code;
	u64 size;
	u32 generation_offset;
};

/* an answer that the host got */
struct answer {
	u32 kind, resp;
	s64 size;
	u64 cursor;
};

static struct task_struct task;
static struct guest_session session;
static const struct step *steps;
static u32 nr_steps, nr_calls;
static struct answer answers[8];

bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	struct portal_region *region = session.page->region;
	const struct step *step = &steps[nr_calls];

	assert_true(nr_calls < nr_steps);
	assert_int_equal(gpa, session.page->gpa);
	assert_int_equal(index, session.page->index);
	assert_int_equal(le64_to_cpu(region->op) >> 32, session.page->generation);
	answers[nr_calls++] = (struct answer){ .kind = kind,
					       .resp = (u32)le64_to_cpu(region->op),
					       .size = (s64)le64_to_cpu(region->size),
					       .cursor = le64_to_cpu(region->addr) };
	if (step->code == REFUSE)
		return false;
	memset(region->data, 0, sizeof(region->data));
	region->op = cpu_to_le64((u64)(session.page->generation + step->generation_offset) << 32 |
				 step->code);
	region->addr = 0;
	region->size = cpu_to_le64(step->size);
	return true;
}

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	task = (struct task_struct){ .cpu = 0 };
	fake_current = &task;
	fake_ops = (struct fake_ops){ .result = 5, .cursor = 9 };
	assert_int_equal(pool_create(4), 0);
	return session_open(&session, false);
}

static int teardown(void **state)
{
	(void)state;
	session_close(&session);
	pool_destroy();
	return 0;
}

static int run(const struct step *host, u32 nr)
{
	steps = host;
	nr_steps = nr;
	nr_calls = 0;
	return session_run(&session, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT, 16);
}

#define READ                                                          \
	{                                                             \
		PORTAL_OP_READ, sizeof(struct portal_wire_request), 0 \
	}
#define NONE                         \
	{                            \
		PORTAL_OP_NONE, 0, 0 \
	}
#define VERDICT                                                          \
	{                                                                \
		PORTAL_OP_VERDICT, sizeof(struct portal_wire_verdict), 0 \
	}

static void expect_answer(u32 n, u32 resp, s64 size, u64 cursor)
{
	assert_int_equal(answers[n].kind, n ? PORTAL_CALL_ANSWER : PORTAL_CALL_EVENT);
	assert_int_equal(answers[n].resp, resp);
	assert_int_equal(answers[n].size, size);
	assert_int_equal(answers[n].cursor, cursor);
}

static void test_operations_are_answered_until_none(void **state)
{
	static const struct step host[] = { READ, READ, NONE };

	(void)state;
	assert_int_equal(run(host, 3), 0);
	assert_int_equal(nr_calls, 3);
	expect_answer(0, PORTAL_OPEN_EVENT, 16, 0);
	expect_answer(1, PORTAL_RESP_DONE, 5, 9);
	expect_answer(2, PORTAL_RESP_DONE, 5, 9);
	assert_int_equal(fake_ops.nr_runs, 2);
}

/* It is about the death of the task: it goes on, without the task's memory. */
static void test_session_of_a_dead_task_goes_on(void **state)
{
	static const struct step host[] = {
		READ,
		{ PORTAL_OP_PROC_PID, sizeof(struct portal_wire_request), 0 },
		VERDICT,
	};

	(void)state;
	task.killed = true;
	session_mark_dead(&session);
	assert_int_equal(run(host, 3), sizeof(struct portal_wire_verdict));
	expect_answer(1, PORTAL_RESP_DONE, -ESRCH, 0);
	expect_answer(2, PORTAL_RESP_DONE, 5, 9);
	assert_int_equal(fake_ops.nr_runs, 1);
}

static void test_verdict_is_copied_to_the_scratch_buffer(void **state)
{
	static const struct step host[] = { VERDICT };

	(void)state;
	memset(session_scratch(&session), 0xff, PORTAL_PAGE_SIZE);
	assert_int_equal(run(host, 1), sizeof(struct portal_wire_verdict));
	assert_int_equal(session_scratch(&session)[0], 0);
	assert_int_equal(session_scratch(&session)[sizeof(struct portal_wire_verdict)], 0xff);
}

static void test_host_that_breaks_the_protocol_ends_the_session(void **state)
{
	static const struct step other_generation[] = { { PORTAL_OP_NONE, 0, 1 } };
	static const struct step long_verdict[] = { { PORTAL_OP_VERDICT, PORTAL_DATA_SIZE + 1,
						      0 } };
	static const struct step refused[] = { { REFUSE, 0, 0 } };

	(void)state;
	assert_int_equal(run(other_generation, 1), -EPROTO);
	assert_int_equal(run(long_verdict, 1), -EPROTO);
	assert_int_equal(run(refused, 1), -ENODEV);
}

/* ---- cancel ---- */

static void cancel(void)
{
	session_cancel(session.page->index, session.page->generation);
}

static void test_cancelled_session_carries_out_nothing_more(void **state)
{
	static const struct step host[] = { READ, READ, READ, NONE };

	(void)state;
	fake_ops.act = cancel;
	assert_int_equal(run(host, 4), 0);
	assert_int_equal(fake_ops.nr_runs, 1);
	for (u32 n = 1; n < 4; n++)
		expect_answer(n, PORTAL_RESP_CANCELLED, -ECANCELED, 0);
}

static void test_verdict_of_a_cancelled_session_is_ignored(void **state)
{
	static const struct step host[] = { READ, VERDICT };

	(void)state;
	fake_ops.act = cancel;
	assert_int_equal(run(host, 2), -ECANCELED);
}

static void cancel_others(void)
{
	u32 index = session.page->index, generation = session.page->generation;

	session_cancel(index, generation - 1);
	session_cancel(index, generation + 1);
	session_cancel((index + 1) % 4, generation);
	session_cancel(4, generation);
	session_cancel(0xffffffff, generation);
}

static void test_cancel_of_another_session_is_not_meant(void **state)
{
	static const struct step host[] = { READ, READ, NONE };

	(void)state;
	fake_ops.act = cancel_others;
	assert_int_equal(run(host, 3), 0);
	expect_answer(1, PORTAL_RESP_DONE, 5, 9);
	assert_int_equal(fake_ops.nr_runs, 2);
}

static void test_next_session_on_the_page_is_not_cancelled(void **state)
{
	static const struct step host[] = { READ, NONE };

	(void)state;
	fake_ops.act = cancel;
	run(host, 2);
	/* also when the request comes after the session has ended */
	cancel();
	fake_ops.act = NULL;
	assert_int_equal(run(host, 2), 0);
	expect_answer(1, PORTAL_RESP_DONE, 5, 9);
	/* and when one with the same number was cancelled long ago */
	session.page->generation = 6;
	session.page->cancelled = 7;
	assert_int_equal(run(host, 2), 0);
	expect_answer(1, PORTAL_RESP_DONE, 5, 9);
}

static void kill_task(void)
{
	task.killed = true;
}

static void test_killed_task_answers_cancelled(void **state)
{
	static const struct step host[] = { READ, READ, VERDICT };

	(void)state;
	fake_ops.act = kill_task;
	assert_int_equal(run(host, 3), -EINTR);
	assert_int_equal(fake_ops.nr_runs, 1);
	expect_answer(1, PORTAL_RESP_CANCELLED, -ECANCELED, 0);
	expect_answer(2, PORTAL_RESP_CANCELLED, -ECANCELED, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_operations_are_answered_until_none),
		TEST(test_session_of_a_dead_task_goes_on),
		TEST(test_verdict_is_copied_to_the_scratch_buffer),
		TEST(test_host_that_breaks_the_protocol_ends_the_session),
		TEST(test_cancelled_session_carries_out_nothing_more),
		TEST(test_verdict_of_a_cancelled_session_is_ignored),
		TEST(test_cancel_of_another_session_is_not_meant),
		TEST(test_next_session_on_the_page_is_not_cancelled),
		TEST(test_killed_task_answers_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
