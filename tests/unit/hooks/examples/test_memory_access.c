/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <string.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull

static int64_t deliver(void *ctx, struct fake_task *task, uint32_t nr, const uint64_t args[6])
{
	(void)nr;
	return (int64_t)fake_copy_to(task, args[1], ctx, 8);
}

static void test_memory_access_logs_and_replaces_the_data(void **state)
{
	struct rig rig;
	uint8_t *memory;
	const char *log;

	(void)state;
	rig_init(&rig, 2, 1);
	rig_add(&rig, &portal_module, ",comm=probe");
	rig_boot(&rig);
	rig.guest.run = deliver;
	rig.guest.run_ctx = (char[8]){ "content" };
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	memcpy(memory + 16, "\xde\xad\xbe\xef", 4);
	capture_start();
	assert_int_equal(rig_call(&rig, "read", 0, MEMORY, 64), 8);
	log = capture_stop();
	assert_non_null(strstr(log, "memory_access: Read buffer content: content ["));
	/* the NUL of the text is the first byte of the number */
	assert_non_null(strstr(log, "memory_access: Integer value: 0xefbead00 ["));
	assert_string_equal(memory, "Modified content");
	assert_string_equal((const char *)rig.guest.hooks[0].wire.comm, "probe");
	rig_done(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_access_logs_and_replaces_the_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
