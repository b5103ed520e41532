/* SPDX-License-Identifier: MIT */
/*
 * The report of --stats. channel_get_stats() and module_host_get_stats() are replaced: each of
 * their counters has a value of its own, so that one that is not reported, or twice, is found
 * without a list of them.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/io.h"
#include "lib/capture.h"
#include "machine/stats_report.h"
#include "samples.h"

#define CHANNEL_BASE 1000000
#define HOST_BASE    2000000
#define NR_CHANNEL   (sizeof(struct channel_stats) / sizeof(uint64_t))
#define NR_HOST	     (sizeof(struct module_host_stats) / sizeof(uint64_t))
#define NR_EXITS     5

static struct vcpu_thread cpus[2];
static char *dir;
static bool is_failed_stream; /* a write before the last one has failed */

int __real_ferror(FILE *stream);
int __wrap_ferror(FILE *stream);
void __wrap_channel_get_stats(const struct channel *channel, struct channel_stats *ret_stats);
void __wrap_module_host_get_stats(struct module_host *host, struct module_host_stats *ret_stats);

static void number(void *counters, size_t nr, uint64_t base)
{
	for (size_t i = 0; i < nr; i++)
		memcpy((uint8_t *)counters + i * sizeof(uint64_t), &(uint64_t){ base + i },
		       sizeof(uint64_t));
}

void __wrap_channel_get_stats(const struct channel *channel, struct channel_stats *ret_stats)
{
	assert_int_equal((uintptr_t)channel, 1);
	number(ret_stats, NR_CHANNEL, CHANNEL_BASE);
}

void __wrap_module_host_get_stats(struct module_host *host, struct module_host_stats *ret_stats)
{
	assert_int_equal((uintptr_t)host, 2);
	number(ret_stats, NR_HOST, HOST_BASE);
}

int __wrap_ferror(FILE *stream)
{
	return is_failed_stream ? 1 : __real_ferror(stream);
}

static const struct stats_report_sources sources = {
	.cpus = cpus,
	.nr_cpus = ARRAY_SIZE(cpus),
	.channel = (struct channel *)1,
	.host = (struct module_host *)2,
};

static int setup(void **state)
{
	(void)state;
	dir = sample_dir();
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++)
		cpus[i].exits = (struct vcpu_exits){ 1 + i, 10 + i, 100 + i, 1000 + i, 10000 + i };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_remove(dir);
	return 0;
}

/* the report as a file; free() it */
static char *report(void)
{
	char path[128];
	void *text;
	size_t len;

	snprintf(path, sizeof(path), "%s/stats", dir);
	assert_int_equal(stats_report_write(&sources, path), 0);
	assert_int_equal(io_read_file(path, 65536, &text, &len), 0);
	return text;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int nr = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		nr++;
	return nr;
}

static void test_each_line_is_a_name_of_its_own_and_a_number(void **state)
{
	auto_free char *text = report();
	char *lines[256];
	size_t nr = 0;

	(void)state;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char group[64], name[64], extra;
		unsigned long long value;

		assert_int_equal(sscanf(line, "%63[a-z].%63[a-zA-Z0-9_] %llu%c", group, name,
					&value, &extra),
				 3);
		*strchr(line, ' ') = '\0';
		for (size_t i = 0; i < nr; i++)
			assert_string_not_equal(line, lines[i]);
		assert_true(nr < ARRAY_SIZE(lines));
		lines[nr++] = line;
	}
	assert_true(nr > NR_EXITS);
}

/* each kind of call, event and operation is one of these */
static void test_no_name_is_missing(void **state)
{
	auto_free char *text = report();

	(void)state;
	assert_null(strstr(text, "(null)"));
}

static void assert_reported_once(const char *text, uint64_t value)
{
	char number[32];

	snprintf(number, sizeof(number), " %llu\n", (unsigned long long)value);
	if (count(text, number) != 1)
		print_error("the counter with the value%s", number);
	assert_int_equal(count(text, number), 1);
}

