/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "devices/rtc.h"

#define BASE 0x9020000u

#define DR   0x000
#define MR   0x004
#define LR   0x008
#define CR   0x00c
#define IMSC 0x010
#define RIS  0x014
#define MIS  0x018
#define ICR  0x01c

static struct rtc rtc;
static struct bus mmio;
static uint64_t now_s;

static uint64_t get_now(void)
{
	return now_s;
}

static int setup(void **state)
{
	(void)state;
	now_s = 1700000000;
	bus_init(&mmio);
	rtc_init(&rtc, get_now);
	return rtc_attach(&rtc, &mmio, BASE);
}

static uint32_t read32(uint64_t reg)
{
	uint8_t data[4];

	assert_true(bus_access(&mmio, BASE + reg, data, 4, false));
	return get_le32(data);
}

static void write32(uint64_t reg, uint32_t value)
{
	uint8_t data[4];

	put_le32(data, value);
	assert_true(bus_access(&mmio, BASE + reg, data, 4, true));
}

static void test_rtc_has_time_of_host(void **state)
{
	(void)state;
	assert_int_equal(read32(DR), 1700000000);
	now_s += 5;
	assert_int_equal(read32(DR), 1700000005);
	assert_int_equal(read32(CR), 1);
	rtc_init(&rtc, NULL);
	assert_true(read32(DR) - (uint32_t)time(NULL) + 2 <= 4);
}

static void test_rtc_loaded_time_advances(void **state)
{
	(void)state;
	write32(LR, 1000);
	assert_int_equal(read32(LR), 1000);
	assert_int_equal(read32(DR), 1000);
	now_s += 7;
	assert_int_equal(read32(DR), 1007);
	assert_int_equal(read32(LR), 1000);
	write32(LR, UINT32_MAX);
	now_s++;
	assert_int_equal(read32(DR), 0);
}

static void test_rtc_time_wraps_at_32_bits(void **state)
{
	(void)state;
	now_s = 0x1ffffffffu;
	assert_int_equal(read32(DR), UINT32_MAX);
	now_s++;
	assert_int_equal(read32(DR), 0);
	now_s = UINT64_MAX;
	write32(LR, 3);
	assert_int_equal(read32(DR), 3);
}

static void test_rtc_peripheral_id(void **state)
{
	static const uint8_t id[] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(id); i++)
		assert_int_equal(read32(0xfe0 + 4 * i), id[i]);
}

static void test_rtc_alarm_is_stored_and_never_goes_off(void **state)
{
	(void)state;
	write32(MR, 1700000001);
	write32(IMSC, UINT32_MAX);
	now_s++;
	assert_int_equal(read32(MR), 1700000001);
	assert_int_equal(read32(IMSC), 1);
	assert_int_equal(read32(RIS), 0);
	assert_int_equal(read32(MIS), 0);
	write32(ICR, 1);
	assert_int_equal(read32(ICR), 0);
}

static void test_rtc_other_registers_are_read_only(void **state)
{
	uint32_t before[RTC_SIZE / 4];

	(void)state;
	for (uint32_t reg = 0; reg < RTC_SIZE; reg += 4)
		before[reg / 4] = read32(reg);
	for (uint32_t reg = 0; reg < RTC_SIZE; reg += 4) {
		if (reg == MR || reg == LR || reg == IMSC)
			continue;
		write32(reg, 0x5a5a5a5a);
		assert_int_equal(read32(reg), before[reg / 4]);
	}
	assert_int_equal(read32(DR), 1700000000);
	assert_int_equal(before[0x020 / 4], 0);
}

static void test_rtc_other_widths_and_alignments_are_ignored(void **state)
{
	static const unsigned int widths[] = { 1, 2, 3, 5, 8 };
	uint8_t data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		uint8_t seen[8] = { 0 };

		assert_true(bus_access(&mmio, BASE + LR, data, widths[i], true));
		assert_true(bus_access(&mmio, BASE + DR, seen, widths[i], false));
		assert_int_equal(seen[0], 0xff);
		assert_int_equal(seen[widths[i] - 1], 0xff);
	}
	for (uint64_t off = 1; off < 4; off++)
		assert_true(bus_access(&mmio, BASE + LR + off, data, 4, true));
	assert_false(bus_access(&mmio, BASE + RTC_SIZE - 2, data, 4, false));
	assert_int_equal(read32(LR), 0);
	assert_int_equal(read32(DR), 1700000000);
}

#define rtc_test(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rtc_test(test_rtc_has_time_of_host),
		rtc_test(test_rtc_loaded_time_advances),
		rtc_test(test_rtc_time_wraps_at_32_bits),
		rtc_test(test_rtc_peripheral_id),
		rtc_test(test_rtc_alarm_is_stored_and_never_goes_off),
		rtc_test(test_rtc_other_registers_are_read_only),
		rtc_test(test_rtc_other_widths_and_alignments_are_ignored),
	};

	return cmocka_run_group_tests_name("rtc", tests, NULL, NULL);
}
