/* SPDX-License-Identifier: MIT */
/*
 * The right hook, in all interleavings of tasks that make a hooked call with hooks that are removed
 * and added meanwhile. A task matches, sleeps while it lists the hooks, fetches their items, and
 * waits for a page; then the host gets the event. The guest's side is the guest module's own source
 * (ids_guest.h), the host's side the channel and the hooks of portal-vmm.
 *
 * A step of the guest is one access to what tasks share in the table of hooks: the newest serial, a
 * link of a list, the lock. A step of the host is one call of the doorbell, from the exit to the
 * entry; what happens within it at the same time on another vCPU is hooks-smp's.
 *
 * In each interleaving: a callback runs only for a call that its hook's filters match. A hook that
 * is there during the whole call is called once. An id or serial is never used twice. In the end
 * nothing is left of a hook in the guest or on the host, and its bit is free.
 *
 * The same search finds the wrong hooks of what was done before: bits instead of ids, and ids
 * without serials, or ids that are used again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <portal/hook.h>
#include <portal/wire.h>
#include <stdio.h>
#include <string.h>

#include "hooks/module.h"
#include "hooks/module_host.h"
#include "hooks/registry.h"
#include "ids_guest.h"
#include "portal/channel.h"
#include "schedule.h"

#define CALLER	0u
#define CALLER2 1u
#define CHANGER 2u
#define WORKER	3u

#define CALL_NAME  "call10"
#define CALL_NR	   10u
#define CHANGE_NR  20u
#define NR_STAGES  2u
#define NR_CALLERS 2u

enum { KEPT, REMOVED, KEPT2, ADDED, ADDED2, NR_HOOKS };

/**
 * struct test_hook - a hook on CALL_NAME
 * @comm, @path: its filters; NULL: none
 * @handle: of the module
 * @is_wanted: the module has it, or is adding it
 * @is_installed: the guest has it
 */
struct test_hook {
	const char *comm, *path;
	struct portal_hook *handle;
	bool is_wanted;
	bool is_installed;
};

/**
 * struct call - a call that a task makes
 * @comm, @path: of the task
 * @is_made: it is going on
 * @was_there: hooks that were there from its beginning, and that nobody has removed since
 * @nr_called: callbacks for it, by hook and stage
 */
struct call {
	const char *comm, *path;
	bool is_made;
	bool was_there[NR_HOOKS];
	unsigned int nr_called[NR_HOOKS][NR_STAGES];
};

/*
 * what is run; @begins_late: calls may begin after changes; @reuses_ids: the host gives the id of a
 * removed hook to the next one
 */
struct variant {
	const char *name;
	struct schedule schedule;
	enum ids_way way;
	uint32_t when;
	bool begins_late, reuses_ids;
};

static struct {
	const struct variant *variant;
	struct module_host *host;
	struct channel *channel;
	struct portal_module *module;
	struct test_hook hooks[NR_HOOKS];
	struct call calls[NR_CALLERS];
	void (*change)(void);
	uint32_t last_id, free_id;
	uint64_t last_serial;
	bool has_work, is_over;
	uint64_t nr_wrong, nr_missed, nr_twice, nr_reused, nr_left, nr_called;
} test;

/* ---- callbacks ---- */

static bool matches(const struct test_hook *hook, const struct call *call)
{
	return (!hook->comm || strcmp(hook->comm, call->comm) == 0) &&
	       (!hook->path || strcmp(hook->path, call->path) == 0);
}

static int on_call(struct portal_ctx *ctx, void *data)
{
	struct test_hook *hook = data;
	struct call *call = &test.calls[portal_arg(ctx, 2)];
	unsigned int *count = &call->nr_called[hook - test.hooks][portal_is_return(ctx)];

	test.nr_called++;
	test.nr_wrong += !call->is_made || !matches(hook, call) || !hook->is_wanted;
	test.nr_twice += ++*count > 1;
	return 0;
}

