/* SPDX-License-Identifier: MIT */
/* Rules: answering without an exit, installing, revoking and removing. */
#include "rig.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "base/bytes.h"
#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;
static uint8_t *memory;

/* parameters and results of the callback */
static struct {
	unsigned int calls;
	const struct portal_rule *rule;
	int result;
	uint64_t id;
} callback;

static struct portal_hook *hook_at(size_t i)
{
	return rig.handles[0][i];
}

static int answer(struct portal_ctx *ctx, void *data)
{
	(void)data;
	callback.calls++;
	if (callback.rule)
		callback.result = portal_rule_add(hook_at(0), callback.rule, &callback.id);
	callback.rule = NULL;
	return portal_is_return(ctx) ? portal_set_ret(ctx, 99) : portal_skip(ctx, 99);
}

static int always_fail(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return -EIO;
}

static int setup(void **state)
{
	(void)state;
	memset(&callback, 0, sizeof(callback));
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

/* Register @nr hooks on @name at @when with the callback answer(). */
static void load_hooks(const char *name, uint32_t when, size_t nr)
{
	struct portal_syscall_hook hooks[4];

	for (size_t i = 0; i < nr; i++)
		hooks[i] = (struct portal_syscall_hook){
			PORTAL_SYSCALL_HOOK_INIT,
			.when = when,
			.name = name,
			.fn = answer,
		};
	rig_hooks(&rig, "test", 0, hooks, nr);
}

static const struct portal_rule skip_7 = {
	PORTAL_RULE_INIT,
	.when = PORTAL_ON_ENTER,
	.flags = PORTAL_RULE_SKIP,
	.ret = 7,
};

static uint64_t add(const struct portal_rule *rule)
{
	uint64_t id = 0;

	assert_int_equal(portal_rule_add(hook_at(0), rule, &id), 0);
	return id;
}

static uint64_t hits_of(uint64_t id)
{
	uint64_t hits;

	assert_int_equal(portal_rule_hits(hook_at(0), id, &hits), 0);
	return hits;
}

static uint64_t events(void)
{
	return rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT];
}

/* ---- answering ---- */

static void test_rule_added_in_load_answers_the_first_call(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(events(), 0);
	assert_int_equal(callback.calls, 0);
	assert_int_equal(hits_of(id), 2);
	assert_int_equal(rig_host_stats(&rig).rules_added, 1);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 2);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 1);
}

/* A rule on read: if the pointer in the buffer points after a 5, store a word and return 3. */
static void test_rule_conditions_and_effects(void **state)
{
	const struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_PTR_MEM,
			     .arg = 1,
			     .offset = 8,
			     .inner_offset = -4 },
		  .match = { .cmp = PORTAL_MATCH_EQ, .width = 2, .value = 5 } },
		{ .place = { .what = PORTAL_RULE_RET }, .match = { .cmp = PORTAL_MATCH_ERROR } },
	};
	const struct portal_rule_store stores[] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 1, .offset = 32 },
		  .value = 0x1234567,
		  .len = 3 },
		{ .place = { .what = PORTAL_RULE_PTR_MEM, .arg = 1, .offset = 8 },
		  .bytes = "word",
		  .len = 5 },
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_RETURN, .flags = PORTAL_RULE_SET_RET,
		.ret = 3,	  .conds = conds,	    .nr_conds = 2,
		.stores = stores, .nr_stores = 2,
	};
	const uint64_t pointer = htole64(MEMORY + 0x104);

	(void)state;
	load_hooks("read", PORTAL_ON_RETURN, 1);
	rig_boot(&rig);
	add(&rule);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	memcpy(memory + 8, &pointer, 8);
	memory[0x100] = 5;
	assert_int_equal(rig_call(&rig, "read", 0, MEMORY, 0), 3);
	assert_memory_equal(memory + 32, "\x67\x45\x23\0", 4);
	assert_string_equal((char *)memory + 0x104, "word");
	assert_int_equal(events(), 0);
	memory[0x101] = 1;
	assert_int_equal(rig_call(&rig, "read", 0, MEMORY, 0), 99);
	assert_int_equal(events(), 1);
}

