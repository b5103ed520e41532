/* SPDX-License-Identifier: MIT */
/* Hooks with PORTAL_HOOK_OBSERVE: both stages of a system call in one exit. */
#include "rig.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define MEMORY 0x10000ull

static struct rig rig;

static struct {
	unsigned int calls;
	bool is_return[4];
	int64_t ret[4];
	uint64_t arg[4];
	int refused[6];
	int result;
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
	(void)data;
	if (saw.calls < ARRAY_SIZE(saw.ret)) {
		saw.is_return[saw.calls] = portal_is_return(ctx);
		saw.ret[saw.calls] = portal_ret(ctx);
		saw.arg[saw.calls] = portal_arg(ctx, 1);
	}
	saw.calls++;
	return saw.result;
}

static int64_t run(portal_syscall_fn *fn, uint32_t when, const char *name)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,     .when = when, .name = name,
		.flags = PORTAL_HOOK_OBSERVE, .fn = fn,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	return rig_call(&rig, name, 0, 77, MEMORY);
}

static void test_observe_both_stages_in_one_call(void **state)
{
	(void)state;
	assert_int_equal(run(look, PORTAL_ON_ENTER | PORTAL_ON_RETURN, "ioctl"), -ENOTTY);
	assert_int_equal(saw.calls, 2);
	assert_false(saw.is_return[0]);
	assert_int_equal(saw.ret[0], 0);
	assert_int_equal(saw.arg[0], 77);
	assert_true(saw.is_return[1]);
	assert_int_equal(saw.ret[1], -ENOTTY);
	assert_int_equal(saw.arg[1], 77);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
	assert_int_equal(rig_channel_stats(&rig).events[PORTAL_EVENT_SYSCALL_RETURN & 0xff], 1);
}

static void test_observe_call_without_return_is_reported_at_entry(void **state)
{
	(void)state;
	run(look, PORTAL_ON_ENTER | PORTAL_ON_RETURN, "exit_group");
	/* the fake guest lets even this system call return, so both events are sent */
	assert_false(saw.is_return[0]);
	assert_int_equal(rig_channel_stats(&rig).events[PORTAL_EVENT_SYSCALL_ENTER & 0xff], 1);
}

static void test_observe_one_stage_is_called_at_that_stage(void **state)
{
	(void)state;
	run(look, PORTAL_ON_ENTER, "ioctl");
	assert_int_equal(saw.calls, 1);
	assert_false(saw.is_return[0]);
	assert_int_equal(rig_channel_stats(&rig).events[PORTAL_EVENT_SYSCALL_ENTER & 0xff], 1);
}

static int try_to_change(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.refused[0] = portal_set_reg(ctx, "sp", 1);
	saw.refused[1] = (int)portal_write_bytes(ctx, MEMORY, "x", 1);
	saw.refused[2] = portal_is_return(ctx) ? portal_set_ret(ctx, 1) : portal_skip(ctx, 1);
	saw.refused[3] = portal_set_arg(ctx, 0, 1);
	return 0;
}

static void test_observe_cannot_change_anything(void **state)
{
	(void)state;
	assert_int_equal(run(try_to_change, PORTAL_ON_ENTER | PORTAL_ON_RETURN, "ioctl"), -ENOTTY);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(saw.refused[i], -EINVAL);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_VERDICT], 0);
}

static int after(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_set_ret(ctx, 5);
	return 0;
}

static void test_observe_result_does_not_stop_later_hooks(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		  .name = "ioctl", .flags = PORTAL_HOOK_OBSERVE, .fn = look },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl",
		  .fn = after },
	};

	(void)state;
	saw.result = 1;
	rig_hooks(&rig, "test", 0, hooks, ARRAY_SIZE(hooks));
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "ioctl", 0, 0, 0), 5);
	assert_int_equal(saw.calls, 2);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_observe_both_stages_in_one_call, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_observe_call_without_return_is_reported_at_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_observe_one_stage_is_called_at_that_stage,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_observe_cannot_change_anything, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_observe_result_does_not_stop_later_hooks,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
