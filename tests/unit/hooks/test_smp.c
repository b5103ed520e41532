/* SPDX-License-Identifier: MIT */
/* Two vCPUs on two threads. Run with ThreadSanitizer, these tests find data races. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#define MEMORY	 0x10000ull
#define NR_CALLS 300

static struct rig rig;
static struct fake_task tasks[2];

/* not atomic on purpose: the module's lock must protect it */
static unsigned int nr_plain;
static atomic_uint nr_inside, most_inside, nr_served;
static pthread_barrier_t meeting;

static int setup(void **state)
{
	(void)state;
	nr_plain = 0;
	nr_inside = most_inside = nr_served = 0;
	rig_init(&rig, 8, 2);
	for (int i = 0; i < 2; i++) {
		fake_task_init(&tasks[i], "smp", false);
		fake_map(&tasks[i], MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	for (int i = 0; i < 2; i++)
		fake_task_done(&tasks[i]);
	return 0;
}

static void boot_with(uint32_t flags, portal_syscall_fn *fn)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = fn,
	};

	rig_hooks(&rig, "smp", flags, &hook, 1);
	rig_boot(&rig);
}

static void call_often(unsigned int vcpu)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	struct fake_result result;

	for (int i = 0; i < NR_CALLS; i++) {
		fake_syscall(&rig.guest, vcpu, &tasks[vcpu], "ioctl", args, &result);
		nr_served += !result.refused;
	}
}

static void *be_vcpu_1(void *arg)
{
	(void)arg;
	call_often(1);
	channel_cancel_vcpu(rig.channel, 1);
	return NULL;
}

static void run_both(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, be_vcpu_1, NULL), 0);
	call_often(0);
	pthread_join(thread, NULL);
}

static int count_with_reads(struct portal_ctx *ctx, void *data)
{
	uint32_t value;
	unsigned int inside;

	(void)data;
	for (int i = 0; i < 3; i++) {
		inside = ++nr_inside;
		if (inside > most_inside)
			most_inside = inside;
		nr_plain++;
		nr_inside--;
		if (portal_read_int(ctx, MEMORY, &value) < 0)
			return -EIO;
	}
	return 0;
}

static void test_callbacks_of_one_module_never_run_in_parallel(void **state)
{
	(void)state;
	boot_with(0, count_with_reads);
	run_both();
	assert_int_equal(nr_served, 2 * NR_CALLS);
	assert_int_equal(nr_plain, 2 * NR_CALLS * 3);
	assert_int_equal(most_inside, 1);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

/* Return only when the other vCPU's callback has also arrived. */
static int meet(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	pthread_barrier_wait(&meeting);
	return 0;
}

static void test_callbacks_of_a_thread_safe_module_run_in_parallel(void **state)
{
	(void)state;
	pthread_barrier_init(&meeting, NULL, 2);
	boot_with(PORTAL_MODULE_THREAD_SAFE, meet);
	run_both();
	assert_int_equal(rig_host_stats(&rig).callbacks, 2 * NR_CALLS);
	pthread_barrier_destroy(&meeting);
}

static void *toggle(void *arg)
{
	struct portal_syscall_hook extra = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = count_with_reads,
	};
	struct portal_hook *handle;

	(void)arg;
	for (int i = 0; i < 50; i++) {
		portal_hook_enable(rig.handles[0][0], i & 1);
		if (portal_hook_syscall(rig.modules[0], &extra, &handle) == 0)
			portal_unhook(handle);
	}
	return NULL;
}

static void test_hooks_changed_by_third_thread_during_events(void **state)
{
	pthread_t thread;

	(void)state;
	boot_with(0, count_with_reads);
	assert_int_equal(pthread_create(&thread, NULL, toggle, NULL), 0);
	run_both();
	pthread_join(thread, NULL);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_hooks, 1);
	assert_true(rig.guest.hooks[0].on);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 0);
}

static void *hello_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < 20; i++)
		if (fake_hello(&rig.guest, 1) < 0)
			break;
	channel_cancel_vcpu(rig.channel, 1);
	return NULL;
}

