/* SPDX-License-Identifier: MIT */
/* Trace hooks: they get records on the trace thread, without a call. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "base/bytes.h"
#include "lib/capture.h"

#define MEMORY	     0x10000ull
#define UNMAPPED     0x90000ull
#define MEMORY_SIZE  8192
#define PATH_MAX_LEN 4096

static struct rig rig;
static uint8_t *memory;

static struct {
	unsigned int calls;
	bool is_return[4];
	int64_t ret[4];
	uint64_t arg[4];
	uint64_t time[4];
	pthread_t thread;
	char path[PATH_MAX_LEN];
	ssize_t len;
	int results[18];
	int result;
} saw;

static int setup(void **state)
{
	(void)state;
	memset(&saw, 0, sizeof(saw));
	rig_init(&rig, 4, 2);
	memory = fake_map(&rig.task, MEMORY, MEMORY_SIZE, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	channel_cancel_vcpu(rig.channel, 1);
	rig_done(&rig);
	return 0;
}

static const struct portal_fetch fetch_path[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 1, .max = PATH_MAX_LEN },
};

static struct portal_syscall_hook trace_hook(portal_syscall_fn *fn, uint32_t when, uint32_t flags)
{
	return (struct portal_syscall_hook){
		PORTAL_SYSCALL_HOOK_INIT,
		.when = when,
		.name = "openat",
		.flags = PORTAL_HOOK_TRACE | flags,
		.fetch = fetch_path,
		.nr_fetch = 1,
		.fn = fn,
	};
}

static void boot_with(portal_syscall_fn *fn, uint32_t when, uint32_t flags)
{
	const struct portal_syscall_hook hook = trace_hook(fn, when, flags);

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
}

static int look(struct portal_ctx *ctx, void *data)
{
	(void)data;
	if (saw.calls < ARRAY_SIZE(saw.ret)) {
		saw.is_return[saw.calls] = portal_is_return(ctx);
		saw.ret[saw.calls] = portal_ret(ctx);
		saw.arg[saw.calls] = portal_arg(ctx, 2);
		saw.time[saw.calls] = portal_time(ctx);
	}
	saw.thread = pthread_self();
	saw.len = portal_read_str(ctx, portal_arg(ctx, 1), saw.path, sizeof(saw.path));
	saw.calls++;
	return saw.result;
}

static void open_path(const char *path)
{
	memcpy(memory, path, strlen(path) + 1);
	assert_int_equal(rig_call(&rig, "openat", 0, MEMORY, 77), -ENOTTY);
}

static void finish(void)
{
	channel_close_trace(rig.channel);
}

/* ---- events ---- */

static void test_trace_event_without_call_on_the_trace_thread(void **state)
{
	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	open_path("/etc/passwd");
	finish();
	assert_int_equal(saw.calls, 1);
	assert_true(saw.is_return[0]);
	assert_int_equal(saw.ret[0], -ENOTTY);
	assert_int_equal(saw.arg[0], 77);
	assert_true(saw.time[0] > 0);
	assert_string_equal(saw.path, "/etc/passwd");
	assert_false(pthread_equal(saw.thread, pthread_self()));
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_TRACE_OPEN], 1);
}

static void test_trace_both_stages_are_two_records_in_order(void **state)
{
	(void)state;
	boot_with(look, PORTAL_ON_ENTER | PORTAL_ON_RETURN, 0);
	open_path("/a");
	finish();
	assert_int_equal(saw.calls, 2);
	assert_false(saw.is_return[0]);
	assert_int_equal(saw.ret[0], 0);
	assert_true(saw.is_return[1]);
	assert_true(saw.time[0] <= saw.time[1]);
	assert_int_equal(rig_channel_stats(&rig).trace_consumed, 2);
}

static void test_trace_both_stages_observed_are_one_record(void **state)
{
	(void)state;
	boot_with(look, PORTAL_ON_ENTER | PORTAL_ON_RETURN, PORTAL_HOOK_OBSERVE);
	open_path("/a");
	finish();
	assert_int_equal(saw.calls, 2);
	assert_false(saw.is_return[0]);
	assert_true(saw.is_return[1]);
	assert_int_equal(rig_channel_stats(&rig).trace_consumed, 1);
}