static void test_rule_changes_arguments(void **state)
{
	const struct portal_rule rule = {
		PORTAL_RULE_INIT,
		.when = PORTAL_ON_ENTER,
		.arg_mask = 1u << 1,
		.args = { [1] = 4711 },
	};
	const uint64_t args[PORTAL_NR_ARGS] = { 1, 2, 3 };
	struct fake_result result;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	add(&rule);
	rig_boot(&rig);
	fake_syscall(&rig.guest, 0, &rig.task, "getppid", args, &result);
	assert_true(result.ran);
	assert_int_equal(result.args[1], 4711);
	assert_int_equal(result.args[2], 3);
	assert_int_equal(result.calls, 0);
}

static void test_first_matching_rule_answers(void **state)
{
	struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_ARG, .arg = 0 },
		.match = { .cmp = PORTAL_MATCH_GT, .value = 10 },
	};
	struct portal_rule rule = skip_7;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rule.conds = &cond;
	rule.nr_conds = 1;
	add(&rule);
	rule.ret = 8;
	cond.match.value = 5;
	add(&rule);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 11, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 6, 0, 0), 8);
	assert_int_equal(rig_call(&rig, "getppid", 5, 0, 0), 99);
}

static void test_rule_is_not_used_with_two_hooks_on_one_call(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 2);
	add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(callback.calls, 2);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 0);
}

static void test_failing_store_sends_event_and_is_logged(void **state)
{
	const struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_MEM, .arg = 0 },
		.value = 1,
		.len = 4,
	};
	struct portal_rule rule = skip_7;
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rule.stores = &store;
	rule.nr_stores = 1;
	id = add(&rule);
	rig_boot(&rig);
	capture_start();
	assert_int_equal(rig_call(&rig, "getppid", 0x666, 0, 0), 99);
	assert_non_null(strstr(
		capture_stop(),
		"test: a rule of the hook on getppid could not do all its stores [probe 101]"));
	assert_int_equal(callback.calls, 1);
	assert_int_equal(hits_of(id), 1);
	assert_int_equal(rig_host_stats(&rig).rules_failed, 1);
	assert_int_equal(rig_call(&rig, "getppid", MEMORY, 0, 0), 7);
	assert_int_equal(rig_host_stats(&rig).rules_failed, 1);
}

/* ---- adding ---- */

static void test_rule_added_in_callback_answers_the_next_call(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	callback.rule = &skip_7;
	callback.result = 1;
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(callback.result, 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(events(), 1);
	assert_int_equal(hits_of(callback.id), 2);
	/* the rule was sent in the session of the event */
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_ANSWER],
			 rig_channel_stats(&rig).operations[PORTAL_OP_SYSCALL_NAMES] + 4);
	assert_int_equal(rig.nr_raised, 0);
}

static void test_rule_added_by_thread_requests_a_session(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	add(&skip_7);
	assert_int_equal(rig.nr_raised, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
}

static void test_refused_rule_is_returned_to_the_callback(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	rig.guest.refuse_rule = -ENOMEM;
	callback.rule = &skip_7;
	capture_start();
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_non_null(
		strstr(capture_stop(), "test: the guest cannot install a rule for getppid: "));
	assert_int_equal(callback.result, -ENOMEM);
	rig.guest.refuse_rule = 0;
	/* the rule has been removed and is not sent again */
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_RULE_ADD], 1);
}

static void test_refused_rule_of_load_keeps_the_hook(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	add(&skip_7);
	rig.guest.refuse_open = -ENOMEM;
	capture_start();
	rig_boot(&rig);
	assert_non_null(
		strstr(capture_stop(), "test: the guest cannot install a rule for getppid: "));
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 1);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_RULE_ADD], 0);
}

static void test_guest_without_rules_sends_events(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	fake_lack_op(&rig.guest, PORTAL_OP_RULE_OPEN);
	add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 0);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -EOPNOTSUPP);
}

