/* SPDX-License-Identifier: MIT */
/* Callbacks that suspend, are cancelled, and change hooks; errors at hello. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;
static uint8_t *memory;

/* the sequence of events, one letter each */
static char story[64];

static void record(char letter)
{
	size_t len = strlen(story);

	if (len < sizeof(story) - 1)
		story[len] = letter;
}

static int setup(void **state)
{
	(void)state;
	memset(story, 0, sizeof(story));
	rig_init(&rig, 8, 1);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static void boot_with(const char *name, portal_syscall_fn *fn, void *data)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = name,
		.fn = fn,
		.data = data,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
}

/* ---- suspending ---- */

/* Record the letter in arg0, read memory, and record the letter in upper case. */
static int read_in_between(struct portal_ctx *ctx, void *data)
{
	char letter = (char)portal_arg(ctx, 0);
	uint32_t value;
	int ret;

	(void)data;
	record(letter);
	ret = portal_read_int(ctx, MEMORY, &value);
	record(ret == 0 ? (char)(letter - 'a' + 'A') : '!');
	return ret == -ECANCELED ? ret : 0;
}

static void test_suspended_callback_lets_others_of_its_module_run(void **state)
{
	struct fake_session sleeping, other;

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	rig_open_call(&rig, &sleeping, &rig.task, "ioctl", 'a');
	rig_open_call(&rig, &other, &rig.task, "ioctl", 'b');
	fake_session_finish(&other);
	fake_session_finish(&sleeping);
	assert_string_equal(story, "abBA");
}

static void test_hook_hit_during_an_operation_nests(void **state)
{
	struct fake_session outer;

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	rig_open_call(&rig, &outer, &rig.task, "ioctl", 'a');
	/* while the guest carries out outer's operation, the same task makes a hooked call */
	rig_call(&rig, "ioctl", 'b', 0, 0);
	fake_session_finish(&outer);
	assert_string_equal(story, "abBA");
	assert_int_equal(outer.state, FAKE_ENDED);
}

static void test_sessions_on_all_pages_twice(void **state)
{
	struct fake_session session[8];

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 8; i++)
			rig_open_call(&rig, &session[i], &rig.task, "ioctl", 'a');
		for (int i = 0; i < 8; i++)
			fake_session_finish(&session[i]);
	}
	assert_int_equal(rig_host_stats(&rig).callbacks, 16);
	assert_int_equal(rig_channel_stats(&rig).sessions_peak, 8);
	assert_int_equal(rig_channel_stats(&rig).coroutines, 8);
}

static void test_killed_task_cancels_callback_without_message(void **state)
{
	struct fake_session session;
	const char *log;

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 'a');
	rig.task.killed = true;
	capture_start();
	fake_session_finish(&session);
	log = rig_messages();
	assert_string_equal(story, "a!");
	assert_string_equal(log, "");
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

static void test_shutdown_cancels_all_suspended_callbacks(void **state)
{
	struct fake_session session[3];

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	for (int i = 0; i < 3; i++)
		rig_open_call(&rig, &session[i], &rig.task, "ioctl", 'a');
	channel_cancel_vcpu(rig.channel, 0);
	assert_string_equal(story, "aaa!!!");
	assert_int_equal(rig_channel_stats(&rig).sessions_now, 0);
	assert_int_equal(rig_channel_stats(&rig).cancelled, 3);
}

static int ask_for_ever(struct portal_ctx *ctx, void *data)
{
	uint32_t value;
	int ret;

	(void)data;
	do
		ret = portal_read_int(ctx, MEMORY, &value);
	while (ret == 0);
	return ret;
}

static void test_invalid_answer_ends_the_session_without_verdict(void **state)
{
	struct fake_session session;

	(void)state;
	boot_with("ioctl", ask_for_ever, NULL);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	fake_session_step(&session);
	fake_session_serve(&session);
	fake_session_region(&session)->size = UINT64_MAX / 2;
	fake_session_call(&session, PORTAL_CALL_ANSWER);
	assert_int_equal(session.state, FAKE_REFUSED);
	fake_session_drop(&session);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 1);
}

/* ---- changing hooks ---- */

static int count(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(*(unsigned int *)data)++;
	return 0;
}

/* parameters and results of a callback that registers another hook */
static struct {
	int ret;
	unsigned int added_ran;
	struct portal_hook *added;
	const char *name;
} adding;

