/* SPDX-License-Identifier: MIT */
/* Rules: answers that the guest gives by itself, and how they come to their end. */
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

/* what a callback does, and how often it was asked */
static struct {
	unsigned int calls;
	const struct portal_rule *rule;
	int result;
	uint64_t id;
} asked;

static struct portal_hook *hook_at(size_t i)
{
	return rig.handles[0][i];
}

static int answer(struct portal_ctx *ctx, void *data)
{
	(void)data;
	asked.calls++;
	if (asked.rule)
		asked.result = portal_rule_add(hook_at(0), asked.rule, &asked.id);
	asked.rule = NULL;
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
	memset(&asked, 0, sizeof(asked));
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

/* hooks @nr times @name at @when, with the callback above */
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
	return rig_gate_stats(&rig).doorbells[PORTAL_CALL_EVENT];
}

/* ---- answering ---- */

static void test_rule_of_load_answers_the_first_call_without_a_ring(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(events(), 0);
	assert_int_equal(asked.calls, 0);
	assert_int_equal(hits_of(id), 2);
	assert_int_equal(rig_host_stats(&rig).rules_added, 1);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 2);
	assert_int_equal(rig_gate_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 1);
}

/* read: where the pointer in the buffer points to a 5, the result is 3 and a word is written */
static void test_conditions_decide_and_effects_are_the_rules(void **state)
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

static void test_arguments_are_changed_and_the_call_runs(void **state)
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

static void test_first_rule_that_holds_answers(void **state)
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

static void test_two_hooks_on_one_call_are_both_asked(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 2);
	add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(asked.calls, 2);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 0);
}

static void test_store_that_fails_comes_as_an_event_and_is_said(void **state)
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
	assert_int_equal(asked.calls, 1);
	assert_int_equal(hits_of(id), 1);
	assert_int_equal(rig_host_stats(&rig).rules_failed, 1);
	assert_int_equal(rig_call(&rig, "getppid", MEMORY, 0, 0), 7);
	assert_int_equal(rig_host_stats(&rig).rules_failed, 1);
}

/* ---- coming ---- */

static void test_callback_answers_with_a_rule(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	asked.rule = &skip_7;
	asked.result = 1;
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(asked.result, 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(events(), 1);
	assert_int_equal(hits_of(asked.id), 2);
	/* in the session of the event */
	assert_int_equal(rig_gate_stats(&rig).doorbells[PORTAL_CALL_ANSWER],
			 rig_gate_stats(&rig).operations[PORTAL_OP_SYSCALL_NAMES] + 4);
	assert_int_equal(rig.nr_raised, 0);
}

static void test_rule_of_a_thread_has_the_guest_come(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	add(&skip_7);
	assert_int_equal(rig.nr_raised, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
}

static void test_refusal_is_the_callbacks_to_know(void **state)
{
	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	rig.guest.refuse_rule = -ENOMEM;
	asked.rule = &skip_7;
	capture_start();
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_non_null(
		strstr(capture_stop(), "test: the guest cannot install a rule for getppid: "));
	assert_int_equal(asked.result, -ENOMEM);
	rig.guest.refuse_rule = 0;
	/* it is gone, and not tried again */
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_gate_stats(&rig).operations[PORTAL_OP_RULE_ADD], 1);
}

static void test_refused_rule_of_load_leaves_the_hook_as_it_was(void **state)
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
	assert_int_equal(rig_gate_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 1);
	assert_int_equal(rig_gate_stats(&rig).operations[PORTAL_OP_RULE_ADD], 0);
}

static void test_guest_without_rules_gives_the_same_answers(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig.guest.features = PORTAL_FEATURE_FETCH;
	add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	assert_int_equal(rig_gate_stats(&rig).operations[PORTAL_OP_RULE_OPEN], 0);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -EOPNOTSUPP);
}

static void test_slots_that_are_no_place_for_them_break_the_session(void **state)
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
		uint64_t errors = rig_gate_stats(&rig).protocol_errors;

		rig.guest.slots_gpa = places[i];
		add(&skip_7);
		assert_int_equal(fake_work(&rig.guest, 0), -1);
		assert_int_equal(rig_gate_stats(&rig).protocol_errors, errors + 1);
	}
	/* it may still come to its senses */
	rig.guest.slots_gpa = FAKE_SLOTS_GPA;
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
}

/* ---- going ---- */

static void test_revoked_rule_answers_nothing_more_without_a_ring(void **state)
{
	struct channel_stats before, after;
	uint64_t id, hits = 0, unknown;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	before = rig_gate_stats(&rig);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, &hits), 0);
	assert_int_equal(hits, 3);
	after = rig_gate_stats(&rig);
	assert_memory_equal(before.doorbells, after.doorbells, sizeof(before.doorbells));
	assert_int_equal(rig.nr_raised, 0);
	assert_int_equal(rig.guest.nr_rules, 1);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 99);
	/* the event was an occasion to have it forgotten */
	assert_int_equal(rig.guest.nr_rules, 0);
	assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), -ENOENT);
	assert_int_equal(portal_rule_hits(hook_at(0), id, &unknown), -ENOENT);
	assert_int_equal(rig_host_stats(&rig).rules_revoked, 1);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 3);
}