static void test_invalid_slot_addresses_are_eproto(void **state)
{
	const uint64_t places[] = { FAKE_SLOTS_GPA + 64,
				    FAKE_SLOTS_GPA + PORTAL_PAGE_SIZE,
				    0,
				    UINT64_MAX,
				    UINT64_MAX - 4095,
				    FAKE_RAM_BASE,
				    FAKE_RAM_BASE + 2 * PORTAL_PAGE_SIZE };

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		uint64_t errors = rig_channel_stats(&rig).protocol_errors;

		rig.guest.slots_gpa = places[i];
		add(&skip_7);
		assert_int_equal(fake_work(&rig.guest, 0), -1);
		assert_int_equal(rig_channel_stats(&rig).protocol_errors, errors + 1);
	}
	/* a valid address is accepted afterwards */
	rig.guest.slots_gpa = FAKE_SLOTS_GPA;
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
}

/* ---- revoking ---- */

static void test_rule_revoke_needs_no_doorbell_call(void **state)
{
	struct channel_stats before, after;
	uint64_t id, hits = 0, unknown;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	before = rig_channel_stats(&rig);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, &hits), 0);
	assert_int_equal(hits, 3);
	after = rig_channel_stats(&rig);
	assert_memory_equal(before.doorbells, after.doorbells, sizeof(before.doorbells));
	assert_int_equal(rig.nr_raised, 0);
	assert_int_equal(rig.guest.nr_rules, 1);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	/* it was removed from the guest in the session of the event */
	assert_int_equal(rig.guest.nr_rules, 0);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), -ENOENT);
	assert_int_equal(portal_rule_hits(hook_at(0), id, &unknown), -ENOENT);
	assert_int_equal(rig_host_stats(&rig).rules_revoked, 1);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 3);
}

static void test_disabled_hook_loses_its_rules_at_once(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	portal_hook_enable(hook_at(0), false);
	/* the hook is still enabled in the guest */
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), -ENOTTY);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -ENOENT);
	portal_hook_enable(hook_at(0), true);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	add(&skip_7);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 2);
	assert_int_equal(rig_host_stats(&rig).rules_revoked, 1);
}

static void test_removed_hook_removes_its_rules(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	add(&skip_7);
	add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	portal_unhook(hook_at(0));
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), -ENOTTY);
	assert_int_equal(rig.guest.nr_hooks, 0);
	assert_int_equal(rig.guest.nr_rules, 0);
	assert_int_equal(rig_host_stats(&rig).rules_revoked, 2);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 1);
}

static void test_hook_that_fails_too_often_loses_its_rules(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getppid",
		.fn = always_fail,
	};
	const struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_ARG },
		.match = { .cmp = PORTAL_MATCH_EQ, .value = 1 },
	};
	struct portal_rule rule = skip_7;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rule.conds = &cond;
	rule.nr_conds = 1;
	add(&rule);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 1, 0, 0), 7);
	capture_start();
	for (int i = 0; i < 100; i++)
		rig_call(&rig, "getppid", 2, 0, 0);
	capture_stop();
	assert_int_equal(rig_call(&rig, "getppid", 1, 0, 0), -ENOTTY);
	assert_int_equal(rig_host_stats(&rig).rules_revoked, 1);
}

static void test_bye_keeps_hits_and_hello_reinstalls_rules(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(fake_bye(&rig.guest, 0), 0);
	assert_int_equal(hits_of(id), 1);
	/* the memory is not read after bye */
	memset(rig.guest.slots, 0xff, FAKE_SLOTS_SIZE);
	assert_int_equal(hits_of(id), 1);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(hits_of(id), 3);
	assert_int_equal(rig_host_stats(&rig).rules_added, 1);
}

static void test_hello_without_bye_does_not_access_old_slots(void **state)
{
	static const uint8_t full[FAKE_SLOTS_SIZE] = { 0xff, 0xff };
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	memcpy(rig.guest.slots, full, sizeof(full));
	fake_lack_op(&rig.guest, PORTAL_OP_RULE_OPEN);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_memory_equal(rig.guest.slots, full, sizeof(full));
	assert_int_equal(hits_of(id), 0);
}