static int add_another(struct portal_ctx *ctx, void *data)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,  .when = PORTAL_ON_ENTER,
		.name = adding.name,	   .fn = count,
		.data = &adding.added_ran,
	};

	(void)data;
	adding.ret = portal_hook_syscall(portal_ctx_module(ctx), &hook, &adding.added);
	return 0;
}

static void run_adding(const char *name)
{
	memset(&adding, 0, sizeof(adding));
	adding.name = name;
	boot_with("ioctl", add_another, NULL);
	rig_call(&rig, "ioctl", 0, 0, 0);
}

static void test_hook_added_in_callback_is_installed_at_once(void **state)
{
	(void)state;
	run_adding("uname");
	assert_int_equal(adding.ret, 0);
	assert_int_equal(rig.guest.nr_hooks, 2);
	rig_call(&rig, "uname", 0, 0, 0);
	assert_int_equal(adding.added_ran, 1);
}

static void test_unknown_call_after_hello_is_enoent(void **state)
{
	(void)state;
	run_adding("frobnicate");
	assert_int_equal(adding.ret, -ENOENT);
	assert_int_equal(rig.guest.nr_hooks, 1);
	assert_int_equal(rig_host_stats(&rig).hooks, 1);
}

static void test_hook_refused_by_the_guest_is_removed(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = add_another,
	};

	(void)state;
	memset(&adding, 0, sizeof(adding));
	adding.name = "uname";
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	rig.guest.refuse_add = -ENOSYS;
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(adding.ret, -ENOSYS);
	assert_int_equal(rig_host_stats(&rig).hooks, 1);
}

static int unhook_self(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	record('u');
	return portal_unhook(*(struct portal_hook **)data);
}

static void test_hook_can_remove_itself(void **state)
{
	(void)state;
	boot_with("ioctl", unhook_self, &rig.handles[0][0]);
	rig_call(&rig, "ioctl", 0, 0, 0);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_string_equal(story, "u");
	assert_int_equal(rig.guest.nr_hooks, 0);
	assert_int_equal(rig_host_stats(&rig).hooks, 0);
}

static int unhook_the_next(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	record('1');
	if (rig.handles[0][1])
		portal_unhook(rig.handles[0][1]);
	rig.handles[0][1] = NULL;
	return 0;
}

static int second(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	record('2');
	return 0;
}

static void test_hook_removed_by_earlier_hook_is_not_called(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl",
		  .fn = unhook_the_next },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl",
		  .fn = second },
	};

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, 2);
	rig_boot(&rig);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_string_equal(story, "1");
	assert_int_equal(rig.guest.nr_hooks, 1);
}

/* The event names the hook, but happened before the guest installed it. */
static void test_hook_younger_than_the_event_is_not_called(void **state)
{
	unsigned int ran = 0;

	(void)state;
	boot_with("ioctl", count, &ran);
	rig.guest.hooks[0].serial--;
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 0);
	rig.guest.hooks[0].serial++;
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 1);
}

static void test_hook_disabled_by_thread_is_sent_in_work_session(void **state)
{
	unsigned int ran = 0;

	(void)state;
	boot_with("ioctl", count, &ran);
	portal_hook_enable(rig.handles[0][0], false);
	assert_int_equal(rig.nr_raised, 1);
	/* the hook is still enabled in the guest, but its callback is not called */
	assert_true(rig.guest.hooks[0].on);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 0);
	portal_hook_enable(rig.handles[0][0], true);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_true(rig.guest.hooks[0].on);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 1);
	portal_hook_enable(rig.handles[0][0], false);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_false(rig.guest.hooks[0].on);
}

static void test_hook_lost_by_the_guest_is_installed_again(void **state)
{
	unsigned int ran = 0;

	(void)state;
	boot_with("ioctl", count, &ran);
	portal_hook_enable(rig.handles[0][0], false);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	rig.guest.nr_hooks = 0;
	portal_hook_enable(rig.handles[0][0], true);
	capture_start();
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_non_null(strstr(capture_stop(), "cannot hook ioctl: No such file or directory"));
	assert_int_equal(rig.guest.nr_hooks, 1);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 1);
}

static void test_refused_hook_is_sent_once(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = second,
	};
	struct channel_stats stats;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	assert_int_equal(portal_hook_syscall(rig.modules[0], &hook, NULL), 0);
	rig.guest.refuse_add = -EBUSY;
	capture_start();
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	capture_stop();
	stats = rig_channel_stats(&rig);
	assert_int_equal(stats.operations[PORTAL_OP_HOOK_ADD], 2);
}

