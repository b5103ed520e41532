/* SPDX-License-Identifier: MIT */
/* clock_gettime() and ferror() are replaced. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/io.h"
#include "lib/capture.h"
#include "machine/boot_timer.h"
#include "samples.h"

#define MS 1000000

static struct rig {
	struct boot_timer timer;
	int64_t now_ns;
	bool is_failed_stream;
	char *dir;
} rig;

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __real_ferror(FILE *stream);
int __wrap_ferror(FILE *stream);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*ret_now = (struct timespec){ .tv_sec = rig.now_ns / 1000000000,
				      .tv_nsec = rig.now_ns % 1000000000 };
	return 0;
}

int __wrap_ferror(FILE *stream)
{
	return rig.is_failed_stream ? 1 : __real_ferror(stream);
}

static void reach(enum boot_moment moment, int64_t at_ns, uint64_t exits)
{
	rig.now_ns = at_ns;
	boot_timer_reach(&rig.timer, moment, exits);
}

/* a boot that has not come to our init */
static int setup(void **state)
{
	(void)state;
	rig = (struct rig){ .dir = sample_dir() };
	reach(BOOT_PROCESS, 5000000000, 0);
	reach(BOOT_FILES, 5000000000 + 12 * MS, 0);
	reach(BOOT_VM, 5000000000 + 15 * MS + MS / 2, 0);
	reach(BOOT_FIRST_EXIT, 6000000000, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_remove(rig.dir);
	return 0;
}

static void test_moment_is_the_first_time_that_it_is_reached(void **state)
{
	(void)state;
	reach(BOOT_FIRST_EXIT, 7000000000, 99);
	assert_int_equal(rig.timer.ns[BOOT_FIRST_EXIT], 6000000000);
	assert_int_equal(rig.timer.exits[BOOT_FIRST_EXIT], 1);
	assert_int_equal(rig.timer.ns[BOOT_INIT], 0);
}

/* Return: the result; the log is in @ret_log */
static int write_to(const char *path, const char **ret_log)
{
	int err;

	capture_start();
	err = boot_timer_write(&rig.timer, path);
	*ret_log = capture_stop();
	return err;
}

static void test_log_has_a_row_for_each_moment_reached(void **state)
{
	const char *log;

	(void)state;
	assert_int_equal(write_to("", &log), 0);
	assert_string_equal(
		log, "portal-vmm: boot                              at ms    took ms    exits\n"
		     "portal-vmm: portal-vmm starts                   0.0        0.0        0\n"
		     "portal-vmm: files read, initramfs made         12.0       12.0        0\n"
		     "portal-vmm: first instruction                  15.5        3.5        0\n"
		     "portal-vmm: kernel's first exit              1000.0      984.5        1\n");
}

static void test_file_is_json(void **state)
{
	auto_free void *text = NULL;
	const char *log;
	char path[128];
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/boot.json", rig.dir);
	assert_int_equal(write_to(path, &log), 0);
	assert_has(log, "first instruction");
	assert_int_equal(io_read_file(path, 65536, &text, &len), 0);
	assert_string_equal((char *)text,
			    "[\n"
			    "  {\"moment\": \"process\", \"at_ms\": 0.000, \"exits\": 0},\n"
			    "  {\"moment\": \"files\", \"at_ms\": 12.000, \"exits\": 0},\n"
			    "  {\"moment\": \"vm\", \"at_ms\": 15.500, \"exits\": 0},\n"
			    "  {\"moment\": \"first_exit\", \"at_ms\": 1000.000, \"exits\": 1}\n"
			    "]\n");
}

static void test_each_moment_has_a_key_and_a_text(void **state)
{
	auto_free void *text = NULL;
	const char *log;
	char path[128];
	size_t len;

	(void)state;
	for (int i = 0; i < BOOT_NR_MOMENTS; i++)
		reach((enum boot_moment)i, 8000000000, 2);
	snprintf(path, sizeof(path), "%s/boot.json", rig.dir);
	assert_int_equal(write_to(path, &log), 0);
	assert_null(strstr(log, "(null)"));
	assert_int_equal(io_read_file(path, 65536, &text, &len), 0);
	assert_null(strstr(text, "(null)"));
	assert_has(text, "\"firmware\"");
}

static void test_file_in_a_missing_directory_is_enoent(void **state)
{
	const char *log;

	(void)state;
	assert_int_equal(write_to("/nonexistent/boot.json", &log), -ENOENT);
}

static void test_file_on_a_full_disk_is_enospc(void **state)
{
	const char *log;

	(void)state;
	assert_int_equal(write_to("/dev/full", &log), -ENOSPC);
}

static void test_file_that_was_not_written_in_full_is_an_error(void **state)
{
	const char *log;
	char path[128];

	(void)state;
	rig.is_failed_stream = true;
	snprintf(path, sizeof(path), "%s/boot.json", rig.dir);
	assert_int_equal(write_to(path, &log), -EIO);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_moment_is_the_first_time_that_it_is_reached),
		CASE(test_log_has_a_row_for_each_moment_reached),
		CASE(test_file_is_json),
		CASE(test_each_moment_has_a_key_and_a_text),
		CASE(test_file_in_a_missing_directory_is_enoent),
		CASE(test_file_on_a_full_disk_is_enospc),
		CASE(test_file_that_was_not_written_in_full_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