static void test_new_pool_while_the_old_pool_is_in_use(void **state)
{
	pthread_t thread;

	(void)state;
	boot_with(0, count_with_reads);
	assert_int_equal(pthread_create(&thread, NULL, hello_often, NULL), 0);
	call_often(0);
	pthread_join(thread, NULL);
	assert_int_equal(rig_channel_stats(&rig).sessions_now, 0);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 0);
}

/* ---- rules ---- */

#define BY_RULE	    7
#define BY_CALLBACK 9
#define ADDING	    UINT64_MAX

/* id of the rule in force; ADDING while one is being added; 0: none */
static _Atomic uint64_t live;
static atomic_uint nr_by_rule, nr_by_callback;
static atomic_bool over;
static uint64_t nr_hits;

static int answer_with_a_rule(struct portal_ctx *ctx, void *data)
{
	const struct portal_rule rule = {
		PORTAL_RULE_INIT,
		.when = PORTAL_ON_ENTER,
		.flags = PORTAL_RULE_SKIP,
		.ret = BY_RULE,
	};
	uint64_t none = 0, id;

	(void)data;
	if (atomic_compare_exchange_strong(&live, &none, ADDING))
		live = portal_rule_add(rig.handles[0][0], &rule, &id) == 0 ? id : 0;
	return portal_skip(ctx, BY_CALLBACK);
}

static void end_rule(void)
{
	uint64_t id = live, hits;

	if (id == 0 || id == ADDING || portal_rule_revoke(rig.handles[0][0], id, &hits) < 0)
		return;
	nr_hits += hits;
	live = 0;
}

static void *end_rules(void *arg)
{
	(void)arg;
	while (!over) {
		end_rule();
		sched_yield();
	}
	return NULL;
}

static void call_and_count(unsigned int vcpu)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	struct fake_result result;

	for (int i = 0; i < 10 * NR_CALLS; i++) {
		fake_syscall(&rig.guest, vcpu, &tasks[vcpu], "ioctl", args, &result);
		nr_by_rule += result.ret == BY_RULE;
		nr_by_callback += result.ret == BY_CALLBACK;
	}
}

static void *count_on_vcpu_1(void *arg)
{
	(void)arg;
	call_and_count(1);
	channel_cancel_vcpu(rig.channel, 1);
	return NULL;
}

static void test_rule_revoked_during_calls_is_hit_or_event(void **state)
{
	pthread_t vcpu, ender;

	(void)state;
	live = 0;
	nr_hits = 0;
	nr_by_rule = 0;
	nr_by_callback = 0;
	over = false;
	boot_with(0, answer_with_a_rule);
	assert_int_equal(pthread_create(&ender, NULL, end_rules, NULL), 0);
	assert_int_equal(pthread_create(&vcpu, NULL, count_on_vcpu_1, NULL), 0);
	call_and_count(0);
	pthread_join(vcpu, NULL);
	over = true;
	pthread_join(ender, NULL);
	end_rule();
	assert_int_equal(nr_by_rule + nr_by_callback, 2 * 10 * NR_CALLS);
	assert_int_equal(nr_hits, nr_by_rule);
	assert_int_equal(rig_host_stats(&rig).rules_hits, nr_by_rule);
	assert_int_equal(rig_host_stats(&rig).callbacks, nr_by_callback);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], nr_by_callback);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 0);
}

static void test_new_pool_while_rules_are_sent(void **state)
{
	pthread_t thread;

	(void)state;
	live = nr_hits = 0;
	boot_with(0, answer_with_a_rule);
	assert_int_equal(pthread_create(&thread, NULL, hello_often, NULL), 0);
	for (int i = 0; i < 50; i++) {
		call_often(0);
		end_rule();
	}
	pthread_join(thread, NULL);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 0);
}

#define SMP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SMP_TEST(test_callbacks_of_one_module_never_run_in_parallel),
		SMP_TEST(test_callbacks_of_a_thread_safe_module_run_in_parallel),
		SMP_TEST(test_hooks_changed_by_third_thread_during_events),
		SMP_TEST(test_new_pool_while_the_old_pool_is_in_use),
		SMP_TEST(test_rule_revoked_during_calls_is_hit_or_event),
		SMP_TEST(test_new_pool_while_rules_are_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