/* @kill: rig_kill_in() or rig_kill_before() */
static void install_after(void (*kill)(struct rig *, struct fake_session *, uint32_t),
			  size_t nr_hooks)
{
	static unsigned int ran;
	const struct portal_syscall_hook late = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "uname",
		.fn = count,
		.data = &ran,
	};
	struct portal_hook *handle;
	struct fake_session session;

	ran = 0;
	boot_with("ioctl", count, &ran);
	assert_int_equal(portal_hook_syscall(rig.modules[0], &late, &handle), 0);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	kill(&rig, &session, PORTAL_OP_HOOK_ADD);
	assert_int_equal(rig.guest.nr_hooks, nr_hooks);
	capture_start();
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_string_equal(rig_messages(), "");
	assert_int_equal(rig.guest.nr_hooks, 2);
	ran = 0;
	rig_call(&rig, "uname", 0, 0, 0);
	assert_int_equal(ran, 1);
	/* the host knows that the guest has it */
	assert_int_equal(portal_unhook(handle), 0);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
}

static void test_hook_added_in_cancelled_session_is_resent(void **state)
{
	(void)state;
	install_after(rig_kill_in, 2);
}

static void test_hook_not_added_in_cancelled_session_is_resent(void **state)
{
	(void)state;
	install_after(rig_kill_before, 1);
}

static void test_hook_removed_in_cancelled_session_is_removed(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl",
		  .fn = second },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "uname",
		  .fn = second },
	};
	struct fake_session session;

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, 2);
	rig_boot(&rig);
	portal_unhook(rig.handles[0][1]);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	rig_kill_in(&rig, &session, PORTAL_OP_HOOK_DEL);
	capture_start();
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_string_equal(rig_messages(), "");
	assert_int_equal(rig.guest.nr_hooks, 1);
	assert_int_equal(rig_host_stats(&rig).hooks, 1);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_HOOK_DEL], 2);
}

/* A cancelled session does not send changes that were made meanwhile; the next one does. */
static void test_session_that_is_over_sends_no_changes(void **state)
{
	const struct portal_syscall_hook late = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getpid",
		.fn = second,
	};
	struct fake_session session;

	(void)state;
	boot_with("ioctl", read_in_between, NULL);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 'a');
	assert_int_equal(portal_hook_syscall(rig.modules[0], &late, NULL), 0);
	rig_kill_before(&rig, &session, PORTAL_OP_READ);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_HOOK_ADD], 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_HOOK_ADD], 2);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_HOOK_ENABLE], 0);
	assert_int_equal(rig.guest.nr_hooks, 2);
}

static int fail_always(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return -EIO;
}

static int add_failing(struct portal_ctx *ctx, void *data)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "uname",
		.fn = fail_always,
	};

	(void)data;
	return portal_hook_syscall(portal_ctx_module(ctx), &hook, NULL);
}

/* The hook fails 100 times while HOOK_ADD has not been answered yet. */
static void test_hook_disabled_during_hook_add_is_sent_again(void **state)
{
	struct fake_session session;

	(void)state;
	boot_with("ioctl", add_failing, NULL);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	assert_int_equal(fake_session_op(&session), PORTAL_OP_HOOK_ADD);
	fake_session_serve(&session);
	capture_start();
	for (int i = 0; i < 100; i++)
		rig_call(&rig, "uname", 0, 0, 0);
	capture_stop();
	assert_int_equal(rig_host_stats(&rig).failures, 100);
	fake_session_call(&session, PORTAL_CALL_ANSWER);
	fake_session_finish(&session);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_false(rig.guest.hooks[1].on);
}

static void test_hook_add_cancelled_in_callback_is_undone(void **state)
{
	struct fake_session session;

	(void)state;
	memset(&adding, 0, sizeof(adding));
	adding.name = "uname";
	boot_with("ioctl", add_another, NULL);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	rig_kill_in(&rig, &session, PORTAL_OP_HOOK_ADD);
	assert_int_equal(adding.ret, -ECANCELED);
	assert_int_equal(rig.guest.nr_hooks, 2);
	assert_int_equal(rig_host_stats(&rig).hooks, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
}

static void test_hook_disabled_in_cancelled_session_can_be_enabled(void **state)
{
	unsigned int ran = 0;
	struct fake_session session;

	(void)state;
	boot_with("ioctl", count, &ran);
	portal_hook_enable(rig.handles[0][0], false);
	rig_open_call(&rig, &session, &rig.task, "ioctl", 0);
	rig_kill_in(&rig, &session, PORTAL_OP_HOOK_ENABLE);
	assert_false(rig.guest.hooks[0].on);
	portal_hook_enable(rig.handles[0][0], true);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 1);
}