static void add_hook(unsigned int n)
{
	static const struct portal_fetch path = { .what = PORTAL_FETCH_STR, .max = 16 };
	struct test_hook *hook = &test.hooks[n];
	struct portal_syscall_hook desc = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = test.variant->when,
		.name = CALL_NAME,
		.comm = hook->comm,
		.fetch = &path,
		.nr_fetch = 1,
		.fn = on_call,
		.data = hook,
	};

	if (hook->path)
		desc.arg[0] =
			(struct portal_match){ .cmp = PORTAL_MATCH_STR_EQ, .str = hook->path };
	if (test.variant->reuses_ids && test.free_id) {
		test.module->registry->last_id = test.free_id - 1;
		test.free_id = 0;
	}
	/* the guest may have it before the function returns */
	hook->is_wanted = true;
	assert_int_equal(portal_hook_syscall(test.module, &desc, &hook->handle), 0);
}

static void remove_hook(unsigned int n)
{
	struct test_hook *hook = &test.hooks[n];

	for (unsigned int i = 0; i < NR_CALLERS; i++)
		test.calls[i].was_there[n] = false;
	assert_int_equal(portal_unhook(hook->handle), 0);
	hook->is_wanted = hook->is_installed = false;
}

/* The call that changes hooks: in its callback, or when it has ended. */
static int on_change(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	test.change();
	return 0;
}

static int load(struct portal_module *module)
{
	const struct portal_syscall_hook desc = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "call20",
		.fn = on_change,
	};

	test.module = module;
	return portal_hook_syscall(module, &desc, NULL);
}

/* ---- the host, as the guest sees it ---- */

static int serve(unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	return channel_call(test.channel, vcpu, GPA(gpa), kind);
}

static void on_added(uint32_t id, uint64_t serial)
{
	test.nr_reused += id <= test.last_id || serial <= test.last_serial;
	test.last_id = id;
	test.last_serial = serial;
}

static void on_deleted(uint32_t id)
{
	test.free_id = id;
}

static const struct ids_host host = { .call = serve, .added = on_added, .deleted = on_deleted };

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	(void)ctx;
	return ids_guest_ram(gpa.value, len);
}

static void raise_work(void *ctx)
{
	(void)ctx;
	test.has_work = true;
}

/* ---- tasks ---- */

/* The change is a callback of a call, whose session may carry it out. */
static void change_in_callback(void (*change)(void))
{
	test.change = change;
	ids_guest_call(CHANGE_NR, "", 0, 0);
}

static void make_call(unsigned int caller)
{
	struct call *call = &test.calls[caller];

	memset(call->nr_called, 0, sizeof(call->nr_called));
	if (test.variant->begins_late)
		schedule_step(false, &host, NULL, NULL, NULL);
	for (unsigned int n = 0; n < NR_HOOKS; n++)
		call->was_there[n] = test.hooks[n].is_installed;
	call->is_made = true;
	ids_guest_call(CALL_NR, call->path, 0, caller);
	call->is_made = false;
	for (unsigned int n = 0; n < NR_HOOKS; n++)
		for (unsigned int stage = 0; stage < NR_STAGES; stage++)
			test.nr_missed += call->was_there[n] && matches(&test.hooks[n], call) &&
					  test.variant->when & 1u << stage &&
					  !call->nr_called[n][stage];
}

static void run_caller(void)
{
	make_call(CALLER);
}

static void run_caller2(void)
{
	make_call(CALLER2);
}

static void remove_one(void)
{
	remove_hook(REMOVED);
}

static void add_one(void)
{
	add_hook(ADDED2);
	test.hooks[ADDED2].is_installed = true;
}

/* The second event gives the bit out again. */
static void run_changer(void)
{
	change_in_callback(remove_one);
	change_in_callback(add_one);
}

static void replace_one(void)
{
	remove_hook(REMOVED);
	add_hook(ADDED);
	test.hooks[ADDED].is_installed = true;
}

/* The guest gets the new hook first, and removes the other one at the end of the event. */
static void run_replacer(void)
{
	change_in_callback(replace_one);
	change_in_callback(add_one);
}

