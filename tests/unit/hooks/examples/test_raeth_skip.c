/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "lib/capture.h"

#define STACK 0x10000ull

static struct rig rig;
static uint8_t *memory;

static void put64(size_t offset, uint64_t value)
{
	value = htole64(value);
	memcpy(memory + offset, &value, 8);
}

/* sp -> frame; frame + 8 -> the caller's variable; then an ifreq and a register */
static int setup(void **state)
{
	(void)state;
	rig_init(&rig, 2, 1);
	rig_add(&rig, &portal_module, "");
	rig_boot(&rig);
	memory = fake_map(&rig.task, STACK, 4096, FAKE_READ | FAKE_WRITE);
	rig.task.regs[PORTAL_REG_X86_SP] = STACK;
	put64(0, STACK + 0x40);
	put64(0x48, STACK + 0x80);
	strcpy((char *)memory + 0x200, "eth0");
	put64(0x210, STACK + 0x300);
	memory[0x300] = 0x34;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static void call(struct fake_result *ret_result)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 3, 0x89f1, STACK + 0x200 };

	fake_syscall(&rig.guest, 0, &rig.task, "ioctl", args, ret_result);
}

static void test_raeth_skip_writes_to_the_caller_and_skips(void **state)
{
	struct fake_result result;
	const char *log;

	(void)state;
	capture_start();
	call(&result);
	log = capture_stop();
	assert_false(result.ran);
	assert_int_equal(result.ret, 0);
	assert_int_equal(memory[0x80], 2);
	assert_non_null(strstr(log, "Detected table_del function polling for w_mac_done bit"));
	assert_non_null(strstr(log, "Bypassed ioctl call and directly set w_mac_done bit"));
}

static void test_raeth_skip_ignores_other_registers(void **state)
{
	struct fake_result result;

	(void)state;
	memory[0x300] = 0x80;
	call(&result);
	assert_true(result.ran);
	assert_int_equal(memory[0x80], 0);
}

static void test_raeth_skip_does_not_skip_on_other_stack_layout(void **state)
{
	struct fake_result result;

	(void)state;
	put64(0x48, 0x666);
	capture_start();
	call(&result);
	capture_stop();
	assert_true(result.ran);
	assert_int_equal(result.ret, -ENOTTY);
}

static void test_raeth_skip_filters_in_the_guest(void **state)
{
	const struct portal_wire_hook *wire = &rig.guest.hooks[0].wire;

	(void)state;
	assert_string_equal((const char *)wire->comm, "mtk7530_switch");
	assert_int_equal(le32toh(wire->arg[1].cmp), PORTAL_CMP_EQ);
	assert_int_equal(le64toh(wire->arg[1].value), 0x89f1);
	assert_int_equal(le32toh(wire->when), PORTAL_WHEN_ENTER);
}

#define SKIP_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SKIP_TEST(test_raeth_skip_writes_to_the_caller_and_skips),
		SKIP_TEST(test_raeth_skip_ignores_other_registers),
		SKIP_TEST(test_raeth_skip_does_not_skip_on_other_stack_layout),
		SKIP_TEST(test_raeth_skip_filters_in_the_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
