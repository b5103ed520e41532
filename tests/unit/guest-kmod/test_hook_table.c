/* SPDX-License-Identifier: MIT */
/* The table of hooks on system calls of a fake architecture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake_calls.h"
#include "fake_kernel.h"
#include "fake_task.h"
#include "hook_sample.h"
#include "hooks/hook_wire.h"
#include "hooks/table.h"

#define NATIVE FAKE_NATIVE_ABI
#define COMPAT FAKE_COMPAT_ABI
#define ENTER  PORTAL_WHEN_ENTER
#define RETURN PORTAL_WHEN_RETURN

static struct task_struct task = { .cpu = 3 };
static struct filter_call call;
static struct hook_match match;
static u64 serial;

/* called by the reader of string filters, as if the task slept there */
static void (*while_reading)(void);

static size_t read_and_act(u64 addr, void *buf, size_t len)
{
	void (*act)(void) = while_reading;

	while_reading = NULL;
	if (act)
		act();
	(void)addr;
	memset(buf, 0, len);
	memcpy(buf, "x", 1);
	return len;
}

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	fake_current = &task;
	fake_task_reset();
	fake_calls = (struct fake_calls){ 0 };
	while_reading = NULL;
	call = (struct filter_call){ .long_bytes = 8,
				     .scope = PORTAL_SCOPE_FIRMWARE,
				     .read = read_and_act };
	return hook_table_open(NULL);
}

static int teardown(void **state)
{
	(void)state;
	hook_table_close();
	hook_table_drain();
	/* all hooks are freed, also those that were removed while a reader was there */
	return fake_kernel.nr_allocated != 0;
}

static int add_sample(const struct hook_sample *sample)
{
	static _Alignas(8) u8 page[PORTAL_PAGE_SIZE];
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)(void *)page;

	assert_int_equal(hook_wire_check(wire, hook_sample_encode(sample, page)), 0);
	return hook_table_add(wire, &serial);
}

static int add(u32 id, u32 when, u32 flags, u32 nr)
{
	struct hook_sample sample;

	hook_sample_init(&sample, id, when, flags);
	if (!(flags & PORTAL_HOOK_F_ALL))
		hook_sample_site(&sample, NATIVE, nr);
	return add_sample(&sample);
}

static void match_call(u32 nr)
{
	assert_true(hook_table_watches(SYSCALL_NATIVE, nr));
	hook_table_match(SYSCALL_NATIVE, nr, &call, &match);
}

/* Checks that the hooks of @bits are exactly @nr, and that @id is one of them. */
static void expect_id(u64 bits, u32 nr, u32 id)
{
	__le32 ids[PORTAL_MAX_HOOKS];
	u32 flags, i;

	assert_int_equal(hook_table_list(&match, bits, ids, &flags), nr);
	for (i = 0; i < nr && le32_to_cpu(ids[i]) != id; i++)
		;
	assert_true(nr == 0 || i < nr);
}

/* ---- ids and serials ---- */

static void test_serial_grows_and_id_is_unique(void **state)
{
	u64 last = 0;

	(void)state;
	for (u32 id = 1; id <= 3; id++) {
		assert_int_equal(add(id, ENTER, 0, id), 0);
		assert_true(serial > last);
		last = serial;
	}
	assert_int_equal(add(2, ENTER, 0, 50), -EEXIST);
	assert_int_equal(hook_table_del(2), 0);
	assert_int_equal(hook_table_del(2), -ENOENT);
	assert_int_equal(add(2, ENTER, 0, 50), 0);
	assert_true(serial > last);
	assert_int_equal(hook_table_count(), 3);
	assert_int_equal(fake_calls.nr_redirected, 3);
}

static void test_event_names_every_hook_that_matched(void **state)
{
	(void)state;
	add(7, ENTER, 0, 10);
	add(8, ENTER, PORTAL_HOOK_F_ALL, 0);
	add(9, ENTER, 0, 11);
	add(10, ENTER, PORTAL_HOOK_F_TRACE, 10);
	match_call(10);
	assert_int_equal(match.cpu, 3);
	assert_int_equal(match.newest, serial);
	expect_id(match.enter.event, 2, 7);
	expect_id(match.enter.event, 2, 8);
	expect_id(match.enter.trace, 1, 10);
}

static void test_flags_are_those_of_any_hook_in_the_event(void **state)
{
	__le32 ids[PORTAL_MAX_HOOKS];
	u32 flags;

	(void)state;
	add(1, ENTER, 0, 10);
	add(2, ENTER | RETURN, PORTAL_HOOK_F_REGS, 10);
	add(3, ENTER, PORTAL_HOOK_F_REQUIRED, 11);
	match_call(10);
	hook_table_list(&match, match.enter.event, ids, &flags);
	assert_int_equal(flags, PORTAL_HOOK_F_REGS);
	hook_table_del(2);
	hook_table_list(&match, match.enter.event, ids, &flags);
	assert_int_equal(flags, 0);
}

/* ---- bits that are given out again ---- */