/* The same, by a thread of the module, outside events: the changes are sent by any session. */
static void run_thread(void)
{
	schedule_step(true, &host, &test.has_work, NULL, NULL);
	remove_one();
	schedule_step(true, &host, &test.has_work, NULL, NULL);
	add_hook(ADDED2);
	schedule_step(true, &host, &test.has_work, NULL, NULL);
	test.is_over = true;
	test.has_work = true;
}

/* The guest's thread for work of the host. */
static void run_worker(void)
{
	bool is_over;

	do {
		schedule_wait(&test.has_work, true);
		is_over = test.is_over;
		test.has_work = false;
		ids_guest_work();
	} while (!is_over);
}

static void add_first(void)
{
	add_hook(KEPT);
	add_hook(REMOVED);
	add_hook(KEPT2);
}

static void remove_all(void)
{
	for (unsigned int n = 0; n < NR_HOOKS; n++)
		if (test.hooks[n].is_wanted)
			remove_hook(n);
}

static void enter(unsigned int task)
{
	static const char *const comms[] = { "a", "b", "changer", "worker" };

	ids_guest_enter(task, comms[task]);
}

static void begin(void)
{
	enter(CHANGER);
	change_in_callback(add_first);
	for (unsigned int n = 0; n < NR_HOOKS; n++)
		test.hooks[n].is_installed = test.hooks[n].is_wanted;
	test.has_work = test.is_over = false;
}

/* The hook of the changer is left. */
static void end(void)
{
	struct channel_stats stats;

	enter(CHANGER);
	change_in_callback(remove_all);
	channel_get_stats(test.channel, &stats);
	test.nr_left += !ids_guest_is_clean(1) || stats.sessions_now > 0 ||
			registry_count(test.module->registry, NULL) != 1;
}

/* ---- the tests ---- */

static int setup(void **state)
{
	static const struct portal_module_desc desc = { PORTAL_MODULE_INIT, .name = "ids",
							.load = load };
	const struct module_host_ops ops = { .raise_work = raise_work };
	struct channel_config config = { .ram = { .slice = slice }, .nr_vcpus = IDS_NR_TASKS };

	(void)state;
	memset(&test, 0, sizeof(test));
	test.hooks[KEPT].comm = "a";
	test.hooks[REMOVED].path = "/x";
	test.hooks[KEPT2].comm = "b";
	test.hooks[ADDED].comm = "a";
	test.hooks[ADDED2].comm = "b";
	test.calls[CALLER] = (struct call){ .comm = "a", .path = "/x" };
	test.calls[CALLER2] = (struct call){ .comm = "b", .path = "/x" };
	assert_int_equal(module_host_create(&ops, &test.host), 0);
	assert_int_equal(module_host_add(test.host, &desc, "ids.so"), 0);
	module_host_sink(test.host, &config.sink);
	assert_int_equal(channel_create(&config, &test.channel), 0);
	assert_int_equal(ids_guest_start(&host), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned int vcpu = 0; vcpu < IDS_NR_TASKS; vcpu++)
		channel_cancel_vcpu(test.channel, vcpu);
	channel_destroy(test.channel);
	module_host_destroy(test.host);
	return ids_guest_stop() != 0;
}

/* Checks what holds in every order, also for what was done before. */
static void run(const struct variant *variant)
{
	struct channel_stats stats;
	struct schedule_result result;

	test.variant = variant;
	test.nr_called = test.nr_wrong = test.nr_missed = test.nr_twice = test.nr_reused = 0;
	ids_guest_set_way(variant->way);
	schedule_all(&variant->schedule, &result);
	channel_get_stats(test.channel, &stats);
	printf("%s: %" PRIu64 " orders, %" PRIu64 " of them redundant, %" PRIu64 " steps, %" PRIu64
	       " callbacks, %" PRIu64 " wrong\n",
	       variant->name, result.nr_orders, result.nr_redundant, result.nr_steps,
	       test.nr_called, test.nr_wrong);
	assert_int_equal(result.nr_stuck, 0);
	assert_true(result.nr_orders > 1000);
	assert_int_equal(test.nr_left, 0);
	assert_int_equal(test.nr_missed, 0);
	assert_int_equal(test.nr_twice, 0);
	assert_int_equal(stats.protocol_errors, 0);
	assert_int_equal(stats.refused, 0);
}

