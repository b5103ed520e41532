/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/eventfd.h>
#include <unistd.h>

#include "machine/outcome.h"
#include "portal/wire.h"

static int setup(void **state)
{
	static struct outcome outcome;

	outcome = (struct outcome){ .wake_fd = eventfd(0, EFD_NONBLOCK) };
	assert_true(outcome.wake_fd >= 0);
	*state = &outcome;
	return 0;
}

static int teardown(void **state)
{
	struct outcome *outcome = *state;

	close(outcome->wake_fd);
	return 0;
}

static void test_outcome_the_first_reason_stays_and_wakes_once(void **state)
{
	struct outcome *outcome = *state;
	uint64_t wakes = 0;

	outcome_set(outcome, OUTCOME_TIMEOUT);
	outcome_set(outcome, OUTCOME_POWEROFF);
	assert_int_equal(outcome->reason, OUTCOME_TIMEOUT);
	assert_int_equal(read(outcome->wake_fd, &wakes, sizeof(wakes)), sizeof(wakes));
	assert_int_equal(wakes, 1);
}

static enum outcome_reason reset_after(struct outcome *outcome, unsigned int guest_state,
				       bool expects, bool hello, bool triple_fault)
{
	outcome->reason = OUTCOME_NONE;
	outcome->guest_state = guest_state;
	outcome->expects_hello = expects;
	outcome->hello = hello;
	outcome_reset(outcome, triple_fault);
	return (enum outcome_reason)outcome->reason;
}

static void test_outcome_reset_is_told_apart_by_what_came_before(void **state)
{
	struct outcome *e = *state;

	assert_int_equal(reset_after(e, PORTAL_STATE_PANIC, true, true, false), OUTCOME_PANIC);
	assert_int_equal(reset_after(e, PORTAL_STATE_PANIC, true, true, true), OUTCOME_PANIC);
	assert_int_equal(reset_after(e, PORTAL_STATE_RESTART, true, true, true), OUTCOME_REBOOT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, true, false, false), OUTCOME_DIED_EARLY);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, true, false, true), OUTCOME_DIED_EARLY);
	assert_int_equal(reset_after(e, PORTAL_STATE_UP, true, true, true), OUTCOME_TRIPLE_FAULT);
	assert_int_equal(reset_after(e, PORTAL_STATE_UP, true, true, false), OUTCOME_REBOOT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, false, false, true),
			 OUTCOME_TRIPLE_FAULT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, false, false, false), OUTCOME_REBOOT);
}

static void test_outcome_statuses_are_the_documented_numbers(void **state)
{
	(void)state;
	assert_int_equal(outcome_status(OUTCOME_POWEROFF), 0);
	assert_int_equal(outcome_status(OUTCOME_INTERNAL), 1);
	assert_int_equal(outcome_status(OUTCOME_BAD_HOOK), 2);
	assert_int_equal(outcome_status(OUTCOME_REBOOT), 10);
	assert_int_equal(outcome_status(OUTCOME_HALT), 11);
	assert_int_equal(outcome_status(OUTCOME_PANIC), 12);
	assert_int_equal(outcome_status(OUTCOME_TRIPLE_FAULT), 13);
	assert_int_equal(outcome_status(OUTCOME_DIED_EARLY), 14);
	assert_int_equal(outcome_status(OUTCOME_TIMEOUT), 124);
	assert_int_equal(outcome_status(OUTCOME_SIGINT), 130);
	assert_int_equal(outcome_status(OUTCOME_SIGTERM), 143);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_outcome_the_first_reason_stays_and_wakes_once,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_outcome_reset_is_told_apart_by_what_came_before, setup, teardown),
		cmocka_unit_test(test_outcome_statuses_are_the_documented_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
