/* SPDX-License-Identifier: MIT */
/* portal_end(): how a system call ends, and what a hook may do then. */
#include "rig.h"

#include <errno.h>
#include <string.h>

#include "hooks/hook.h"
#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;

#define MOST 8u

static struct {
	unsigned int nr;
	bool is_return[MOST];
	int end[MOST];
	int64_t ret[MOST];
	int set_ret[MOST];
	ssize_t read[MOST];
} saw;

static int setup(void **state)
{
	(void)state;
	memset(&saw, 0, sizeof(saw));
	rig_init(&rig, 4, 1);
	fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static int look(struct portal_ctx *ctx, void *data)
{
	char byte;

	(void)data;
	if (saw.nr >= MOST)
		return 0;
	saw.is_return[saw.nr] = portal_is_return(ctx);
	saw.end[saw.nr] = portal_end(ctx);
	saw.ret[saw.nr] = portal_ret(ctx);
	saw.read[saw.nr] = portal_read_bytes(ctx, MEMORY, &byte, 1);
	saw.set_ret[saw.nr] = portal_is_return(ctx) ? portal_set_ret(ctx, 42) : 0;
	saw.nr++;
	return 0;
}

/* Return: what the program gets of a call with that end. */
static int64_t run(const char *name, uint8_t end, uint32_t flags)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.name = name,
		.flags = flags,
		.fn = look,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	rig.task.end = end;
	return rig_call(&rig, name, 0, 0, MEMORY);
}

static void expect(unsigned int n, bool is_return, int end, int set_ret, ssize_t nr_read)
{
	assert_true(n < saw.nr);
	assert_int_equal(saw.is_return[n], is_return);
	assert_int_equal(saw.end[n], end);
	assert_int_equal(saw.set_ret[n], set_ret);
	assert_int_equal(saw.read[n], nr_read);
}

static void test_call_that_returns(void **state)
{
	(void)state;
	assert_int_equal(run("ioctl", PORTAL_END_RETURNS, 0), 42);
	assert_int_equal(saw.nr, 2);
	expect(0, false, PORTAL_END_RETURNS, 0, 1);
	expect(1, true, PORTAL_END_RETURNS, 0, 1);
}

static void test_call_without_return(void **state)
{
	(void)state;
	run("exit_group", PORTAL_END_RETURNS, 0);
	assert_int_equal(saw.nr, 1);
	expect(0, false, PORTAL_END_NO_RETURN, 0, 1);
}

/* The result is the first value in the new program's register. */
static void test_replaced_program(void **state)
{
	(void)state;
	assert_int_equal(run("execve", PORTAL_END_NO_RETURN, 0), 42);
	assert_int_equal(saw.nr, 2);
	expect(0, false, PORTAL_END_RETURNS, 0, 1);
	expect(1, true, PORTAL_END_NO_RETURN, 0, 1);
	assert_int_equal(saw.ret[1], 0);
}

static void test_killed_task_has_no_result_and_no_memory(void **state)
{
	(void)state;
	run("ioctl", PORTAL_END_KILLED, 0);
	assert_int_equal(saw.nr, 2);
	expect(0, false, PORTAL_END_RETURNS, 0, 1);
	expect(1, true, PORTAL_END_KILLED, -EINVAL, -ESRCH);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

/* Hook modules that were built before there were ends without a result take it for 0. */
static void test_hooks_of_api_2_do_not_see_killed_tasks(void **state)
{
	(void)state;
	rig.api = 2;
	run("ioctl", PORTAL_END_KILLED, 0);
	assert_int_equal(saw.nr, 1);
	expect(0, false, PORTAL_END_RETURNS, 0, 1);
}

/* Both stages come at the end: the entry was that of a call that would return. */
static void test_observer_of_a_killed_task_has_both_stages(void **state)
{
	(void)state;
	run("ioctl", PORTAL_END_KILLED, PORTAL_HOOK_OBSERVE);
	assert_int_equal(saw.nr, 2);
	expect(0, false, PORTAL_END_RETURNS, 0, -ESRCH);
	expect(1, true, PORTAL_END_KILLED, -EINVAL, -ESRCH);
}

static void test_restart_is_invisible(void **state)
{
	(void)state;
	assert_int_equal(run("ioctl", PORTAL_END_RESTARTS, 0), 42);
	assert_int_equal(saw.nr, 3);
	expect(0, false, PORTAL_END_RETURNS, 0, 1);
	expect(1, false, PORTAL_END_RETURNS, 0, 1);
	expect(2, true, PORTAL_END_RETURNS, 0, 1);
}

static void test_restart_is_reported_on_request(void **state)
{
	(void)state;
	assert_int_equal(run("ioctl", PORTAL_END_RESTARTS, PORTAL_HOOK_RESTARTS), 42);
	assert_int_equal(saw.nr, 4);
	expect(1, true, PORTAL_END_RESTARTS, -EINVAL, 1);
	expect(3, true, PORTAL_END_RETURNS, 0, 1);
}

static void test_guest_without_ends_is_reported_once(void **state)
{
	const char *messages;

	(void)state;
	rig.guest.features &= ~(uint64_t)PORTAL_FEATURE_ENDS;
	capture_start();
	assert_int_equal(run("ioctl", PORTAL_END_RETURNS, 0), 42);
	messages = rig_messages();
	assert_non_null(strstr(messages, "system calls that a signal ends have no return event"));
}

#define END_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		END_TEST(test_call_that_returns),
		END_TEST(test_call_without_return),
		END_TEST(test_replaced_program),
		END_TEST(test_killed_task_has_no_result_and_no_memory),
		END_TEST(test_hooks_of_api_2_do_not_see_killed_tasks),
		END_TEST(test_observer_of_a_killed_task_has_both_stages),
		END_TEST(test_restart_is_invisible),
		END_TEST(test_restart_is_reported_on_request),
		END_TEST(test_guest_without_ends_is_reported_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
