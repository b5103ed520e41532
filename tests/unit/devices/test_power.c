/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "devices/power.h"

struct events {
	unsigned int nr_off, nr_reset;
};

static void on_event(void *ctx, enum power_event event)
{
	struct events *seen = ctx;

	if (event == POWER_OFF)
		seen->nr_off++;
	if (event == POWER_RESET)
		seen->nr_reset++;
}

struct machine {
	struct events seen;
	struct power power;
	struct bus pio;
};

static void machine_init(struct machine *machine)
{
	machine->seen = (struct events){ 0 };
	bus_init(&machine->pio);
	power_init(&machine->power, on_event, &machine->seen);
	assert_int_equal(power_attach(&machine->power, &machine->pio), 0);
}

static void out8(struct machine *machine, uint64_t port, uint8_t value)
{
	assert_true(bus_access(&machine->pio, port, &value, 1, true));
}

static uint8_t in8(struct machine *machine, uint64_t port)
{
	uint8_t value = 0xaa;

	assert_true(bus_access(&machine->pio, port, &value, 1, false));
	return value;
}

static void test_power_s5_with_slp_en_is_power_off(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	out8(&machine, POWER_SLEEP_CONTROL_PORT, POWER_SLP_TYP_S5 << 2 | 0x20);
	assert_int_equal(machine.seen.nr_off, 1);
	assert_int_equal(machine.seen.nr_reset, 0);
}

static void test_power_other_sleep_control_values_are_ignored(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	for (unsigned int value = 0; value < 256; value++) {
		if ((value & 0x3c) != 0x34)
			out8(&machine, POWER_SLEEP_CONTROL_PORT, (uint8_t)value);
	}
	assert_int_equal(machine.seen.nr_off, 0);
	assert_int_equal(machine.seen.nr_reset, 0);
}

static void test_power_reset_register_needs_reset_value(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	out8(&machine, POWER_RESET_PORT, 0);
	out8(&machine, POWER_RESET_PORT, 0xff);
	assert_int_equal(machine.seen.nr_reset, 0);
	out8(&machine, POWER_RESET_PORT, POWER_RESET_VALUE);
	assert_int_equal(machine.seen.nr_reset, 1);
}

static void test_power_cf9_reset_by_cpu_reset_bit(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	out8(&machine, 0xcf9, 0x02);
	assert_int_equal(in8(&machine, 0xcf9), 0x02);
	assert_int_equal(machine.seen.nr_reset, 0);
	out8(&machine, 0xcf9, 0x06);
	assert_int_equal(machine.seen.nr_reset, 1);
	out8(&machine, 0xcf9, 0x0e);
	assert_int_equal(machine.seen.nr_reset, 2);
}

static void test_power_i8042_pulse_resets_and_status_reads_idle(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_int_equal(in8(&machine, 0x64), 0);
	out8(&machine, 0x64, 0xd1);
	assert_int_equal(machine.seen.nr_reset, 0);
	out8(&machine, 0x64, 0xfe);
	assert_int_equal(machine.seen.nr_reset, 1);
}

static void test_power_wide_access_is_split_into_ports(void **state)
{
	uint8_t off_and_reset[2] = { 0, POWER_RESET_VALUE };
	uint8_t wide[4] = { 0 };
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_true(bus_access(&machine.pio, POWER_SLEEP_STATUS_PORT, off_and_reset, 2, true));
	assert_int_equal(machine.seen.nr_reset, 1);
	assert_false(bus_access(&machine.pio, POWER_SLEEP_STATUS_PORT, wide, 4, true));
	assert_false(bus_access(&machine.pio, 0xcf8, wide, 4, true));
	assert_false(bus_access(&machine.pio, 0x64, wide, 2, true));
	assert_int_equal(machine.seen.nr_reset, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power_s5_with_slp_en_is_power_off),
		cmocka_unit_test(test_power_other_sleep_control_values_are_ignored),
		cmocka_unit_test(test_power_reset_register_needs_reset_value),
		cmocka_unit_test(test_power_cf9_reset_by_cpu_reset_bit),
		cmocka_unit_test(test_power_i8042_pulse_resets_and_status_reads_idle),
		cmocka_unit_test(test_power_wide_access_is_split_into_ports),
	};

	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
