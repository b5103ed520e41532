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
	static struct ending ending;

	ending = (struct ending){ .wake_fd = eventfd(0, EFD_NONBLOCK) };
	assert_true(ending.wake_fd >= 0);
	*state = &ending;
	return 0;
}

static int teardown(void **state)
{
	struct ending *ending = *state;

	close(ending->wake_fd);
	return 0;
}

static void test_ending_the_first_reason_stays_and_wakes_once(void **state)
{
	struct ending *ending = *state;
	uint64_t wakes = 0;

	ending_set(ending, ENDING_TIMEOUT);
	ending_set(ending, ENDING_POWEROFF);
	assert_int_equal(ending->reason, ENDING_TIMEOUT);
	assert_int_equal(read(ending->wake_fd, &wakes, sizeof(wakes)), sizeof(wakes));
	assert_int_equal(wakes, 1);
}

static enum ending_reason reset_after(struct ending *ending, unsigned int guest_state, bool expects,
				      bool hello, bool triple_fault)
{
	ending->reason = ENDING_NONE;
	ending->guest_state = guest_state;
	ending->expects_hello = expects;
	ending->hello = hello;
	ending_reset(ending, triple_fault);
	return (enum ending_reason)ending->reason;
}

static void test_ending_reset_is_told_apart_by_what_came_before(void **state)
{
	struct ending *e = *state;

	assert_int_equal(reset_after(e, PORTAL_STATE_PANIC, true, true, false), ENDING_PANIC);
	assert_int_equal(reset_after(e, PORTAL_STATE_PANIC, true, true, true), ENDING_PANIC);
	assert_int_equal(reset_after(e, PORTAL_STATE_RESTART, true, true, true), ENDING_REBOOT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, true, false, false), ENDING_DIED_EARLY);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, true, false, true), ENDING_DIED_EARLY);
	assert_int_equal(reset_after(e, PORTAL_STATE_UP, true, true, true), ENDING_TRIPLE_FAULT);
	assert_int_equal(reset_after(e, PORTAL_STATE_UP, true, true, false), ENDING_REBOOT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, false, false, true),
			 ENDING_TRIPLE_FAULT);
	assert_int_equal(reset_after(e, PORTAL_STATE_NONE, false, false, false), ENDING_REBOOT);
}

static void test_ending_statuses_are_the_documented_numbers(void **state)
{
	(void)state;
	assert_int_equal(ending_status(ENDING_POWEROFF), 0);
	assert_int_equal(ending_status(ENDING_INTERNAL), 1);
	assert_int_equal(ending_status(ENDING_BAD_HOOK), 2);
	assert_int_equal(ending_status(ENDING_REBOOT), 10);
	assert_int_equal(ending_status(ENDING_HALT), 11);
	assert_int_equal(ending_status(ENDING_PANIC), 12);
	assert_int_equal(ending_status(ENDING_TRIPLE_FAULT), 13);
	assert_int_equal(ending_status(ENDING_DIED_EARLY), 14);
	assert_int_equal(ending_status(ENDING_TIMEOUT), 124);
	assert_int_equal(ending_status(ENDING_SIGINT), 130);
	assert_int_equal(ending_status(ENDING_SIGTERM), 143);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ending_the_first_reason_stays_and_wakes_once,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_ending_reset_is_told_apart_by_what_came_before,
						setup, teardown),
		cmocka_unit_test(test_ending_statuses_are_the_documented_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