static void test_hook_with_the_bit_of_a_removed_one_is_not_named(void **state)
{
	struct hook_masks bits;

	(void)state;
	add(1, ENTER | RETURN, 0, 10);
	match_call(10);
	assert_int_equal(hook_table_del(1), 0);
	expect_id(match.enter.event, 0, 0);
	assert_int_equal(add(2, ENTER | RETURN, 0, 10), 0);
	expect_id(match.enter.event, 0, 0);
	hook_table_match_return(&match, 0, &bits);
	assert_int_equal(bits.event, 0);
	match_call(10);
	expect_id(match.enter.event, 1, 2);
}

static void replace_hook(void)
{
	assert_int_equal(hook_table_del(1), 0);
	assert_int_equal(add(3, ENTER | RETURN, 0, 10), 0);
}

/* The task sleeps in the string filter of a hook while another hook is replaced. */
static void test_hook_replaced_while_filters_are_evaluated_is_not_named(void **state)
{
	struct hook_sample sample;

	(void)state;
	hook_sample_init(&sample, 2, ENTER, 0);
	hook_sample_site(&sample, NATIVE, 10);
	hook_sample_str(&sample, 0, "x");
	add_sample(&sample);
	add(1, ENTER | RETURN, 0, 10);
	while_reading = replace_hook;
	match_call(10);
	expect_id(match.enter.event, 1, 2);
	match_call(10);
	expect_id(match.enter.event, 2, 3);
}

/* The reader is in the first list, so it sees what is added to the second one. */
static void test_hook_added_while_filters_are_evaluated_does_not_match(void **state)
{
	struct hook_sample sample;

	(void)state;
	hook_sample_init(&sample, 2, ENTER, PORTAL_HOOK_F_ALL);
	hook_sample_str(&sample, 0, "x");
	add_sample(&sample);
	add(1, ENTER | RETURN, 0, 10);
	while_reading = replace_hook;
	match_call(10);
	assert_int_equal(match.enter.event & (match.enter.event - 1), 0);
	assert_int_equal(match.on_return.event, 0);
	expect_id(match.enter.event, 1, 2);
}

static void test_hook_added_after_the_match_does_not_count(void **state)
{
	struct fetch fetch = { .call = &call };
	struct hook_sample sample;
	struct hook_masks bits;

	(void)state;
	add(1, RETURN, 0, 10);
	match_call(10);
	hook_table_del(1);
	hook_sample_init(&sample, 2, RETURN, 0);
	hook_sample_site(&sample, NATIVE, 10);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_PPID, 0, 4);
	add_sample(&sample);
	hook_table_match_return(&match, 0, &bits);
	assert_int_equal(bits.event, 0);
	hook_table_fetch(&match, match.on_return.event, &fetch);
	assert_int_equal(fetch.nr, 0);
}

static void test_hooks_on_one_site_have_64_bits(void **state)
{
	u64 seen = 0;

	(void)state;
	for (u32 id = 1; id <= PORTAL_MAX_HOOKS; id++)
		assert_int_equal(add(id, id % 2 ? ENTER : RETURN, 0, 10), 0);
	assert_int_equal(add(100, ENTER, 0, 10), -ENOSPC);
	assert_int_equal(add(100, RETURN, PORTAL_HOOK_F_ALL, 0), -ENOSPC);
	assert_int_equal(add(100, ENTER, 0, 11), 0);
	/* each second one has restart_syscall as well */
	assert_int_equal(fake_calls.nr_redirected, PORTAL_MAX_HOOKS + PORTAL_MAX_HOOKS / 2 + 1);
	match_call(10);
	seen = match.enter.event | match.on_return.event;
	assert_int_equal(seen, ~0ULL);
	assert_int_equal(match.enter.event & match.on_return.event, 0);
	hook_table_del(5);
	assert_int_equal(add(101, ENTER, 0, 10), 0);
}

static void test_hooks_that_share_no_site_may_have_one_bit(void **state)
{
	(void)state;
	for (u32 id = 1; id < 80; id++)
		assert_int_equal(add(id, ENTER, 0, id), 0);
	/* one that is on all sites has a bit of its own on each */
	assert_int_equal(add(200, ENTER, PORTAL_HOOK_F_ALL, 0), 0);
	for (u32 nr = 1; nr < 80; nr++) {
		match_call(nr);
		expect_id(match.enter.event, 2, nr);
		expect_id(match.enter.event, 2, 200);
	}
}

/* ---- sites ---- */

static void test_hook_is_on_each_of_its_sites(void **state)
{
	struct hook_sample sample;

	(void)state;
	hook_sample_init(&sample, 1, ENTER, 0);
	for (u32 nr = 20; nr < 26; nr++)
		hook_sample_site(&sample, NATIVE, nr);
	hook_sample_site(&sample, COMPAT, 20);
	hook_sample_site(&sample, COMPAT, 30);
	assert_int_equal(add_sample(&sample), 0);
	assert_int_equal(fake_calls.nr_redirected, 8);
	for (u32 nr = 20; nr < 26; nr++) {
		match_call(nr);
		expect_id(match.enter.event, 1, 1);
	}
	assert_false(hook_table_watches(SYSCALL_NATIVE, 30));
	assert_true(hook_table_watches(SYSCALL_COMPAT, 30));
	hook_table_match(SYSCALL_COMPAT, 30, &call, &match);
	expect_id(match.enter.event, 1, 1);
	hook_table_del(1);
	assert_false(hook_table_watches(SYSCALL_COMPAT, 30));
	assert_int_equal(fake_calls.nr_redirected, 0);
}