static void test_slots_are_reused_with_new_generations(void **state)
{
	uint32_t generations[PORTAL_MAX_RULES] = { 0 };
	uint64_t id, first = 0;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	for (unsigned int i = 0; i < 3 * PORTAL_MAX_RULES; i++) {
		id = add(&skip_7);
		assert_int_equal(fake_work(&rig.guest, 0), 0);
		if (i == 0)
			first = id;
		assert_int_equal(le32toh(rig.guest.rules[0].head.slot), i % PORTAL_MAX_RULES);
		assert_int_not_equal(rig.guest.rules[0].head.generation,
				     generations[i % PORTAL_MAX_RULES]);
		generations[i % PORTAL_MAX_RULES] = rig.guest.rules[0].head.generation;
		assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
		assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), 0);
		assert_int_equal(fake_work(&rig.guest, 0), 0);
		assert_int_equal(rig.guest.nr_rules, 0);
	}
	assert_int_equal(id, first + 3 * PORTAL_MAX_RULES - 1);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 3 * PORTAL_MAX_RULES);
	assert_int_equal(events(), 0);
}

/* If a task is killed before its answer, the host does not know whether the guest has the rule. */
static void test_rule_of_cancelled_session_is_sent_again(void **state)
{
	struct fake_session session;
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	id = add(&skip_7);
	rig_open_call(&rig, &session, &rig.task, "getppid", 0);
	rig_kill_in(&rig, &session, PORTAL_OP_RULE_ADD);
	assert_int_equal(rig.guest.nr_rules, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_rules, 1);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 1);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), 0);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_rules, 0);
}

/* A rule is added while another session waits for the answer to RULE_OPEN. */
static void test_rule_added_during_rule_open_is_sent(void **state)
{
	struct fake_session session;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	callback.rule = &skip_7;
	rig_open_call(&rig, &session, &rig.task, "getppid", 0);
	while (fake_session_op(&session) != PORTAL_OP_RULE_OPEN)
		fake_session_step(&session);
	add(&skip_7);
	/* another session has no change to send */
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	fake_session_finish(&session);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_rules, 2);
}

/* A guest that writes arbitrary values into its slots can forge only the hits. */
static void test_hostile_slots_affect_only_the_hits(void **state)
{
	uint64_t id, hits;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	memset(rig.guest.slots, 0xff, FAKE_SLOTS_SIZE);
	assert_int_equal(hits_of(id), 0);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, &hits), 0);
	assert_int_equal(hits, 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
}

/* ---- descriptions ---- */

#define REFUSED(err, field, bad)                                                \
	do {                                                                    \
		__typeof__(field) good_ = field;                                \
                                                                                \
		field = (bad);                                                  \
		assert_int_equal(portal_rule_add(hook_at(0), &rule, &id), err); \
		field = good_;                                                  \
		assert_int_equal(portal_rule_add(hook_at(0), &rule, &id), 0);   \
		assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), 0);  \
	} while (0)

static void test_rule_fields_out_of_range_are_refused(void **state)
{
	struct portal_rule_cond conds[9] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 5 },
		  .match = { .cmp = PORTAL_MATCH_EQ, .width = 4 } },
		{ .place = { .what = PORTAL_RULE_ARG, .arg = 1 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = "x" } },
	};
	struct portal_rule_store stores[9] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 5 }, .len = 8 },
	};
	struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER, .flags = PORTAL_RULE_SKIP,
		.arg_mask = 0x3f, .conds = conds,	   .nr_conds = 2,
		.stores = stores, .nr_stores = 1,
	};
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	REFUSED(-EINVAL, rule.size, 8);
	REFUSED(-EINVAL, rule.when, 0);
	REFUSED(-EINVAL, rule.when, PORTAL_ON_RETURN);
	REFUSED(-EINVAL, rule.when, PORTAL_ON_ENTER | PORTAL_ON_RETURN);
	REFUSED(-EINVAL, rule.flags, PORTAL_RULE_SET_RET);
	REFUSED(-EINVAL, rule.arg_mask, 0x40);
	REFUSED(-E2BIG, rule.nr_conds, 9);
	REFUSED(-E2BIG, rule.nr_stores, 9);
	REFUSED(-EINVAL, rule.conds, NULL);
	REFUSED(-EINVAL, rule.stores, NULL);
	REFUSED(-EINVAL, conds[0].place.what, 0);
	REFUSED(-EINVAL, conds[0].place.what, 5);
	REFUSED(-EINVAL, conds[0].place.arg, 6);
	REFUSED(-EINVAL, conds[0].place.inner_offset, 1);
	REFUSED(-EINVAL, conds[1].place.offset, 1);
	REFUSED(-EINVAL, conds[0].place, ((struct portal_rule_place){ .what = PORTAL_RULE_RET }));
	REFUSED(-EINVAL, conds[0].match.cmp, PORTAL_MATCH_ANY);
	REFUSED(-EINVAL, conds[0].match.cmp, PORTAL_MATCH_SUCCESS);
	REFUSED(-EINVAL, conds[0].match.cmp, 16);
	REFUSED(-EINVAL, conds[0].match.width, 3);
	REFUSED(-EINVAL, conds[1].match.str, NULL);
	REFUSED(-EINVAL, stores[0].place.what, PORTAL_RULE_ARG);
	REFUSED(-EINVAL, stores[0].place.what, PORTAL_RULE_RET);
	REFUSED(-EINVAL, stores[0].place.arg, 6);
	REFUSED(-EINVAL, stores[0].len, 0);
	REFUSED(-EINVAL, stores[0].len, 9);
	REFUSED(-EINVAL, stores[0].reserved, 1);
}

