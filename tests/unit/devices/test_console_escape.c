/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "devices/console/escape.h"

#define CTRL_A "\x01"

static void assert_filtered(struct console_escape *escape, const char *in, const char *expected,
			    bool expect_quit)
{
	uint8_t out[64];
	bool quit = false;
	size_t n;

	n = console_escape_filter(escape, (const uint8_t *)in, strlen(in), out, &quit);
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(out, expected, n);
	assert_int_equal(quit, expect_quit);
}

static void test_console_escape_passes_other_input_and_ctrl_c(void **state)
{
	struct console_escape escape = { 0 };

	(void)state;
	assert_filtered(&escape, "", "", false);
	assert_filtered(&escape, "ls x X\r\x03\x7f", "ls x X\r\x03\x7f", false);
}

static void test_console_escape_ctrl_a_x_quits(void **state)
{
	struct console_escape small = { 0 }, capital = { 0 };

	(void)state;
	assert_filtered(&small, "a" CTRL_A "x", "a", true);
	assert_filtered(&capital, CTRL_A "X", "", true);
}

static void test_console_escape_drops_input_after_quit(void **state)
{
	struct console_escape escape = { 0 };

	(void)state;
	assert_filtered(&escape, CTRL_A "xrm -rf /\r", "", true);
}

static void test_console_escape_double_ctrl_a_sends_one(void **state)
{
	struct console_escape escape = { 0 };

	(void)state;
	assert_filtered(&escape, CTRL_A CTRL_A "x", CTRL_A "x", false);
	assert_filtered(&escape, CTRL_A CTRL_A CTRL_A CTRL_A, CTRL_A CTRL_A, false);
}

static void test_console_escape_ctrl_a_and_other_key_sends_both(void **state)
{
	struct console_escape escape = { 0 };

	(void)state;
	assert_filtered(&escape, CTRL_A "q", CTRL_A "q", false);
	assert_filtered(&escape, "x", "x", false);
}

static void test_console_escape_input_byte_by_byte(void **state)
{
	struct console_escape escape = { 0 };

	(void)state;
	assert_filtered(&escape, CTRL_A, "", false);
	assert_filtered(&escape, "b", CTRL_A "b", false);
	assert_filtered(&escape, CTRL_A, "", false);
	assert_filtered(&escape, CTRL_A, CTRL_A, false);
	assert_filtered(&escape, CTRL_A, "", false);
	assert_filtered(&escape, "x", "", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_console_escape_passes_other_input_and_ctrl_c),
		cmocka_unit_test(test_console_escape_ctrl_a_x_quits),
		cmocka_unit_test(test_console_escape_drops_input_after_quit),
		cmocka_unit_test(test_console_escape_double_ctrl_a_sends_one),
		cmocka_unit_test(test_console_escape_ctrl_a_and_other_key_sends_both),
		cmocka_unit_test(test_console_escape_input_byte_by_byte),
	};

	return cmocka_run_group_tests_name("console_escape", tests, NULL, NULL);
}