static void test_trace_longest_path_is_complete(void **state)
{
	char path[PATH_MAX_LEN];

	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	for (size_t len = PATH_MAX_LEN - 5; len < PATH_MAX_LEN; len++) {
		for (size_t i = 0; i < len; i++)
			path[i] = (char)('a' + i % 26);
		path[len] = '\0';
		open_path(path);
		finish();
		assert_int_equal(saw.len, len);
		assert_string_equal(saw.path, path);
		assert_int_equal(fake_bye(&rig.guest, 0), 0);
		assert_int_equal(fake_hello(&rig.guest, 0), 0);
	}
}

static int override(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_set_ret(ctx, 5);
	return 1;
}

/* The other hook gets its event; the record contains the system call's own result. */
static void test_trace_hook_with_another_hook_on_the_call(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "openat",
		  .fn = override },
		trace_hook(look, PORTAL_ON_RETURN, 0),
	};

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, ARRAY_SIZE(hooks));
	rig_boot(&rig);
	memcpy(memory, "/a", 3);
	assert_int_equal(rig_call(&rig, "openat", 0, MEMORY, 0), 5);
	finish();
	assert_int_equal(saw.calls, 1);
	assert_int_equal(saw.ret[0], -ENOTTY);
	assert_string_equal(saw.path, "/a");
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ_STR], 0);
}

static void test_trace_unsupported_gets_events(void **state)
{
	(void)state;
	fake_lack_op(&rig.guest, PORTAL_OP_TRACE_OPEN);
	boot_with(look, PORTAL_ON_ENTER | PORTAL_ON_RETURN, PORTAL_HOOK_OBSERVE);
	open_path("/a");
	assert_int_equal(saw.calls, 2);
	assert_int_equal(saw.time[0], 0);
	assert_string_equal(saw.path, "/a");
	assert_true(pthread_equal(saw.thread, pthread_self()));
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_TRACE_OPEN], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_VERDICT], 0);
}

/* ---- what a callback may do ---- */

static int try_all(struct portal_ctx *ctx, void *data)
{
	uint64_t value;
	char buf[64];
	struct portal_step declared = { .addr = MEMORY, .len = 2, .buf = buf };
	struct portal_step undeclared = { .addr = MEMORY + 4096, .len = 1, .buf = buf };
	int i = 0;

	(void)data;
	saw.calls++;
	/* functions that change something */
	saw.results[i++] = portal_set_ret(ctx, 1);
	saw.results[i++] = portal_set_reg(ctx, "sp", 1);
	saw.results[i++] = portal_set_arg(ctx, 0, 1);
	saw.results[i++] = portal_skip(ctx, 1);
	saw.results[i++] = (int)portal_write_bytes(ctx, MEMORY, "x", 1);
	saw.results[i++] = (int)portal_write_str(ctx, MEMORY, "x");
	/* functions that need an operation */
	saw.results[i++] = (int)portal_read_bytes(ctx, MEMORY + 4096, buf, 1);
	saw.results[i++] = (int)portal_read_str(ctx, MEMORY + 4096, buf, sizeof(buf));
	saw.results[i++] = (int)portal_fd_name(ctx, 0, buf, sizeof(buf));
	saw.results[i++] = (int)portal_proc_args(ctx, buf, sizeof(buf));
	saw.results[i++] = (int)portal_proc_env(ctx, buf, sizeof(buf));
	saw.results[i++] = portal_proc_pid(ctx);
	saw.results[i++] = portal_user_reg(ctx, "sp", &value);
	saw.results[i++] = portal_read_vec(ctx, &undeclared, 1);
	/* functions that use the event only */
	saw.results[i++] = portal_reg(ctx, "sp", &value) == 0 && value == 0x7ff0;
	saw.results[i++] = portal_pid(ctx) == 100 && strcmp(portal_comm(ctx), "probe") == 0 &&
			   strcmp(portal_syscall_name(ctx), "openat") == 0;
	saw.results[i++] = portal_read_vec(ctx, &declared, 1) == 1 && memcmp(buf, "/a", 2) == 0;
	saw.results[i++] = (int)portal_read_bytes(ctx, MEMORY, buf, 0);
	return 1;
}

