/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <portal/wire.h>

#include "base/bytes.h"
#include "devices/portal_dev.h"

#define BASE 0xd0001000u

struct machine {
	struct portal_dev dev;
	struct bus mmio;
	unsigned int nr_irqs, nr_states, nr_traces;
	uint32_t state;
};

static void on_irq(void *ctx, unsigned int gsi)
{
	struct machine *machine = ctx;

	assert_int_equal(gsi, 9);
	machine->nr_irqs++;
}

static void on_state(void *ctx, uint32_t state)
{
	struct machine *machine = ctx;

	machine->nr_states++;
	machine->state = state;
}

static void on_trace(void *ctx)
{
	struct machine *machine = ctx;

	machine->nr_traces++;
}

static void machine_init(struct machine *machine)
{
	struct irq_line irq = { .raise = on_irq, .ctx = machine, .gsi = 9 };
	struct portal_dev_events events = { .state = on_state, .trace = on_trace, .ctx = machine };

	*machine = (struct machine){ 0 };
	bus_init(&machine->mmio);
	portal_dev_init(&machine->dev, &events, &irq);
	assert_int_equal(portal_dev_attach(&machine->dev, &machine->mmio, BASE), 0);
}

static uint32_t read32(struct machine *machine, uint64_t reg)
{
	uint8_t data[4];

	assert_true(bus_access(&machine->mmio, BASE + reg, data, 4, false));
	return get_le32(data);
}

static void write32(struct machine *machine, uint64_t reg, uint32_t value)
{
	uint8_t data[4];

	put_le32(data, value);
	assert_true(bus_access(&machine->mmio, BASE + reg, data, 4, true));
}

static void test_portal_dev_magic_and_version(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_int_equal(read32(&machine, PORTAL_DEV_MAGIC), PORTAL_DEV_MAGIC_VALUE);
	assert_int_equal(read32(&machine, PORTAL_DEV_VERSION), PORTAL_WIRE_VERSION);
	assert_int_equal(read32(&machine, PORTAL_DEV_FEATURES), 0);
	assert_int_equal(read32(&machine, PORTAL_DEV_STATE), PORTAL_STATE_NONE);
	assert_int_equal(read32(&machine, PORTAL_DEV_SIZE - 4), 0);
}

static void test_portal_dev_valid_state_is_reported_and_stored(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	for (uint32_t i = PORTAL_STATE_UP; i <= PORTAL_STATE_PANIC; i++) {
		write32(&machine, PORTAL_DEV_STATE, i);
		assert_int_equal(machine.state, i);
		assert_int_equal(read32(&machine, PORTAL_DEV_STATE), i);
		assert_int_equal(portal_dev_state(&machine.dev), i);
	}
	assert_int_equal(machine.nr_states, PORTAL_STATE_PANIC);
}

static void test_portal_dev_unknown_state_is_ignored(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	write32(&machine, PORTAL_DEV_STATE, PORTAL_STATE_UP);
	write32(&machine, PORTAL_DEV_STATE, PORTAL_STATE_PANIC + 1);
	write32(&machine, PORTAL_DEV_STATE, UINT32_MAX);
	assert_int_equal(machine.nr_states, 1);
	assert_int_equal(read32(&machine, PORTAL_DEV_STATE), PORTAL_STATE_UP);
}

static void test_portal_dev_work_is_pending_until_acknowledged(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_int_equal(read32(&machine, PORTAL_DEV_IRQ), 0);
	portal_dev_raise_work(&machine.dev, 1);
	assert_int_equal(machine.nr_irqs, 1);
	assert_int_equal(read32(&machine, PORTAL_DEV_IRQ), PORTAL_IRQ_WORK);
	write32(&machine, PORTAL_DEV_IRQ, PORTAL_IRQ_CANCEL);
	assert_int_equal(read32(&machine, PORTAL_DEV_IRQ), PORTAL_IRQ_WORK);
	write32(&machine, PORTAL_DEV_IRQ, PORTAL_IRQ_WORK);
	assert_int_equal(read32(&machine, PORTAL_DEV_IRQ), 0);
}

/* The guest may bind to the device after the interrupt: the number is still there. */
static void test_portal_dev_work_wanted_is_taken_once(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_int_equal(read32(&machine, PORTAL_DEV_WORK), 0);
	portal_dev_raise_work(&machine.dev, 3);
	portal_dev_raise_work(&machine.dev, 1);
	write32(&machine, PORTAL_DEV_IRQ, PORTAL_IRQ_WORK);
	assert_int_equal(read32(&machine, PORTAL_DEV_WORK), 3);
	assert_int_equal(read32(&machine, PORTAL_DEV_WORK), 0);
	portal_dev_raise_work(&machine.dev, UINT32_MAX);
	assert_int_equal(read32(&machine, PORTAL_DEV_WORK), PORTAL_MAX_WORK);
	assert_int_equal(machine.nr_irqs, 3);
}