static void test_rule_larger_than_the_page_is_e2big(void **state)
{
	static const uint8_t bytes[PORTAL_DATA_SIZE];
	struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_MEM },
		.bytes = bytes,
		.len = PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_rule) -
		       sizeof(struct portal_wire_rule_store),
	};
	struct portal_rule rule = skip_7;
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rule.stores = &store;
	rule.nr_stores = 1;
	add(&rule);
	rig_boot(&rig);
	assert_int_equal(rig.guest.nr_rules, 1);
	store.len++;
	assert_int_equal(portal_rule_add(hook_at(0), &rule, &id), -E2BIG);
}

static void test_observe_hook_cannot_have_rules(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getppid",
		.fn = answer,
		.flags = PORTAL_HOOK_OBSERVE,
	};
	uint64_t id;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -EINVAL);
}

static void test_rule_257_is_enospc(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		id = add(&skip_7);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -ENOSPC);
	/* without a guest the slot is free at once */
	assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), 0);
	add(&skip_7);
}

#define RULE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE_TEST(test_rule_added_in_load_answers_the_first_call),
		RULE_TEST(test_rule_conditions_and_effects),
		RULE_TEST(test_rule_changes_arguments),
		RULE_TEST(test_first_matching_rule_answers),
		RULE_TEST(test_rule_is_not_used_with_two_hooks_on_one_call),
		RULE_TEST(test_failing_store_sends_event_and_is_logged),
		RULE_TEST(test_rule_added_in_callback_answers_the_next_call),
		RULE_TEST(test_rule_added_by_thread_requests_a_session),
		RULE_TEST(test_refused_rule_is_returned_to_the_callback),
		RULE_TEST(test_refused_rule_of_load_keeps_the_hook),
		RULE_TEST(test_guest_without_rules_sends_events),
		RULE_TEST(test_invalid_slot_addresses_are_eproto),
		RULE_TEST(test_rule_revoke_needs_no_doorbell_call),
		RULE_TEST(test_disabled_hook_loses_its_rules_at_once),
		RULE_TEST(test_removed_hook_removes_its_rules),
		RULE_TEST(test_hook_that_fails_too_often_loses_its_rules),
		RULE_TEST(test_bye_keeps_hits_and_hello_reinstalls_rules),
		RULE_TEST(test_hello_without_bye_does_not_access_old_slots),
		RULE_TEST(test_slots_are_reused_with_new_generations),
		RULE_TEST(test_rule_of_cancelled_session_is_sent_again),
		RULE_TEST(test_rule_added_during_rule_open_is_sent),
		RULE_TEST(test_hostile_slots_affect_only_the_hits),
		RULE_TEST(test_rule_fields_out_of_range_are_refused),
		RULE_TEST(test_rule_larger_than_the_page_is_e2big),
		RULE_TEST(test_observe_hook_cannot_have_rules),
		RULE_TEST(test_rule_257_is_enospc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