static void check_all(void)
{
	assert_int_equal(saw.calls, 1);
	for (int i = 0; i < 6; i++)
		assert_int_equal(saw.results[i], -EINVAL);
	for (int i = 6; i < 14; i++)
		assert_int_equal(saw.results[i], -EOPNOTSUPP);
	for (int i = 14; i < 17; i++)
		assert_int_equal(saw.results[i], 1);
	assert_int_equal(saw.results[17], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_VERDICT], 0);
	assert_int_equal(memory[0], '/');
}

static void test_trace_callback_cannot_change_or_request(void **state)
{
	(void)state;
	rig.task.regs[PORTAL_REG_X86_SP] = 0x7ff0;
	boot_with(try_all, PORTAL_ON_RETURN, PORTAL_HOOK_REGS);
	open_path("/a");
	finish();
	check_all();
}

static void test_trace_callback_with_event_cannot_request_either(void **state)
{
	(void)state;
	fake_lack_op(&rig.guest, PORTAL_OP_TRACE_OPEN);
	rig.task.regs[PORTAL_REG_X86_SP] = 0x7ff0;
	boot_with(try_all, PORTAL_ON_RETURN, PORTAL_HOOK_REGS);
	open_path("/a");
	check_all();
}

static void test_trace_path_that_faults_is_efault(void **state)
{
	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	rig_call(&rig, "openat", 0, UNMAPPED, 0);
	finish();
	assert_int_equal(saw.calls, 1);
	assert_int_equal(saw.len, -EFAULT);
}

static const struct portal_syscall_hook later = {
	PORTAL_SYSCALL_HOOK_INIT,
	.when = PORTAL_ON_ENTER,
	.name = "getppid",
	.fn = look,
};

static int change_hooks(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.results[0] = portal_hook_syscall(portal_ctx_module(ctx), &later, NULL);
	saw.results[1] = portal_unhook(rig.handles[0][0]);
	return 0;
}

static void test_trace_callback_changing_hooks_requests_a_session(void **state)
{
	(void)state;
	boot_with(change_hooks, PORTAL_ON_RETURN, 0);
	open_path("/a");
	finish();
	assert_int_equal(saw.results[0], 0);
	assert_int_equal(saw.results[1], 0);
	assert_true(rig.nr_raised > 0);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	rig_call(&rig, "getppid", 0, 0, 0);
	open_path("/b");
	assert_int_equal(saw.calls, 1);
	assert_int_equal(rig_channel_stats(&rig).trace_produced, 1);
}

static int fail_always(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	saw.calls++;
	return -EIO;
}

static void test_trace_failing_hook_is_switched_off_in_the_guest(void **state)
{
	(void)state;
	boot_with(fail_always, PORTAL_ON_RETURN, 0);
	capture_start();
	for (int i = 0; i < 120; i++)
		open_path("/a");
	finish();
	capture_stop();
	assert_int_equal(saw.calls, 100);
	assert_int_equal(rig_host_stats(&rig).switched_off, 1);
	assert_int_equal(rig.nr_raised, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	open_path("/a");
	assert_int_equal(rig_channel_stats(&rig).trace_produced, 120);
}

/* ---- flags, rules and rings ---- */

static void test_trace_invalid_flag_combinations_are_einval(void **state)
{
	const uint32_t wrong[] = {
		PORTAL_HOOK_TRACE_BLOCK,
		PORTAL_HOOK_TRACE_BLOCK | PORTAL_HOOK_OBSERVE,
		PORTAL_HOOK_TRACE | PORTAL_HOOK_DEFER_WRITES,
		PORTAL_HOOK_TRACE | PORTAL_HOOK_REQUIRED,
		PORTAL_HOOK_RESTARTS << 1,
	};
	struct portal_syscall_hook hook = trace_hook(look, PORTAL_ON_RETURN, 0);

	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		hook.flags = wrong[i];
		assert_int_equal(portal_hook_syscall(rig.modules[0], &hook, NULL), -EINVAL);
	}
}