static void test_changes_are_sent_in_the_next_event(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl",
		  .fn = second },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "uname",
		  .fn = second },
	};

	(void)state;
	rig_hooks(&rig, "test", 0, hooks, 2);
	rig_boot(&rig);
	portal_unhook(rig.handles[0][1]);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
}

static void test_hook_65_on_one_call_is_enospc(void **state)
{
	static struct portal_syscall_hook hooks[64];
	static unsigned int ran;
	const struct portal_syscall_hook more = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = count,
		.data = &ran,
	};
	struct portal_syscall_hook other = more;
	struct portal_hook *handle;

	(void)state;
	for (int i = 0; i < 64; i++)
		hooks[i] = more;
	ran = 0;
	rig_hooks(&rig, "test", 0, hooks, 64);
	assert_int_equal(portal_hook_syscall(rig.modules[0], &more, &handle), -ENOSPC);
	other.name = NULL;
	assert_int_equal(portal_hook_syscall(rig.modules[0], &other, &handle), -ENOSPC);
	other.name = "uname";
	assert_int_equal(portal_hook_syscall(rig.modules[0], &other, &handle), 0);
	rig_boot(&rig);
	assert_int_equal(rig.guest.nr_hooks, 65);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 64);
}

/* ---- hello ---- */

static const char *boot_badly(const char *name)
{
	static unsigned int ran;
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = name,
		.fn = count,
		.data = &ran,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_create_channel(&rig);
	capture_start();
	fake_hello(&rig.guest, 0);
	return capture_stop();
}

static void test_unknown_call_at_hello_reports_nearest_name(void **state)
{
	const char *log;

	(void)state;
	log = boot_badly("opennat");
	assert_non_null(strstr(log, "error: test: the guest's kernel 6.1.0-fake has no system call "
				    "'opennat'; did you mean 'openat'?"));
	assert_int_equal(rig.nr_failed, 1);
	assert_int_equal(rig.guest.nr_hooks, 0);
}

static void test_unknown_call_without_similar_name_at_hello(void **state)
{
	const char *log;

	(void)state;
	log = boot_badly("xyzzyxyzzy");
	assert_non_null(strstr(log, "no system call 'xyzzyxyzzy'\n"));
	assert_int_equal(rig.nr_failed, 1);
}