/* not reported: events[0], which no event has, and sessions_now, which is 0 at the end */
static bool is_silent(size_t counter)
{
	return counter * sizeof(uint64_t) == offsetof(struct channel_stats, events) ||
	       counter * sizeof(uint64_t) == offsetof(struct channel_stats, sessions_now);
}

static void test_each_counter_of_the_channel_is_reported_once(void **state)
{
	auto_free char *text = report();

	(void)state;
	for (size_t i = 0; i < NR_CHANNEL; i++)
		if (!is_silent(i))
			assert_reported_once(text, CHANNEL_BASE + i);
}

static void test_each_counter_of_the_module_host_is_reported_once(void **state)
{
	auto_free char *text = report();

	(void)state;
	for (size_t i = 0; i < NR_HOST; i++)
		assert_reported_once(text, HOST_BASE + i);
}

static void assert_line(const char *text, const char *name, size_t offset, uint64_t base)
{
	char line[128];

	snprintf(line, sizeof(line), "%s %llu\n", name,
		 (unsigned long long)(base + offset / sizeof(uint64_t)));
	assert_has(text, line);
}

#define CHANNEL(name, field) \
	assert_line(text, name, offsetof(struct channel_stats, field), CHANNEL_BASE)
#define HOST(name, field) \
	assert_line(text, name, offsetof(struct module_host_stats, field), HOST_BASE)

static void test_names_belong_to_their_counters(void **state)
{
	auto_free char *text = report();

	(void)state;
	CHANNEL("doorbells.unknown", doorbells[0]);
	CHANNEL("doorbells.hello", doorbells[PORTAL_CALL_HELLO]);
	CHANNEL("doorbells.event", doorbells[PORTAL_CALL_EVENT]);
	CHANNEL("doorbells.answer", doorbells[PORTAL_CALL_ANSWER]);
	CHANNEL("doorbells.work", doorbells[PORTAL_CALL_WORK]);
	CHANNEL("doorbells.bye", doorbells[PORTAL_CALL_BYE]);
	CHANNEL("doorbells.trace", doorbells[PORTAL_CALL_TRACE]);
	CHANNEL("doorbells.answer_remote", doorbells[PORTAL_CALL_ANSWER_REMOTE]);
	CHANNEL("doorbells.cancel", doorbells[PORTAL_CALL_CANCEL]);
	CHANNEL("doorbells.grow", doorbells[PORTAL_CALL_GROW]);
	CHANNEL("doorbells.refused", refused);
	CHANNEL("events.hello", hellos);
	CHANNEL("events.other", events[0]);
	CHANNEL("events.enter", events[PORTAL_EVENT_SYSCALL_ENTER]);
	CHANNEL("events.return", events[PORTAL_EVENT_SYSCALL_RETURN]);
	CHANNEL("events.error", events[PORTAL_EVENT_ERROR]);
	CHANNEL("events.missed_reports", events[PORTAL_EVENT_MISSED]);
	CHANNEL("events.missed", missed);
	CHANNEL("events.work", work);
	CHANNEL("bytes.read", bytes_read);
	CHANNEL("bytes.written", bytes_written);
	CHANNEL("direct.read", direct_read);
	CHANNEL("direct.written", direct_written);
	CHANNEL("direct.declined", direct_declined);
	CHANNEL("sessions.peak", sessions_peak);
	CHANNEL("sessions.page_waits", page_waits);
	CHANNEL("sessions.cancelled", cancelled);
	CHANNEL("sessions.protocol_errors", protocol_errors);
	CHANNEL("sessions.coroutines", coroutines);
	CHANNEL("trace.produced", trace_produced);
	CHANNEL("trace.consumed", trace_consumed);
	CHANNEL("trace.lost", trace_lost);
	CHANNEL("trace.wakeups", trace_wakeups);
	CHANNEL("trace.blocked", trace_blocked);
	HOST("hooks.registered", hooks);
	HOST("hooks.callbacks", callbacks);
	HOST("hooks.failures", failures);
	HOST("hooks.switched_off", switched_off);
	HOST("hooks.longest_us", longest_us);
	HOST("rules.added", rules_added);
	HOST("rules.revoked", rules_revoked);
	HOST("rules.hits", rules_hits);
	HOST("rules.failed", rules_failed);
}