static void test_site_of_another_abi_is_refused(void **state)
{
	static const u32 abis[] = { PORTAL_ABI_NONE, PORTAL_ABI_X86_64, PORTAL_ABI_I386, 5,
				    0xffffffff };
	struct hook_sample sample;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(abis); i++) {
		hook_sample_init(&sample, 1, ENTER, 0);
		hook_sample_site(&sample, NATIVE, 1);
		hook_sample_site(&sample, abis[i], 1);
		assert_int_equal(add_sample(&sample), -EINVAL);
	}
	assert_int_equal(hook_table_count(), 0);
}

static void test_sites_without_a_function_are_left_out(void **state)
{
	static const u32 absent[] = { FAKE_NR_ABSENT, FAKE_NR_CALLS, SYSCALL_MAX_NR, 0xffffffff };
	struct hook_sample sample;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		assert_int_equal(add(1, ENTER, 0, absent[i]), -ENOSYS);
		hook_sample_init(&sample, 1, ENTER, 0);
		hook_sample_site(&sample, NATIVE, absent[i]);
		hook_sample_site(&sample, COMPAT, 5);
		assert_int_equal(add_sample(&sample), 0);
		assert_int_equal(fake_calls.nr_redirected, 1);
		/* it is not on the first call instead */
		assert_false(hook_table_watches(SYSCALL_NATIVE, 0));
		hook_table_del(1);
	}
}

static void test_hook_that_cannot_be_redirected_is_not_installed(void **state)
{
	(void)state;
	fake_calls.redirect_err = -EBUSY;
	assert_int_equal(add(1, ENTER, 0, 10), -EBUSY);
	assert_int_equal(hook_table_count(), 0);
	assert_false(hook_table_watches(SYSCALL_NATIVE, 10));
	fake_calls.redirect_err = 0;
	assert_int_equal(add(1, ENTER, 0, 10), 0);
}

/* ---- stages and scope ---- */

static void test_observer_of_a_call_that_returns_has_no_entry(void **state)
{
	static const struct {
		u32 nr;
		bool enters;
	} rows[] = { { 10, false },
		     { FAKE_NR_EXIT, true },
		     { FAKE_NR_SIGRETURN, true },
		     { FAKE_NR_EXEC, false } };

	(void)state;
	add(1, ENTER | RETURN, PORTAL_HOOK_F_OBSERVE | PORTAL_HOOK_F_ALL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		match_call(rows[i].nr);
		assert_int_equal(match.enter.event != 0, rows[i].enters);
		assert_true(match.on_return.event);
	}
}

static void test_hook_without_the_firmware_in_its_scope_never_matches(void **state)
{
	struct hook_sample sample;

	(void)state;
	hook_sample_init(&sample, 1, ENTER, 0);
	hook_sample_site(&sample, NATIVE, 10);
	sample.head.scope = cpu_to_le32(PORTAL_SCOPE_AGENT | PORTAL_SCOPE_KERNEL);
	add_sample(&sample);
	match_call(10);
	assert_int_equal(match.enter.event, 0);
}

static void test_disabled_hook_never_matches(void **state)
{
	struct hook_masks bits;

	(void)state;
	add(1, ENTER | RETURN, 0, 10);
	match_call(10);
	assert_int_equal(hook_table_enable(1, false), 0);
	hook_table_match_return(&match, 0, &bits);
	assert_int_equal(bits.event, 0);
	match_call(10);
	assert_int_equal(match.enter.event, 0);
	assert_int_equal(hook_table_enable(1, true), 0);
	match_call(10);
	assert_int_equal(match.enter.event != 0, true);
	assert_int_equal(hook_table_enable(2, true), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_serial_grows_and_id_is_unique),
		TEST(test_event_names_every_hook_that_matched),
		TEST(test_flags_are_those_of_any_hook_in_the_event),
		TEST(test_hook_with_the_bit_of_a_removed_one_is_not_named),
		TEST(test_hook_replaced_while_filters_are_evaluated_is_not_named),
		TEST(test_hook_added_while_filters_are_evaluated_does_not_match),
		TEST(test_hook_added_after_the_match_does_not_count),
		TEST(test_hooks_on_one_site_have_64_bits),
		TEST(test_hooks_that_share_no_site_may_have_one_bit),
		TEST(test_hook_is_on_each_of_its_sites),
		TEST(test_site_of_another_abi_is_refused),
		TEST(test_sites_without_a_function_are_left_out),
		TEST(test_hook_that_cannot_be_redirected_is_not_installed),
		TEST(test_observer_of_a_call_that_returns_has_no_entry),
		TEST(test_hook_without_the_firmware_in_its_scope_never_matches),
		TEST(test_disabled_hook_never_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
