/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <errno.h>
#include <string.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;
static uint8_t *memory;

static int setup(void **state)
{
	(void)state;
	rig_init(&rig, 2, 1);
	rig_add(&rig, &portal_module, "");
	rig_boot(&rig);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	strcpy((char *)memory, "eth0");
	memcpy(memory + 16, "\x21\x43\x65\x07", 4);
	fake_add_fd(&rig.task, 3, "socket:[7]");
	rig.task.args = "ioctl_probe\0-x\0";
	rig.task.args_len = 15;
	rig.task.env = "A=1\0B=2\0";
	rig.task.env_len = 8;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static const char *run(uint64_t fd)
{
	capture_start();
	assert_int_equal(rig_call(&rig, "ioctl", fd, 0x89f0, MEMORY), -ENOTTY);
	return capture_stop();
}

static void test_ioctl_test_does_every_step(void **state)
{
	static const char *const steps[] = {
		"Interface: eth0 [",	"Data: 0x7654321 [",
		"FD: socket:[7] [",	"Found process: ioctl_probe -x [",
		"Found env: A=1 B=2 [", "Found pid: 100 [",
	};
	const char *log = run(3);

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		log = strstr(log, steps[i]);
		assert_non_null(log);
	}
	assert_string_equal(memory, "test");
	assert_memory_equal(memory + 16, "\x78\x56\x34\x12", 4);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

static void test_ioctl_test_logs_unknown_descriptor(void **state)
{
	(void)state;
	assert_non_null(strstr(run(9), "FD: [???] ["));
}

static void test_ioctl_test_fails_on_unmapped_memory(void **state)
{
	(void)state;
	capture_start();
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f0, 0), -ENOTTY);
	assert_non_null(strstr(capture_stop(), "the hook on ioctl failed: Bad address"));
}

#define IOCTL_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IOCTL_TEST(test_ioctl_test_does_every_step),
		IOCTL_TEST(test_ioctl_test_logs_unknown_descriptor),
		IOCTL_TEST(test_ioctl_test_fails_on_unmapped_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
