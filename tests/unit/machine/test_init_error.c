/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "guest/init/format.h"
#include "machine/init_error.h"

#define PREFIX "portal-init: error: "

static struct init_error error;

static int setup(void **state)
{
	(void)state;
	memset(&error, 0, sizeof(error));
	return 0;
}

static void feed(const char *text)
{
	init_error_feed(&error, (const uint8_t *)text, strlen(text));
}

static void test_prefix_is_that_of_init(void **state)
{
	(void)state;
	assert_string_equal(GUEST_INIT_MESSAGE GUEST_INIT_ERROR, PREFIX);
}

static void test_error_is_found_between_other_lines(void **state)
{
	(void)state;
	feed("[    0.1] first\r\n" PREFIX
	     "cannot mount /sys: no such device\r\n[    0.2] panic\r\n");
	assert_string_equal(error.text, "cannot mount /sys: no such device");
}

static void test_error_is_found_in_pieces_of_any_size(void **state)
{
	static const char text[] = "noise\n" PREFIX "reason\nmore\n";

	(void)state;
	for (size_t size = 1; size < sizeof(text); size++) {
		memset(&error, 0, sizeof(error));
		for (size_t at = 0; at < sizeof(text) - 1; at += size) {
			size_t left = sizeof(text) - 1 - at;

			init_error_feed(&error, (const uint8_t *)text + at,
					left < size ? left : size);
		}
		assert_string_equal(error.text, "reason");
	}
}

static void test_line_without_its_end_is_not_taken(void **state)
{
	(void)state;
	feed(PREFIX "rea");
	assert_string_equal(error.text, "");
	feed("son\r");
	assert_string_equal(error.text, "reason");
}

static void test_first_error_stays(void **state)
{
	(void)state;
	feed(PREFIX "one\n" PREFIX "two\n");
	assert_string_equal(error.text, "one");
}

static void test_other_messages_are_not_errors(void **state)
{
	(void)state;
	feed("portal-init: waiting\n" PREFIX "\nx" PREFIX "y\nportal-init: error:z\n");
	assert_string_equal(error.text, "");
	for (size_t len = 0; len < sizeof(PREFIX); len++) {
		init_error_feed(&error, (const uint8_t *)PREFIX, len);
		feed("\n");
	}
	assert_string_equal(error.text, "");
}

/* Feeds the prefix and @nr characters, which end with a mark. */
static void feed_long(size_t nr)
{
	char text[2 * INIT_ERROR_MAX];

	memset(text, 'x', nr);
	text[nr - 1] = '!';
	feed(PREFIX);
	init_error_feed(&error, (const uint8_t *)text, nr);
	feed("\n");
}

static void test_longest_line_is_kept_and_a_longer_one_cut(void **state)
{
	const size_t longest = INIT_ERROR_MAX - sizeof(PREFIX);

	feed_long(longest);
	assert_int_equal(strlen(error.text), longest);
	assert_int_equal(error.text[longest - 1], '!');
	setup(state);
	feed_long(longest + 1);
	assert_int_equal(strlen(error.text), longest);
	assert_int_equal(error.text[longest - 1], 'x');
	setup(state);
	feed_long(2 * INIT_ERROR_MAX);
	assert_int_equal(strlen(error.text), longest);
}

static void test_nul_bytes_end_the_text(void **state)
{
	static const uint8_t bytes[] = PREFIX "a\0b\n";

	(void)state;
	init_error_feed(&error, bytes, sizeof(bytes) - 1);
	assert_string_equal(error.text, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_prefix_is_that_of_init, setup),
		cmocka_unit_test_setup(test_error_is_found_between_other_lines, setup),
		cmocka_unit_test_setup(test_error_is_found_in_pieces_of_any_size, setup),
		cmocka_unit_test_setup(test_line_without_its_end_is_not_taken, setup),
		cmocka_unit_test_setup(test_first_error_stays, setup),
		cmocka_unit_test_setup(test_other_messages_are_not_errors, setup),
		cmocka_unit_test_setup(test_longest_line_is_kept_and_a_longer_one_cut, setup),
		cmocka_unit_test_setup(test_nul_bytes_end_the_text, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