static void test_trace_hook_cannot_have_rules(void **state)
{
	const struct portal_rule rule = { PORTAL_RULE_INIT, .when = PORTAL_ON_RETURN,
					  .flags = PORTAL_RULE_SET_RET };
	uint64_t id;

	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	assert_int_equal(portal_rule_add(rig.handles[0][0], &rule, &id), -EINVAL);
}

static int add_rule(struct portal_ctx *ctx, void *data)
{
	const struct portal_rule rule = { PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER,
					  .flags = PORTAL_RULE_SKIP, .ret = 7 };
	uint64_t id;

	(void)ctx;
	(void)data;
	saw.results[0] = portal_rule_add(rig.handles[0][1], &rule, &id);
	return 0;
}

/* The callback adds a rule to another hook; it answers although the trace hook matches too. */
static void test_trace_callback_adds_rules_to_other_hooks(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		trace_hook(add_rule, PORTAL_ON_RETURN, 0),
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat", .fn = look },
	};

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, ARRAY_SIZE(hooks));
	rig_boot(&rig);
	open_path("/a");
	finish();
	assert_int_equal(saw.results[0], 0);
	assert_int_equal(rig.nr_raised, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "openat", 0, MEMORY, 0), 7);
	assert_int_equal(saw.calls, 1);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
}

static void test_trace_rings_have_the_requested_size(void **state)
{
	const struct portal_syscall_hook hook = trace_hook(look, PORTAL_ON_RETURN, 0);

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 4096), -EINVAL);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 12288), -EINVAL);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 2u << 20), -EINVAL);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 16384), 0);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 8192), 0);
	rig_boot(&rig);
	assert_int_equal(rig.guest.trace_size, 16384);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 8192), -EBUSY);
}

static void test_trace_rings_are_smaller_when_memory_is_short(void **state)
{
	(void)state;
	rig.guest.most_trace = 32768;
	boot_with(look, PORTAL_ON_RETURN, 0);
	assert_int_equal(rig.guest.trace_size, 32768);
	open_path("/a");
	finish();
	assert_int_equal(saw.calls, 1);
}

static void test_trace_rings_of_cancelled_session_are_reused(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = look,
	};
	const struct portal_syscall_hook second = trace_hook(look, PORTAL_ON_RETURN, 0);
	struct fake_session session;

	(void)state;
	rig.guest.most_trace = 32768;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	assert_int_equal(portal_hook_syscall(rig.modules[0], &second, NULL), 0);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	rig_kill_before(&rig, &session, PORTAL_OP_TRACE_OPEN);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	rig_kill_before(&rig, &session, PORTAL_OP_HOOK_ADD);
	/* the guest has the rings but not the hook */
	assert_int_equal(rig.guest.trace_size, 32768);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 16384), -EBUSY);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	open_path("/a");
	finish();
	assert_string_equal(saw.path, "/a");
}

static void test_trace_without_memory_for_rings_ends_the_boot(void **state)
{
	const struct portal_syscall_hook hook = trace_hook(look, PORTAL_ON_RETURN, 0);

	(void)state;
	rig.guest.most_trace = 4096;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_create_channel(&rig);
	capture_start();
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_non_null(
		strstr(capture_stop(), "the guest cannot hook openat: Cannot allocate memory"));
	assert_int_equal(rig.nr_failed, 1);
}

static atomic_bool held;

static int hold(struct portal_ctx *ctx, void *data)
{
	while (atomic_load(&held))
		sched_yield();
	return look(ctx, data);
}

static int count_lost(struct portal_ctx *ctx, void *data)
{
	hold(ctx, data);
	saw.results[0] += (int)portal_lost(ctx);
	return 0;
}

