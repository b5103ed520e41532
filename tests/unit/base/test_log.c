/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "lib/capture.h"

static time_t now_s;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*now = (struct timespec){ .tv_sec = now_s };
	return 0;
}

static const char *logged(enum log_level level, const char *text)
{
	capture_start();
	log_line(level, "%s", text);
	return capture_stop();
}

static void test_log_line_begins_with_its_level(void **state)
{
	(void)state;
	assert_string_equal(logged(LOG_INFO, "x"), "portal-vmm: x\n");
	assert_string_equal(logged(LOG_WARN, "x"), "portal-vmm: warn: x\n");
	assert_string_equal(logged(LOG_ERROR, "x"), "portal-vmm: error: x\n");
}

static void test_log_level_drops_less_important_lines(void **state)
{
	enum log_level level;

	(void)state;
	assert_string_equal(logged(LOG_DEBUG, "x"), "");
	log_set_level(LOG_ERROR);
	assert_string_equal(logged(LOG_WARN, "x"), "");
	assert_string_equal(logged(LOG_ERROR, "x"), "portal-vmm: error: x\n");
	log_set_level(LOG_INFO);
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
}

/* a guest chooses the names of its tasks */
static void test_log_text_cannot_forge_a_line(void **state)
{
	(void)state;
	assert_string_equal(logged(LOG_INFO, "[a\nportal-vmm: error: b]"),
			    "portal-vmm: [a?portal-vmm: error: b]\n");
	assert_string_equal(logged(LOG_INFO, "a\rb"), "portal-vmm: a?b\n");
}

static void test_log_control_characters_are_replaced(void **state)
{
	char text[2] = "";

	(void)state;
	for (int c = 1; c < 0x20; c++) {
		text[0] = (char)c;
		assert_string_equal(logged(LOG_INFO, text),
				    c == '\t' ? "portal-vmm: \t\n" : "portal-vmm: ?\n");
	}
	assert_string_equal(logged(LOG_INFO, "\x7f"), "portal-vmm: ?\n");
	/* CSI as a byte and in UTF-8 */
	assert_string_equal(logged(LOG_INFO, "a\x9b"
					     "2J"),
			    "portal-vmm: a?2J\n");
	assert_string_equal(logged(LOG_INFO, "a\xc2\x9b"
					     "2J"),
			    "portal-vmm: a\xc2?2J\n");
}

static void test_log_utf_8_is_kept(void **state)
{
	(void)state;
	assert_string_equal(logged(LOG_INFO, "\xc3\xa4 \xe2\x80\x99 \xc2\xa7"),
			    "portal-vmm: \xc3\xa4 \xe2\x80\x99 \xc2\xa7\n");
}

static void test_log_long_text_is_cut_to_one_line(void **state)
{
	static char text[5000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	line = logged(LOG_INFO, text);
	assert_in_range(strlen(line), 2000, 2048);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void test_log_keeps_errno(void **state)
{
	(void)state;
	errno = EDOM;
	(void)logged(LOG_INFO, "x");
	capture_start();
	errno = EDOM;
	log_info("x");
	assert_int_equal(errno, EDOM);
	(void)capture_stop();
}

static void repeat(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		log_guest(LOG_WARN, "again");
}

static size_t count_lines(const char *text, const char *line)
{
	size_t nr = 0;

	for (const char *at = text; (at = strstr(at, line)); at++)
		nr++;
	return nr;
}

static void test_log_guest_lines_are_limited_each_second(void **state)
{
	const char *text;

	(void)state;
	now_s = 100;
	capture_start();
	repeat(LOG_LIMIT_BURST + 7);
	text = capture_stop();
	assert_int_equal(count_lines(text, "warn: again\n"), LOG_LIMIT_BURST);
	assert_null(strstr(text, "dropped"));
	now_s = 101;
	capture_start();
	repeat(1);
	assert_string_equal(capture_stop(), "portal-vmm: warn: repeat: 7 similar messages dropped\n"
					    "portal-vmm: warn: again\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_line_begins_with_its_level),
		cmocka_unit_test(test_log_level_drops_less_important_lines),
		cmocka_unit_test(test_log_text_cannot_forge_a_line),
		cmocka_unit_test(test_log_control_characters_are_replaced),
		cmocka_unit_test(test_log_utf_8_is_kept),
		cmocka_unit_test(test_log_long_text_is_cut_to_one_line),
		cmocka_unit_test(test_log_keeps_errno),
		cmocka_unit_test(test_log_guest_lines_are_limited_each_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