static void run_right(const struct variant *variant)
{
	run(variant);
	assert_int_equal(test.nr_wrong, 0);
	assert_int_equal(test.nr_reused, 0);
	assert_true(test.nr_called > 0);
}

static void run_wrong(const struct variant *variant)
{
	run(variant);
	assert_true(test.nr_wrong > 0);
}

#define TASKS(...)                                                                  \
	{                                                                           \
		.begin = begin, .enter = enter, .end = end, .run = { __VA_ARGS__ }, \
		.nr = IDS_NR_TASKS                                                  \
	}

#define ONE_CALLER TASKS(run_caller, NULL, run_changer)

static void test_callback_runs_for_what_its_hook_has_matched(void **state)
{
	static const struct variant both_stages = {
		.name = "hook removed, another added",
		.schedule = ONE_CALLER,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
	};
	static const struct variant in_one_event = {
		.name = "in one event",
		.schedule = TASKS(run_caller, NULL, run_replacer),
		.begins_late = true,
		.when = PORTAL_ON_ENTER,
	};

	(void)state;
	run_right(&both_stages);
	run_right(&in_one_event);
}

static void test_callback_runs_for_the_right_one_of_two_tasks(void **state)
{
	static const struct variant two = {
		.name = "two tasks",
		.schedule = { .begin = begin,
			      .enter = enter,
			      .end = end,
			      .run = { run_caller, run_caller2, run_changer },
			      .nr = IDS_NR_TASKS,
			      .coarse = 1u << CALLER | 1u << CALLER2 },
		.when = PORTAL_ON_ENTER,
	};

	(void)state;
	run_right(&two);
}

static void test_callback_runs_for_the_right_call_when_a_thread_changes_hooks(void **state)
{
	static const struct variant thread = {
		.name = "changes by a thread",
		.schedule = TASKS(run_caller, NULL, run_thread, run_worker),
		.when = PORTAL_ON_ENTER,
	};

	(void)state;
	run_right(&thread);
}

static void test_bits_reach_another_hook(void **state)
{
	static const struct variant bits = {
		.name = "bits instead of ids",
		.schedule = ONE_CALLER,
		.way = IDS_BITS,
		.when = PORTAL_ON_ENTER,
	};

	(void)state;
	run_wrong(&bits);
}

static void test_bits_without_serials_reach_another_hook(void **state)
{
	static const struct variant no_serials = {
		.name = "ids without serials",
		.schedule = ONE_CALLER,
		.way = IDS_NO_SERIALS,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
	};

	(void)state;
	run_wrong(&no_serials);
}

/* Serials do not suffice: the host learns that of a hook only when the guest has installed it. */
static void test_ids_that_are_used_again_reach_another_hook(void **state)
{
	static const struct variant reused = {
		.name = "ids used again",
		.schedule = ONE_CALLER,
		.when = PORTAL_ON_ENTER,
		.reuses_ids = true,
	};

	(void)state;
	run_wrong(&reused);
	assert_true(test.nr_reused > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_callback_runs_for_what_its_hook_has_matched),
		TEST(test_callback_runs_for_the_right_one_of_two_tasks),
		TEST(test_callback_runs_for_the_right_call_when_a_thread_changes_hooks),
		TEST(test_bits_reach_another_hook),
		TEST(test_bits_without_serials_reach_another_hook),
		TEST(test_ids_that_are_used_again_reach_another_hook),
	};

	return cmocka_run_group_tests_name("guest-kmod/hook_ids", tests, NULL, NULL);
}