static void test_portal_dev_cancels_are_taken_in_order_with_their_generations(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), 0);
	portal_dev_raise_cancel(&machine.dev, 0, 100);
	portal_dev_raise_cancel(&machine.dev, 9, UINT32_MAX);
	portal_dev_raise_cancel(&machine.dev, 0, 101); /* the page has a new session */
	assert_int_equal(read32(&machine, PORTAL_DEV_IRQ), PORTAL_IRQ_CANCEL);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), 1);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL_GENERATION), 101);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), 10);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL_GENERATION), UINT32_MAX);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), 0);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL_GENERATION), UINT32_MAX);
}

static void test_portal_dev_has_room_for_a_cancel_of_every_page(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t page = 0; page < PORTAL_MAX_PAGES; page++)
			portal_dev_raise_cancel(&machine.dev, page, round);
	for (uint32_t page = 0; page < PORTAL_MAX_PAGES; page++)
		assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), page + 1);
	assert_int_equal(read32(&machine, PORTAL_DEV_CANCEL), 0);
}

static void test_portal_dev_read_only_registers_ignore_writes(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	write32(&machine, PORTAL_DEV_MAGIC, 0);
	write32(&machine, PORTAL_DEV_VERSION, 99);
	assert_int_equal(read32(&machine, PORTAL_DEV_MAGIC), PORTAL_DEV_MAGIC_VALUE);
	assert_int_equal(read32(&machine, PORTAL_DEV_VERSION), PORTAL_WIRE_VERSION);
}

static void test_portal_dev_other_widths_and_alignments_are_ignored(void **state)
{
	static const unsigned int widths[] = { 1, 2, 3, 8 };
	uint8_t data[8] = { PORTAL_STATE_PANIC };
	struct machine machine;

	(void)state;
	machine_init(&machine);
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		uint8_t seen[8] = { 0 };

		assert_true(
			bus_access(&machine.mmio, BASE + PORTAL_DEV_STATE, data, widths[i], true));
		assert_true(bus_access(&machine.mmio, BASE, seen, widths[i], false));
		assert_int_equal(seen[widths[i] - 1], 0xff);
	}
	assert_true(bus_access(&machine.mmio, BASE + PORTAL_DEV_STATE + 1, data, 4, true));
	assert_true(bus_access(&machine.mmio, BASE + PORTAL_DEV_STATE - 2, data, 4, true));
	assert_false(bus_access(&machine.mmio, BASE + PORTAL_DEV_SIZE - 2, data, 4, true));
	assert_int_equal(machine.nr_states, 0);
	assert_int_equal(read32(&machine, PORTAL_DEV_STATE), PORTAL_STATE_NONE);
}

static void test_portal_dev_trace_write_is_reported_and_reads_zero(void **state)
{
	struct machine machine;

	(void)state;
	machine_init(&machine);
	write32(&machine, PORTAL_DEV_TRACE, 0);
	write32(&machine, PORTAL_DEV_TRACE, UINT32_MAX);
	assert_int_equal(machine.nr_traces, 2);
	assert_int_equal(read32(&machine, PORTAL_DEV_TRACE), 0);
	assert_int_equal(machine.nr_states, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_portal_dev_magic_and_version),
		cmocka_unit_test(test_portal_dev_valid_state_is_reported_and_stored),
		cmocka_unit_test(test_portal_dev_unknown_state_is_ignored),
		cmocka_unit_test(test_portal_dev_work_is_pending_until_acknowledged),
		cmocka_unit_test(test_portal_dev_work_wanted_is_taken_once),
		cmocka_unit_test(test_portal_dev_cancels_are_taken_in_order_with_their_generations),
		cmocka_unit_test(test_portal_dev_has_room_for_a_cancel_of_every_page),
		cmocka_unit_test(test_portal_dev_read_only_registers_ignore_writes),
		cmocka_unit_test(test_portal_dev_trace_write_is_reported_and_reads_zero),
		cmocka_unit_test(test_portal_dev_other_widths_and_alignments_are_ignored),
	};

	return cmocka_run_group_tests_name("portal_dev", tests, NULL, NULL);
}
