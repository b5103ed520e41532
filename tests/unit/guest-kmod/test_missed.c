/* SPDX-License-Identifier: MIT */
/* Calls whose event cannot be sent: what they do, and what the host is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/jiffies.h>

#include "channel/buffer.h"
#include "fake_calls.h"
#include "fake_kernel.h"
#include "fake_task.h"
#include "hook_sample.h"
#include "hooks/hook_wire.h"
#include "hooks/missed.h"
#include "ops/session.h"
#include "sources/syscall.h"

#define ENTER	PORTAL_WHEN_ENTER
#define RETURN	PORTAL_WHEN_RETURN
#define MAX_GOT 16u
#define NR	10u

/* an event that the host got */
struct got {
	struct portal_wire_event header;
	__le32 ids[4];
	struct portal_wire_missed missed;
};

/*
 * @open_err, @now_err: results of session_open() and session_open_now()
 * @run_err: result of the next session_run()
 */
static struct {
	struct got got[MAX_GOT];
	u32 nr_got;
	int open_err, now_err, run_err;
	u32 nr_open;
} host;

static struct portal_region region;
static _Alignas(8) u8 scratch[PORTAL_PAGE_SIZE];
static struct pool_page page = { .region = &region, .scratch = scratch };
static struct mm_struct mm;
static struct pt_regs regs;
static struct task_struct task;

/* ---- the rest of the module ---- */

int session_open(struct guest_session *session, bool urgent)
{
	assert_false(urgent);
	assert_int_equal(host.nr_open, 0);
	if (host.open_err)
		return host.open_err;
	host.nr_open++;
	session->page = &page;
	return 0;
}

int session_open_own(struct guest_session *session)
{
	return session_open(session, false);
}

/* A task that holds a page sends no report: the last page would not be enough for all. */
int session_open_now(struct guest_session *session)
{
	assert_int_equal(host.nr_open, 0);
	if (host.now_err)
		return host.now_err;
	host.nr_open++;
	session->page = &page;
	return 0;
}

void session_close(struct guest_session *session)
{
	session->page = NULL;
	host.nr_open--;
}

static void keep_missed(struct got *got, const u8 *bytes, u32 size)
{
	u32 ids = (u32)ALIGN(le32_to_cpu(got->header.nr_hooks) * sizeof(__le32), 8);

	assert_int_equal(size, sizeof(got->header) + ids + sizeof(got->missed));
	assert_true(ids <= sizeof(got->ids));
	memcpy(got->ids, bytes + sizeof(got->header), ids);
	memcpy(&got->missed, bytes + sizeof(got->header) + ids, sizeof(got->missed));
}

int session_run(struct guest_session *session, u32 call, u32 code, u32 size)
{
	struct got *got = &host.got[host.nr_got];
	int err = host.run_err;

	assert_int_equal(call, PORTAL_CALL_EVENT);
	assert_int_equal(code, PORTAL_OPEN_EVENT);
	host.run_err = 0;
	if (err == -ENODEV)
		return err;
	assert_true(host.nr_got++ < MAX_GOT);
	memcpy(&got->header, session_data(session), sizeof(got->header));
	if (le16_to_cpu(got->header.kind) == PORTAL_EVENT_MISSED)
		keep_missed(got, session_data(session), size);
	return err;
}

/* ---- the test ---- */

static int setup(void **state)
{
	static unsigned long now;

	(void)state;
	fake_kernel_reset();
	fake_task_reset();
	fake_calls_reset();
	memset(&host, 0, sizeof(host));
	task = (struct task_struct){ .pid = 100, .comm = "switch", .mm = &mm, .regs = &regs };
	fake_current = &task;
	regs = (struct pt_regs){ .nr = NR };
	/* the reports of earlier tests are more than a second ago */
	now += 100 * HZ;
	fake_kernel.jiffies = now;
	return hook_table_open(NULL);
}

static int teardown(void **state)
{
	(void)state;
	missed_flush();
	hook_table_close();
	hook_table_drain();
	buffers_free();
	return fake_kernel.nr_allocated != 0 || host.nr_open != 0;
}

static void add(u32 id, u32 when, u32 flags)
{
	static _Alignas(8) u8 bytes[PORTAL_PAGE_SIZE];
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)(void *)bytes;
	struct hook_sample sample;
	u64 serial;

	hook_sample_init(&sample, id, when, flags);
	hook_sample_site(&sample, PORTAL_ABI_ARM64, regs.nr);
	assert_int_equal(hook_wire_check(wire, hook_sample_encode(&sample, bytes)), 0);
	assert_int_equal(hook_table_add(wire, &serial), 0);
}

static long run(void)
{
	return syscall_hook_wrapper(&regs, 1000 + regs.nr);
}

static void pass_second(void)
{
	fake_kernel.jiffies += HZ;
}