static void test_switched_off_hook_loses_its_rules_at_once(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	portal_hook_enable(hook_at(0), false);
	/* the guest still has the hook on */
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

static void test_removed_hook_takes_its_rules_along(void **state)
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

static void test_bye_keeps_the_counts_and_hello_brings_the_rules_back(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(fake_bye(&rig.guest, 0), 0);
	assert_int_equal(hits_of(id), 1);
	/* what the memory is used for then is not looked at */
	memset(rig.guest.slots, 0xff, FAKE_SLOTS_SIZE);
	assert_int_equal(hits_of(id), 1);
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	assert_int_equal(hits_of(id), 3);
	assert_int_equal(rig_host_stats(&rig).rules_added, 1);
}

static void test_hello_without_bye_leaves_old_memory_alone(void **state)
{
	static const uint8_t full[FAKE_SLOTS_SIZE] = { 0xff, 0xff };
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	id = add(&skip_7);
	rig_boot(&rig);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 7);
	memcpy(rig.guest.slots, full, sizeof(full));
	rig.guest.features = PORTAL_FEATURE_FETCH;
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	assert_memory_equal(rig.guest.slots, full, sizeof(full));
	assert_int_equal(hits_of(id), 0);
}

static void test_slots_are_used_again_and_old_generations_are_not(void **state)
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

/* a task that dies with the answer on its lips leaves it open what the guest has */
static void test_rule_whose_session_was_lost_is_told_again(void **state)
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

/* a rule that comes while another session waits for the slots */
static void test_rule_that_comes_while_slots_are_opened_is_not_forgotten(void **state)
{
	struct fake_session session;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	rig_boot(&rig);
	asked.rule = &skip_7;
	rig_open_call(&rig, &session, &rig.task, "getppid", 0);
	while (fake_session_op(&session) != PORTAL_OP_RULE_OPEN)
		fake_session_step(&session);
	add(&skip_7);
	/* another session finds nothing that it could tell */
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	fake_session_finish(&session);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	assert_int_equal(rig.guest.nr_rules, 2);
}

/* a guest that writes anything into its slots lies about counts, and about nothing else */
static void test_hostile_slots_are_only_false_counts(void **state)
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

static void test_descriptions_out_of_range_are_refused(void **state)
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

static void test_bytes_that_do_not_fit_the_page_are_refused(void **state)
{
	static const uint8_t bytes[PORTAL_DATA_SIZE];
	struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_MEM },
		.bytes = bytes,
		.len = PORTAL_DATA_SIZE - sizeof(struct portal_wire_rule) -
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

static void test_who_only_observes_has_no_rules(void **state)
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

static void test_there_are_256_rules_at_most(void **state)
{
	uint64_t id;

	(void)state;
	load_hooks("getppid", PORTAL_ON_ENTER, 1);
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		id = add(&skip_7);
	assert_int_equal(portal_rule_add(hook_at(0), &skip_7, &id), -ENOSPC);
	/* no guest is there that would have to forget it */
	assert_int_equal(portal_rule_revoke(hook_at(0), id, NULL), 0);
	add(&skip_7);
}

#define RULE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE_TEST(test_rule_of_load_answers_the_first_call_without_a_ring),
		RULE_TEST(test_conditions_decide_and_effects_are_the_rules),
		RULE_TEST(test_arguments_are_changed_and_the_call_runs),
		RULE_TEST(test_first_rule_that_holds_answers),
		RULE_TEST(test_two_hooks_on_one_call_are_both_asked),
		RULE_TEST(test_store_that_fails_comes_as_an_event_and_is_said),
		RULE_TEST(test_callback_answers_with_a_rule),
		RULE_TEST(test_rule_of_a_thread_has_the_guest_come),
		RULE_TEST(test_refusal_is_the_callbacks_to_know),
		RULE_TEST(test_refused_rule_of_load_leaves_the_hook_as_it_was),
		RULE_TEST(test_guest_without_rules_gives_the_same_answers),
		RULE_TEST(test_slots_that_are_no_place_for_them_break_the_session),
		RULE_TEST(test_revoked_rule_answers_nothing_more_without_a_ring),
		RULE_TEST(test_switched_off_hook_loses_its_rules_at_once),
		RULE_TEST(test_removed_hook_takes_its_rules_along),
		RULE_TEST(test_hook_that_fails_too_often_loses_its_rules),
		RULE_TEST(test_bye_keeps_the_counts_and_hello_brings_the_rules_back),
		RULE_TEST(test_hello_without_bye_leaves_old_memory_alone),
		RULE_TEST(test_slots_are_used_again_and_old_generations_are_not),
		RULE_TEST(test_rule_whose_session_was_lost_is_told_again),
		RULE_TEST(test_rule_that_comes_while_slots_are_opened_is_not_forgotten),
		RULE_TEST(test_hostile_slots_are_only_false_counts),
		RULE_TEST(test_descriptions_out_of_range_are_refused),
		RULE_TEST(test_bytes_that_do_not_fit_the_page_are_refused),
		RULE_TEST(test_who_only_observes_has_no_rules),
		RULE_TEST(test_there_are_256_rules_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