static void test_trace_lost_records_are_counted(void **state)
{
	const struct portal_syscall_hook hook = trace_hook(count_lost, PORTAL_ON_RETURN, 0);
	struct channel_stats stats;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 8192), 0);
	rig_boot(&rig);
	atomic_store(&held, true);
	for (int i = 0; i < 100; i++)
		open_path("/a");
	atomic_store(&held, false);
	while (rig_channel_stats(&rig).trace_consumed < 16)
		sched_yield();
	open_path("/b");
	finish();
	stats = rig_channel_stats(&rig);
	assert_int_equal(stats.trace_produced, 101);
	assert_int_equal(stats.trace_consumed + stats.trace_lost, 101);
	assert_true(stats.trace_lost > 50);
	assert_int_equal(saw.results[0], stats.trace_lost);
	assert_int_equal(rig_host_stats(&rig).callbacks, stats.trace_consumed);
	assert_string_equal(saw.path, "/b");
}

static void test_trace_block_waits_for_space(void **state)
{
	const struct portal_syscall_hook hook =
		trace_hook(look, PORTAL_ON_RETURN, PORTAL_HOOK_TRACE_BLOCK);
	struct channel_stats stats;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	assert_int_equal(portal_trace_ring_size(rig.modules[0], 8192), 0);
	rig_boot(&rig);
	for (int i = 0; i < 500; i++)
		open_path("/a");
	finish();
	stats = rig_channel_stats(&rig);
	assert_int_equal(stats.trace_consumed, 500);
	assert_int_equal(stats.trace_lost, 0);
	assert_int_equal(stats.doorbells[PORTAL_CALL_TRACE], stats.trace_blocked);
	assert_int_equal(stats.refused, 0);
	assert_int_equal(saw.calls, 500);
}

/* ---- invalid records ---- */

static void test_trace_record_with_id_of_other_hook_is_ignored(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "openat",
		  .fn = look },
		trace_hook(try_all, PORTAL_ON_RETURN, 0),
	};
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	struct fake_event event;

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, ARRAY_SIZE(hooks));
	rig_boot(&rig);
	fake_fill_call(&rig.guest, &rig.task, fake_nr(false, "openat"), args, PORTAL_WHEN_RETURN,
		       &event);
	event.header.nr_hooks = 0;
	for (size_t i = 0; i < rig.guest.nr_hooks; i++)
		fake_event_hook(&event, le32toh(rig.guest.hooks[i].wire.id));
	fake_event_hook(&event, 1000000);
	assert_true(fake_record(&rig.guest, 0, &event));
	finish();
	assert_int_equal(saw.calls, 1);
	assert_int_equal(saw.results[0], -EINVAL);
	assert_int_equal(rig_host_stats(&rig).callbacks, 1);
}

static void test_trace_corrupt_ring_is_logged_once(void **state)
{
	const char *text;

	(void)state;
	boot_with(look, PORTAL_ON_RETURN, 0);
	capture_start();
	memset(rig.guest.traces[1].page, 0xff, 4);
	finish();
	text = strstr(capture_stop(), "trace ring 1 is corrupt");
	assert_non_null(text);
	assert_null(strstr(text + 1, "trace ring"));
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_trace_event_without_call_on_the_trace_thread),
		TEST(test_trace_both_stages_are_two_records_in_order),
		TEST(test_trace_both_stages_observed_are_one_record),
		TEST(test_trace_longest_path_is_complete),
		TEST(test_trace_hook_with_another_hook_on_the_call),
		TEST(test_trace_unsupported_gets_events),
		TEST(test_trace_callback_cannot_change_or_request),
		TEST(test_trace_callback_with_event_cannot_request_either),
		TEST(test_trace_path_that_faults_is_efault),
		TEST(test_trace_callback_changing_hooks_requests_a_session),
		TEST(test_trace_failing_hook_is_switched_off_in_the_guest),
		TEST(test_trace_invalid_flag_combinations_are_einval),
		TEST(test_trace_hook_cannot_have_rules),
		TEST(test_trace_callback_adds_rules_to_other_hooks),
		TEST(test_trace_rings_have_the_requested_size),
		TEST(test_trace_rings_are_smaller_when_memory_is_short),
		TEST(test_trace_rings_of_cancelled_session_are_reused),
		TEST(test_trace_without_memory_for_rings_ends_the_boot),
		TEST(test_trace_lost_records_are_counted),
		TEST(test_trace_block_waits_for_space),
		TEST(test_trace_record_with_id_of_other_hook_is_ignored),
		TEST(test_trace_corrupt_ring_is_logged_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
