/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <string.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull

static const char *trace_of(const char *path, uint64_t addr)
{
	struct rig rig;
	uint8_t *memory;

	rig_init(&rig, 2, 1);
	memory = fake_map(&rig.task, MEMORY, 8192, FAKE_READ);
	memcpy(memory, path, strlen(path) + 1);
	rig_add(&rig, &portal_module, "");
	rig_boot(&rig);
	capture_start();
	rig_call(&rig, "openat", 0, addr, 0);
	channel_close_trace(rig.channel);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 0);
	assert_int_equal(rig_host_stats(&rig).callbacks, 1);
	rig_done(&rig);
	return capture_stop();
}

static void test_trace_open_logs_path_and_result(void **state)
{
	(void)state;
	assert_non_null(strstr(trace_of("/etc/passwd", MEMORY), " /etc/passwd -25 [probe"));
}

static void test_trace_open_logs_error_of_unreadable_path(void **state)
{
	(void)state;
	assert_non_null(strstr(trace_of("", 0x5000), " (Bad address) -25 [probe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trace_open_logs_path_and_result),
		cmocka_unit_test(test_trace_open_logs_error_of_unreadable_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
