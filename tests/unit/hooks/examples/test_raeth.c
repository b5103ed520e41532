/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "lib/capture.h"

#define IFREQ 0x10000ull
#define REG   0x10100ull

static struct rig rig;
static uint8_t *memory;

static int start(const char *options)
{
	rig_init(&rig, 2, 1);
	rig_add(&rig, &portal_module, options);
	rig_boot(&rig);
	memory = fake_map(&rig.task, IFREQ, 4096, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return start("");
}

static int setup_rule(void **state)
{
	(void)state;
	return start(",rule=1");
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static void fill(uint8_t *bytes, const char *interface, uint64_t pointer, size_t width,
		 uint32_t code)
{
	uint64_t wire_pointer = htole64(pointer);
	uint32_t wire_code = htole32(code);

	memset(bytes, 0, 4096);
	strcpy((char *)bytes, interface);
	memcpy(bytes + 16, &wire_pointer, width);
	memcpy(bytes + 0x100, &wire_code, 4);
}

/* Poll once and store the value in *ret_value. Return: the log. */
static const char *poll(uint32_t code, int64_t result, uint32_t *ret_value)
{
	fill(memory, "eth0", REG, 8, code);
	capture_start();
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, IFREQ), result);
	memcpy(ret_value, memory + 0x104, 4);
	*ret_value = le32toh(*ret_value);
	return capture_stop();
}

static void test_raeth_logs_and_gives_all_four_answers(void **state)
{
	static const struct {
		uint32_t code, value;
		const char *line;
	} answers[] = {
		{ 0x34, 0x2, "raeth: RAEth ioctl: reg=REG_ESW_WT_MAC_AD0, returning val=0x2" },
		{ 0x80, 0x8234,
		  "raeth: RAEth ioctl: reg=REG_ESW_WT_MAC_ATC, returning val=0x8234" },
		{ 0x90, 0x73, "raeth: RAEth ioctl: reg=REG_ESW_TABLE_STATUS0, returning val=0x73" },
		{ 0x12, 0x10173, "raeth: RAEth ioctl: reg=0x12, returning val=0x10173" },
	};
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_non_null(strstr(poll(answers[i].code, 0, &value), answers[i].line));
		assert_int_equal(value, answers[i].value);
	}
}

static void test_raeth_ignores_other_interfaces(void **state)
{
	(void)state;
	fill(memory, "eth1", REG, 8, 0x34);
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, IFREQ), -ENOTTY);
	assert_int_equal(memory[0x104], 0);
}

static void test_raeth_serves_32_bit_programs(void **state)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 3, 0x89f1, 0x8000 };
	uint8_t *low = fake_map(&rig.task32, 0x8000, 4096, FAKE_READ | FAKE_WRITE);
	struct fake_result result;

	(void)state;
	fill(low, "eth0", 0x8100, 4, 0x34);
	/* other data follows the 32-bit pointer */
	memset(low + 20, 0xff, 4);
	capture_start();
	fake_syscall(&rig.guest, 0, &rig.task32, "ioctl", args, &result);
	capture_stop();
	assert_int_equal(result.ret, 0);
	assert_int_equal(low[0x104], 2);
}

static void test_raeth_invalid_pointers_change_nothing(void **state)
{
	(void)state;
	fill(memory, "eth0", 0x666, 8, 0x34);
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, IFREQ), -ENOTTY);
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, 0), -ENOTTY);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

static void test_raeth_costs_one_doorbell_call(void **state)
{
	struct channel_stats before = rig_channel_stats(&rig), after;
	uint32_t value;

	(void)state;
	poll(0x34, 0, &value);
	after = rig_channel_stats(&rig);
	assert_int_equal(after.doorbells[PORTAL_CALL_EVENT] - before.doorbells[PORTAL_CALL_EVENT],
			 1);
	assert_int_equal(after.doorbells[PORTAL_CALL_ANSWER], before.doorbells[PORTAL_CALL_ANSWER]);
	assert_int_equal(after.operations[PORTAL_OP_VERDICT] - before.operations[PORTAL_OP_VERDICT],
			 1);
}

/* Rules give the same answers as the callback in the tests above. */
static void test_raeth_rules_answer_without_doorbell_calls(void **state)
{
	static const uint32_t codes[] = { 0x34, 0x80, 0x90, 0x12 };
	static const uint32_t values[] = { 0x2, 0x8234, 0x73, 0x10173 };
	uint32_t value;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(poll(codes[i], 0, &value), "");
		assert_int_equal(value, values[i]);
	}
	test_raeth_serves_32_bit_programs(state);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 0);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 5);
	test_raeth_ignores_other_interfaces(state);
	test_raeth_invalid_pointers_change_nothing(state);
	assert_int_equal(rig_host_stats(&rig).rules_hits, 5);
}

#define RAETH_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RAETH_TEST(test_raeth_logs_and_gives_all_four_answers),
		RAETH_TEST(test_raeth_ignores_other_interfaces),
		RAETH_TEST(test_raeth_serves_32_bit_programs),
		RAETH_TEST(test_raeth_invalid_pointers_change_nothing),
		RAETH_TEST(test_raeth_costs_one_doorbell_call),
		cmocka_unit_test_setup_teardown(test_raeth_rules_answer_without_doorbell_calls,
						setup_rule, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