static void test_operations_are_counted_by_their_number(void **state)
{
	auto_free char *text = report();

	(void)state;
#define CHECK_OPERATION(NAME, name, number, least, most) \
	CHANNEL("operations." #NAME, operations[number]);
	PORTAL_OPS(CHECK_OPERATION)
#undef CHECK_OPERATION
	assert_int_equal(count(text, "\noperations."), PORTAL_NR_OPS);
}

static void test_exits_of_all_vcpus_are_added(void **state)
{
	auto_free char *text = report();

	(void)state;
	assert_has(text, "exits.io 3\nexits.mmio 21\nexits.doorbell 201\nexits.interrupted 2001\n"
			 "exits.other 20001\n");
}

static void test_empty_path_is_the_log(void **state)
{
	auto_free char *text = report();
	const char *log;
	int err;

	(void)state;
	capture_start();
	err = stats_report_write(&sources, "");
	log = capture_stop();
	assert_int_equal(err, 0);
	assert_has(log, "portal-vmm: exits.io 3\n");
	assert_int_equal(count(log, "\n"), count(text, "\n"));
}

static void test_report_in_a_missing_directory_is_enoent(void **state)
{
	(void)state;
	assert_int_equal(stats_report_write(&sources, "/nonexistent/stats"), -ENOENT);
	assert_int_equal(stats_report_check("/nonexistent/stats"), -ENOENT);
}

static void test_report_on_a_full_disk_is_enospc(void **state)
{
	(void)state;
	assert_int_equal(stats_report_write(&sources, "/dev/full"), -ENOSPC);
}

static void test_report_that_was_not_written_in_full_is_an_error(void **state)
{
	char path[128];

	(void)state;
	is_failed_stream = true;
	snprintf(path, sizeof(path), "%s/stats", dir);
	assert_int_equal(stats_report_write(&sources, path), -EIO);
	is_failed_stream = false;
}

static void test_report_replaces_the_file(void **state)
{
	uint8_t *old = calloc(1, 65536);
	auto_free char *text = NULL;

	(void)state;
	sample_put(dir, "stats", old, 65536);
	free(old);
	text = report();
	assert_has(text, "exits.io");
	assert_int_equal(strncmp(text, "exits.io", 8), 0);
}

static void test_check_of_the_log_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(stats_report_check(""), 0);
}

static void test_check_creates_the_file_and_keeps_an_old_one(void **state)
{
	char path[128];
	struct stat st;

	(void)state;
	snprintf(path, sizeof(path), "%s/new", dir);
	assert_int_equal(stats_report_check(path), 0);
	assert_int_equal(stat(path, &st), 0);
	sample_put(dir, "old", "text", 4);
	snprintf(path, sizeof(path), "%s/old", dir);
	assert_int_equal(stats_report_check(path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_each_line_is_a_name_of_its_own_and_a_number),
		CASE(test_no_name_is_missing),
		CASE(test_each_counter_of_the_channel_is_reported_once),
		CASE(test_each_counter_of_the_module_host_is_reported_once),
		CASE(test_names_belong_to_their_counters),
		CASE(test_operations_are_counted_by_their_number),
		CASE(test_exits_of_all_vcpus_are_added),
		CASE(test_empty_path_is_the_log),
		CASE(test_report_in_a_missing_directory_is_enoent),
		CASE(test_report_on_a_full_disk_is_enospc),
		CASE(test_report_that_was_not_written_in_full_is_an_error),
		CASE(test_report_replaces_the_file),
		CASE(test_check_of_the_log_is_no_error),
		CASE(test_check_creates_the_file_and_keeps_an_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