static void test_name_only_in_the_compat_table_is_found(void **state)
{
	(void)state;
	assert_string_equal(boot_badly("waitpid"), "");
	assert_int_equal(rig.nr_failed, 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
}

static void test_hook_refused_at_hello_ends_the_boot(void **state)
{
	const char *log;

	(void)state;
	rig.guest.refuse_add = -EBUSY;
	log = boot_badly("ioctl");
	assert_non_null(strstr(log, "test: the guest cannot hook ioctl: something else redirects "
				    "the kernel's function of ioctl, for example a live patch"));
	assert_int_equal(rig.nr_failed, 1);
}

/* The cursor names the call of a hook on every call: an ABI and a number, which may be nonsense. */
static void test_hook_on_every_call_that_is_refused_names_the_call(void **state)
{
	const struct {
		int err;
		uint64_t call;
		const char *expected;
	} rows[] = {
		{ -EBUSY, (uint64_t)PORTAL_ABI_X86_64 << 32 | 110, "function of getppid," },
		{ -EBUSY, (uint64_t)PORTAL_ABI_I386 << 32 | 7, "function of waitpid," },
		{ -ENOSYS, (uint64_t)PORTAL_ABI_X86_64 << 32 | 16, "call: ioctl: Function not" },
		{ -EBUSY, 0, "every system call: Device or resource busy" },
		{ -EBUSY, UINT64_MAX, "every system call: Device or resource busy" },
		{ -EBUSY, (uint64_t)PORTAL_ABI_X86_64 << 32 | 9999,
		  "call: Device or resource busy" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (i > 0) {
			teardown(state);
			setup(state);
		}
		rig.guest.refuse_add = rows[i].err;
		rig.guest.refuse_call = rows[i].call;
		assert_non_null(strstr(boot_badly(NULL), rows[i].expected));
	}
}

static void test_invalid_answer_at_hello_ends_the_boot(void **state)
{
	const char *log;

	(void)state;
	rig.guest.refuse_add = 1;
	log = boot_badly("ioctl");
	assert_non_null(strstr(log, "gave an unexpected answer: Protocol error"));
	assert_int_equal(rig.nr_failed, 1);
}

static void test_welcome_refused_by_the_guest_ends_the_boot(void **state)
{
	const char *log;

	(void)state;
	rig.guest.welcome = -EPROTO;
	log = boot_badly("ioctl");
	assert_non_null(strstr(log, "gave an unexpected answer"));
	assert_int_equal(rig.nr_failed, 1);
}

static void test_wire_version_mismatch_is_reported(void **state)
{
	const char *log;

	(void)state;
	rig.guest.hello_version = 7;
	log = boot_badly("ioctl");
	assert_non_null(strstr(log, "uses protocol version 7, but this portal-vmm uses version 2"));
	assert_int_equal(rig.guest.nr_hooks, 0);
	assert_int_equal(rig.nr_failed, 0);
}

static void test_reloaded_guest_module_gets_all_hooks(void **state)
{
	unsigned int ran = 0;

	(void)state;
	boot_with("ioctl", count, &ran);
	assert_int_equal(fake_bye(&rig.guest, 0), 0);
	portal_hook_enable(rig.handles[0][0], false);
	assert_int_equal(rig.nr_raised, 0);
	portal_hook_enable(rig.handles[0][0], true);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(ran, 1);
}

/* Replace the first byte of a block of names by one that no name may contain. */
static void spoil_names(void *ctx, struct portal_region *region)
{
	(void)ctx;
	if (region->data[0] == 'r')
		region->data[0] = '\n';
}

static void test_syscall_table_with_invalid_names_is_eproto(void **state)
{
	const char *log;

	(void)state;
	rig.guest.tamper = spoil_names;
	log = boot_badly("ioctl");
	assert_non_null(strstr(log, "gave an unexpected answer: Protocol error"));
	assert_int_equal(rig.nr_failed, 1);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SESSION_TEST(test_suspended_callback_lets_others_of_its_module_run),
		SESSION_TEST(test_hook_hit_during_an_operation_nests),
		SESSION_TEST(test_sessions_on_all_pages_twice),
		SESSION_TEST(test_killed_task_cancels_callback_without_message),
		SESSION_TEST(test_shutdown_cancels_all_suspended_callbacks),
		SESSION_TEST(test_invalid_answer_ends_the_session_without_verdict),
		SESSION_TEST(test_hook_added_in_callback_is_installed_at_once),
		SESSION_TEST(test_unknown_call_after_hello_is_enoent),
		SESSION_TEST(test_hook_refused_by_the_guest_is_removed),
		SESSION_TEST(test_hook_can_remove_itself),
		SESSION_TEST(test_hook_removed_by_earlier_hook_is_not_called),
		SESSION_TEST(test_hook_younger_than_the_event_is_not_called),
		SESSION_TEST(test_hook_disabled_by_thread_is_sent_in_work_session),
		SESSION_TEST(test_hook_lost_by_the_guest_is_installed_again),
		SESSION_TEST(test_refused_hook_is_sent_once),
		SESSION_TEST(test_hook_added_in_cancelled_session_is_resent),
		SESSION_TEST(test_hook_not_added_in_cancelled_session_is_resent),
		SESSION_TEST(test_hook_removed_in_cancelled_session_is_removed),
		SESSION_TEST(test_session_that_is_over_sends_no_changes),
		SESSION_TEST(test_hook_disabled_during_hook_add_is_sent_again),
		SESSION_TEST(test_hook_add_cancelled_in_callback_is_undone),
		SESSION_TEST(test_hook_disabled_in_cancelled_session_can_be_enabled),
		SESSION_TEST(test_changes_are_sent_in_the_next_event),
		SESSION_TEST(test_hook_65_on_one_call_is_enospc),
		SESSION_TEST(test_unknown_call_at_hello_reports_nearest_name),
		SESSION_TEST(test_unknown_call_without_similar_name_at_hello),
		SESSION_TEST(test_name_only_in_the_compat_table_is_found),
		SESSION_TEST(test_hook_refused_at_hello_ends_the_boot),
		SESSION_TEST(test_hook_on_every_call_that_is_refused_names_the_call),
		SESSION_TEST(test_invalid_answer_at_hello_ends_the_boot),
		SESSION_TEST(test_welcome_refused_by_the_guest_ends_the_boot),
		SESSION_TEST(test_wire_version_mismatch_is_reported),
		SESSION_TEST(test_reloaded_guest_module_gets_all_hooks),
		SESSION_TEST(test_syscall_table_with_invalid_names_is_eproto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