static void expect_missed(u32 n, u32 reason, u32 kind, u64 count, u32 nr_hooks)
{
	const struct got *got = &host.got[n];

	assert_true(n < host.nr_got);
	assert_int_equal(le16_to_cpu(got->header.kind), PORTAL_EVENT_MISSED);
	assert_int_equal(le16_to_cpu(got->header.context), PORTAL_CONTEXT_TASK);
	assert_int_equal(le32_to_cpu(got->header.pid), 100);
	assert_string_equal(got->header.comm, "switch");
	assert_int_equal(got->header.nr_items, 0);
	assert_int_equal(le32_to_cpu(got->header.nr_hooks), nr_hooks);
	assert_int_equal(le32_to_cpu(got->missed.reason), reason);
	assert_int_equal(le32_to_cpu(got->missed.kind), kind);
	assert_int_equal(le32_to_cpu(got->missed.nr), NR);
	assert_int_equal(le32_to_cpu(got->missed.abi), PORTAL_ABI_ARM64);
	assert_int_equal(le64_to_cpu(got->missed.count), count);
}

static void test_call_without_a_page_goes_on_and_is_reported_with_its_hooks(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	add(9, ENTER, 0);
	add(11, RETURN, 0);
	host.open_err = -EBUSY;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
	expect_missed(0, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 1, 2);
	assert_true(host.got[0].ids[0] != host.got[0].ids[1]);
	for (u32 i = 0; i < 2; i++)
		assert_true(le32_to_cpu(host.got[0].ids[i]) == 7 ||
			    le32_to_cpu(host.got[0].ids[i]) == 9);
	expect_missed(1, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_RETURN, 1, 1);
	assert_int_equal(le32_to_cpu(host.got[1].ids[0]), 11);
}

static long result_of_42(const struct pt_regs *call_regs)
{
	(void)call_regs;
	return 42;
}

static void test_required_hook_fails_the_call_instead(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	add(9, ENTER, PORTAL_HOOK_F_REQUIRED);
	host.open_err = -EBUSY;
	assert_int_equal(run(), -EAGAIN);
	assert_int_equal(fake_calls.nr_runs, 0);
	expect_missed(0, PORTAL_MISSED_REFUSED, PORTAL_EVENT_SYSCALL_ENTER, 1, 2);
	/* with a page it is an ordinary hook */
	host.open_err = 0;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
}

static void test_required_hook_at_the_return_replaces_the_result(void **state)
{
	(void)state;
	add(7, RETURN, PORTAL_HOOK_F_REQUIRED);
	fake_calls.run = result_of_42;
	host.open_err = -EBUSY;
	assert_int_equal(run(), -EAGAIN);
	assert_int_equal(fake_calls.nr_runs, 1);
	expect_missed(0, PORTAL_MISSED_REFUSED, PORTAL_EVENT_SYSCALL_RETURN, 1, 1);
}

/* The entry of a call that was refused has its end as well. */
static void test_return_hooks_see_the_refused_call(void **state)
{
	(void)state;
	add(7, ENTER, PORTAL_HOOK_F_REQUIRED);
	add(8, RETURN, 0);
	host.open_err = -EBUSY;
	assert_int_equal(run(), -EAGAIN);
	assert_int_equal(fake_calls.nr_runs, 0);
	expect_missed(1, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_RETURN, 1, 1);
}

/* A new program gets no result of its execve. */
static void test_required_return_of_exec_leaves_the_new_program_alone(void **state)
{
	static _Alignas(8) u8 bytes[PORTAL_PAGE_SIZE];
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)(void *)bytes;
	struct hook_sample sample;
	u64 serial;

	(void)state;
	hook_sample_init(&sample, 7, RETURN, PORTAL_HOOK_F_REQUIRED);
	hook_sample_site(&sample, PORTAL_ABI_ARM64, FAKE_NR_EXEC);
	assert_int_equal(hook_wire_check(wire, hook_sample_encode(&sample, bytes)), 0);
	assert_int_equal(hook_table_add(wire, &serial), 0);
	regs.nr = FAKE_NR_EXEC;
	host.open_err = -EBUSY;
	assert_int_equal(run(), 0);
	assert_int_equal(host.nr_got, 1);
}

/* It has no result, and a program does not go on behind it. */
static void test_required_hook_does_not_fail_a_call_that_does_not_return(void **state)
{
	static _Alignas(8) u8 bytes[PORTAL_PAGE_SIZE];
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)(void *)bytes;
	struct hook_sample sample;
	u64 serial;

	(void)state;
	hook_sample_init(&sample, 7, ENTER, PORTAL_HOOK_F_REQUIRED);
	hook_sample_site(&sample, PORTAL_ABI_ARM64, FAKE_NR_SIGRETURN);
	assert_int_equal(hook_wire_check(wire, hook_sample_encode(&sample, bytes)), 0);
	assert_int_equal(hook_table_add(wire, &serial), 0);
	regs.nr = FAKE_NR_SIGRETURN;
	host.open_err = -EBUSY;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
	assert_int_equal(host.nr_got, 1);
	assert_int_equal(le32_to_cpu(host.got[0].missed.reason), PORTAL_MISSED_NO_PAGE);
}

static void test_event_without_memory_is_counted(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	buffers_free();
	fake_kernel.no_memory = true;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
	expect_missed(0, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 1, 1);
	fake_kernel.no_memory = false;
}

static void test_cpu_that_goes_offline_is_reported(void **state)
{
	(void)state;
	add(7, ENTER, PORTAL_HOOK_F_REQUIRED);
	host.run_err = -ENXIO;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
	assert_int_equal(host.nr_got, 2);
	expect_missed(1, PORTAL_MISSED_CPU_GONE, PORTAL_EVENT_SYSCALL_ENTER, 1, 1);
}

static void test_killed_task_and_closed_pool_miss_nothing(void **state)
{
	(void)state;
	add(7, ENTER, PORTAL_HOOK_F_REQUIRED);
	host.open_err = -EINTR;
	assert_int_equal(run(), -EINTR);
	host.open_err = -ENODEV;
	assert_int_equal(run(), 0);
	assert_int_equal(host.nr_got, 0);
	assert_false(missed_wait());
}

static void test_one_report_a_second_of_what_is_alike(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	host.open_err = -EBUSY;
	for (u32 i = 0; i < 100; i++)
		run();
	assert_int_equal(host.nr_got, 1);
	/* another reason, and other hooks, have their own second */
	add(8, ENTER, PORTAL_HOOK_F_REQUIRED);
	run();
	run();
	assert_int_equal(host.nr_got, 2);
	expect_missed(1, PORTAL_MISSED_REFUSED, PORTAL_EVENT_SYSCALL_ENTER, 1, 2);
	pass_second();
	missed_report();
	assert_int_equal(host.nr_got, 4);
	assert_int_equal(le64_to_cpu(host.got[2].missed.count) +
				 le64_to_cpu(host.got[3].missed.count),
			 99 + 1);
}

/* Also when there are more calls than can be told apart. */
static void test_every_miss_is_counted_once(void **state)
{
	u64 sum = 0;

	(void)state;
	for (u32 i = 0; i < 40; i++) {
		regs.nr = i;
		add(100 + i, ENTER, 0);
	}
	host.open_err = -EBUSY;
	host.now_err = -EAGAIN;
	for (u32 i = 0; i < 3 * 40; i++) {
		regs.nr = i % 40;
		run();
	}
	host.now_err = 0;
	missed_flush();
	assert_in_range(host.nr_got, 2, 16);
	for (u32 i = 0; i < host.nr_got; i++)
		sum += le64_to_cpu(host.got[i].missed.count);
	assert_int_equal(sum, 3 * 40);
}

/* What was counted is reported after the second, by the next event that has a page. */
static void test_next_event_reports_what_is_left(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	host.open_err = -EBUSY;
	run();
	run();
	host.open_err = 0;
	run();
	assert_int_equal(host.nr_got, 2);
	assert_true(missed_wait());
	pass_second();
	run();
	assert_int_equal(host.nr_got, 4);
	expect_missed(3, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 1, 1);
	assert_false(missed_wait());
}

static void test_report_without_a_page_waits_for_the_next_one(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	host.open_err = -EBUSY;
	host.now_err = -EAGAIN;
	run();
	run();
	assert_int_equal(host.nr_got, 0);
	host.now_err = 0;
	run();
	assert_int_equal(host.nr_got, 1);
	expect_missed(0, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 3, 1);
}

static void test_refused_report_is_sent_again(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	host.open_err = -EBUSY;
	host.run_err = -ENODEV;
	run();
	assert_int_equal(host.nr_got, 0);
	pass_second();
	run();
	expect_missed(0, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 2, 1);
}

static void test_flush_reports_at_once_and_forgets(void **state)
{
	(void)state;
	add(7, ENTER, 0);
	host.open_err = -EBUSY;
	run();
	run();
	missed_flush();
	assert_int_equal(host.nr_got, 2);
	expect_missed(1, PORTAL_MISSED_NO_PAGE, PORTAL_EVENT_SYSCALL_ENTER, 1, 1);
	run();
	host.now_err = -ENODEV;
	missed_flush();
	host.now_err = 0;
	missed_flush();
	assert_int_equal(host.nr_got, 2);
	assert_false(missed_wait());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_call_without_a_page_goes_on_and_is_reported_with_its_hooks, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_required_hook_fails_the_call_instead, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_required_hook_at_the_return_replaces_the_result, setup, teardown),
		cmocka_unit_test_setup_teardown(test_return_hooks_see_the_refused_call, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_required_return_of_exec_leaves_the_new_program_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_required_hook_does_not_fail_a_call_that_does_not_return, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_event_without_memory_is_counted, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cpu_that_goes_offline_is_reported, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_killed_task_and_closed_pool_miss_nothing,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_report_a_second_of_what_is_alike, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_every_miss_is_counted_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_next_event_reports_what_is_left, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_report_without_a_page_waits_for_the_next_one,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_report_is_sent_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flush_reports_at_once_and_forgets, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("guest-kmod/missed", tests, NULL, NULL);
}
