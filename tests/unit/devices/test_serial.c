/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "base/bytes.h"
#include "devices/serial.h"

#define DATA 0
#define IER  1
#define IIR  2
#define FCR  2
#define LCR  3
#define MCR  4
#define LSR  5
#define MSR  6
#define SCR  7

#define MCR_DTR_RTS_OUT2 0x0b

struct machine {
	struct serial serial;
	struct bus pio;
	unsigned int nr_irqs;
	uint8_t sent[64];
	size_t nr_sent;
};

static void on_irq(void *ctx, unsigned int gsi)
{
	struct machine *machine = ctx;

	assert_int_equal(gsi, SERIAL_COM1_GSI);
	machine->nr_irqs++;
}

static void on_out(void *ctx, const uint8_t *data, size_t len)
{
	struct machine *machine = ctx;

	for (size_t i = 0; i < len; i++)
		machine->sent[machine->nr_sent++ % sizeof(machine->sent)] = data[i];
}

static int setup(void **state)
{
	static struct machine machine;
	struct irq_line irq = { .raise = on_irq, .ctx = &machine, .gsi = SERIAL_COM1_GSI };
	struct serial_sink sink = { .out = on_out, .ctx = &machine };

	machine = (struct machine){ 0 };
	bus_init(&machine.pio);
	serial_init(&machine.serial, &sink, &irq);
	*state = &machine;
	return serial_attach(&machine.serial, &machine.pio, SERIAL_COM1_PORT);
}

static int teardown(void **state)
{
	struct machine *machine = *state;

	serial_done(&machine->serial);
	return 0;
}

static void out8(struct machine *machine, unsigned int reg, uint8_t value)
{
	assert_true(bus_access(&machine->pio, SERIAL_COM1_PORT + reg, &value, 1, true));
}

static uint8_t in8(struct machine *machine, unsigned int reg)
{
	uint8_t value = 0xaa;

	assert_true(bus_access(&machine->pio, SERIAL_COM1_PORT + reg, &value, 1, false));
	return value;
}

/* open the port like Linux: FIFO with trigger level 8, RTS, receive interrupts */
static void open_port(struct machine *machine)
{
	out8(machine, FCR, 0x81);
	out8(machine, IER, 0x05);
	out8(machine, MCR, MCR_DTR_RTS_OUT2);
	in8(machine, MSR);
	machine->nr_irqs = 0;
}

static void receive(struct machine *machine, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(serial_receive(&machine->serial, (const uint8_t *)text, len), len);
}

static void test_serial_reset_state_is_idle(void **state)
{
	struct machine *machine = *state;

	assert_int_equal(in8(machine, IER), 0);
	assert_int_equal(in8(machine, IIR), 0x01);
	assert_int_equal(in8(machine, LCR), 0);
	assert_int_equal(in8(machine, MCR), 0);
	assert_int_equal(in8(machine, LSR), 0x60);
	assert_int_equal(in8(machine, MSR), 0xb0);
	assert_int_equal(in8(machine, DATA), 0);
	assert_int_equal(machine->nr_irqs, 0);
}

static void test_serial_output_reaches_the_sink_in_order(void **state)
{
	struct machine *machine = *state;

	out8(machine, DATA, 'h');
	out8(machine, DATA, 'i');
	assert_int_equal(machine->nr_sent, 2);
	assert_memory_equal(machine->sent, "hi", 2);
	assert_int_equal(in8(machine, LSR), 0x60);
	assert_int_equal(machine->nr_irqs, 0);
}

/* the checks of Linux's autoconfig(), drivers/tty/serial/8250/8250_port.c */
static void test_serial_linux_autoconfig_detects_16550a(void **state)
{
	struct machine *machine = *state;

	out8(machine, IER, 0);
	assert_int_equal(in8(machine, IER) & 0x0f, 0);
	out8(machine, IER, 0x0f);
	assert_int_equal(in8(machine, IER) & 0x0f, 0x0f);
	out8(machine, IER, 0);
	out8(machine, MCR, 0x10 | 0x0a);
	assert_int_equal(in8(machine, MSR) & 0xf0, 0x90);
	out8(machine, MCR, 0);
	out8(machine, FCR, 0x01);
	assert_int_equal(in8(machine, IIR) >> 6, 3);
	out8(machine, LCR, 0x80);
	assert_int_not_equal(in8(machine, IIR), 0);
	out8(machine, FCR, 0x21);
	assert_int_equal(in8(machine, IIR) >> 5, 6);
	out8(machine, LCR, 0);
	out8(machine, IER, 0x40);
	assert_int_equal(in8(machine, IER), 0);
}

static void test_serial_scratch_and_divisor_are_stored(void **state)
{
	struct machine *machine = *state;

	out8(machine, SCR, 0xa5);
	assert_int_equal(in8(machine, SCR), 0xa5);
	out8(machine, LCR, 0x83);
	out8(machine, DATA, 0x34);
	out8(machine, IER, 0x12);
	assert_int_equal(in8(machine, DATA), 0x34);
	assert_int_equal(in8(machine, IER), 0x12);
	out8(machine, LCR, 0x03);
	assert_int_equal(in8(machine, IER), 0);
	assert_int_equal(machine->nr_sent, 0);
}

static void test_serial_thr_interrupt_set_by_ier_cleared_by_iir(void **state)
{
	struct machine *machine = *state;

	out8(machine, IER, 0x02);
	assert_int_equal(machine->nr_irqs, 1);
	assert_int_equal(in8(machine, IIR), 0x02);
	assert_int_equal(in8(machine, IIR), 0x01);
	out8(machine, IER, 0x00);
	out8(machine, IER, 0x02);
	assert_int_equal(machine->nr_irqs, 2);
	assert_int_equal(in8(machine, IIR), 0x02);
}

static void test_serial_output_makes_one_edge_until_iir_is_read(void **state)
{
	struct machine *machine = *state;

	out8(machine, IER, 0x02);
	assert_int_equal(in8(machine, IIR), 0x02);
	machine->nr_irqs = 0;
	for (int i = 0; i < 16; i++)
		out8(machine, DATA, 'x');
	assert_int_equal(machine->nr_irqs, 1);
	assert_int_equal(in8(machine, IIR), 0x02);
	out8(machine, DATA, 'x');
	assert_int_equal(machine->nr_irqs, 2);
}

static void test_serial_input_interrupts_and_is_read_in_order(void **state)
{
	struct machine *machine = *state;

	open_port(machine);
	receive(machine, "ab");
	assert_int_equal(machine->nr_irqs, 1);
	assert_int_equal(in8(machine, IIR), 0xcc);
	assert_int_equal(in8(machine, LSR), 0x61);
	assert_int_equal(in8(machine, DATA), 'a');
	assert_int_equal(in8(machine, DATA), 'b');
	assert_int_equal(in8(machine, LSR), 0x60);
	assert_int_equal(in8(machine, IIR), 0xc1);
	receive(machine, "c");
	assert_int_equal(machine->nr_irqs, 2);
}

static void test_serial_below_trigger_level_is_timeout(void **state)
{
	struct machine *machine = *state;

	open_port(machine);
	receive(machine, "1234567");
	assert_int_equal(in8(machine, IIR), 0xcc);
	receive(machine, "8");
	assert_int_equal(in8(machine, IIR), 0xc4);
}

static void test_serial_pending_input_interrupts_when_enabled(void **state)
{
	struct machine *machine = *state;

	out8(machine, MCR, MCR_DTR_RTS_OUT2);
	receive(machine, "a");
	assert_int_equal(machine->nr_irqs, 0);
	assert_int_equal(in8(machine, IIR), 0x01);
	out8(machine, IER, 0x01);
	assert_int_equal(machine->nr_irqs, 1);
	assert_int_equal(in8(machine, IIR), 0x04);
}

static void test_serial_input_before_open_is_not_lost(void **state)
{
	struct machine *machine = *state;

	receive(machine, "early");
	assert_int_equal(in8(machine, LSR), 0x60);
	out8(machine, FCR, 0x07);
	in8(machine, DATA);
	open_port(machine);
	assert_int_equal(in8(machine, DATA), 'e');
	assert_int_equal(in8(machine, DATA), 'a');
}

static void test_serial_input_longer_than_fifo_is_complete(void **state)
{
	struct machine *machine = *state;
	uint8_t pasted[SERIAL_QUEUE_SIZE];

	for (size_t i = 0; i < sizeof(pasted); i++)
		pasted[i] = (uint8_t)(i * 7);
	open_port(machine);
	assert_int_equal(serial_receive(&machine->serial, pasted, sizeof(pasted)), sizeof(pasted));
	for (size_t i = 0; i < sizeof(pasted); i++) {
		assert_int_equal(in8(machine, LSR), 0x61);
		assert_int_equal(in8(machine, DATA), pasted[i]);
	}
	assert_int_equal(in8(machine, LSR), 0x60);
}

static void test_serial_full_queue_accepts_no_more(void **state)
{
	struct machine *machine = *state;
	uint8_t data[SERIAL_QUEUE_SIZE + 1] = { 0 };

	assert_int_equal(serial_free_bytes(&machine->serial), SERIAL_QUEUE_SIZE);
	assert_int_equal(serial_receive(&machine->serial, data, sizeof(data)), SERIAL_QUEUE_SIZE);
	assert_int_equal(serial_free_bytes(&machine->serial), 0);
	assert_int_equal(serial_receive(&machine->serial, data, 1), 0);
}

static void test_serial_without_fifo_holds_one_byte(void **state)
{
	struct machine *machine = *state;

	out8(machine, IER, 0x01);
	out8(machine, MCR, MCR_DTR_RTS_OUT2);
	receive(machine, "xyz");
	assert_int_equal(in8(machine, IIR), 0x04);
	assert_int_equal(in8(machine, DATA), 'x');
	assert_int_equal(in8(machine, DATA), 'y');
	assert_int_equal(in8(machine, DATA), 'z');
	assert_int_equal(in8(machine, IIR), 0x01);
}

static void test_serial_loopback_returns_output_and_sends_nothing(void **state)
{
	struct machine *machine = *state;

	open_port(machine);
	out8(machine, MCR, 0x10);
	receive(machine, "held");
	out8(machine, DATA, 'L');
	assert_int_equal(machine->nr_sent, 0);
	assert_int_equal(in8(machine, LSR), 0x61);
	assert_int_equal(in8(machine, DATA), 'L');
	assert_int_equal(in8(machine, LSR), 0x60);
	out8(machine, MCR, MCR_DTR_RTS_OUT2);
	assert_int_equal(in8(machine, DATA), 'h');
}

static void test_serial_loopback_overrun_is_reported_once(void **state)
{
	struct machine *machine = *state;

	open_port(machine);
	out8(machine, MCR, 0x10);
	for (int i = 0; i < SERIAL_FIFO_SIZE + 1; i++)
		out8(machine, DATA, (uint8_t)i);
	assert_int_equal(in8(machine, IIR), 0xc6);
	assert_int_equal(in8(machine, LSR), 0x63);
	assert_int_equal(in8(machine, LSR), 0x61);
	assert_int_equal(in8(machine, IIR), 0xc4);
	assert_int_equal(in8(machine, DATA), 0);
}

static void test_serial_loopback_modem_lines_follow_mcr(void **state)
{
	struct machine *machine = *state;

	out8(machine, MCR, 0x10);
	in8(machine, MSR);
	out8(machine, IER, 0x08);
	out8(machine, MCR, 0x10 | 0x04);
	assert_int_equal(in8(machine, MSR), 0x40);
	out8(machine, MCR, 0x10 | 0x0b);
	assert_int_equal(machine->nr_irqs, 1);
	assert_int_equal(in8(machine, IIR), 0x00);
	assert_int_equal(in8(machine, MSR), 0xb0 | 0x0f);
	assert_int_equal(in8(machine, MSR), 0xb0);
	assert_int_equal(in8(machine, IIR), 0x01);
}

static void test_serial_wide_access_is_split_into_registers(void **state)
{
	struct machine *machine = *state;
	uint8_t lcr_mcr[2] = { 0x03, 0x0b }, all[8], data[8] = { 0 };

	assert_true(bus_access(&machine->pio, SERIAL_COM1_PORT + LCR, lcr_mcr, 2, true));
	assert_int_equal(in8(machine, LCR), 0x03);
	assert_int_equal(in8(machine, MCR), 0x0b);
	assert_true(bus_access(&machine->pio, SERIAL_COM1_PORT, all, 8, false));
	assert_int_equal(all[LSR], 0x60);
	assert_true(bus_access(&machine->pio, SERIAL_COM1_PORT, data, 8, true));
	assert_false(bus_access(&machine->pio, SERIAL_COM1_PORT + SCR, data, 2, true));
	assert_false(bus_access(&machine->pio, SERIAL_COM1_PORT + 6, data, 4, false));
}

static void test_serial_random_accesses_are_harmless(void **state)
{
	struct machine *machine = *state;
	uint32_t random = 1;

	for (int i = 0; i < 200000; i++) {
		uint8_t data[8] = { 0 };

		random = random * 1664525u + 1013904223u;
		data[0] = (uint8_t)(random >> 8);
		if ((random >> 28) == 0)
			serial_receive(&machine->serial, data, 1 + (random >> 16) % sizeof(data));
		bus_access(&machine->pio, SERIAL_COM1_PORT + (random >> 16) % 8, data,
			   1 + (random >> 20) % 2 * 3, random >> 31);
	}
	/* in any state, writing the initial values to the registers makes it work again */
	out8(machine, LCR, 0);
	out8(machine, MCR, 0);
	out8(machine, DATA, 'k');
	assert_int_equal(machine->sent[(machine->nr_sent - 1) % sizeof(machine->sent)], 'k');
	assert_int_equal(in8(machine, LSR) & 0x60, 0x60);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_serial_reset_state_is_idle),
		T(test_serial_output_reaches_the_sink_in_order),
		T(test_serial_linux_autoconfig_detects_16550a),
		T(test_serial_scratch_and_divisor_are_stored),
		T(test_serial_thr_interrupt_set_by_ier_cleared_by_iir),
		T(test_serial_output_makes_one_edge_until_iir_is_read),
		T(test_serial_input_interrupts_and_is_read_in_order),
		T(test_serial_below_trigger_level_is_timeout),
		T(test_serial_pending_input_interrupts_when_enabled),
		T(test_serial_input_before_open_is_not_lost),
		T(test_serial_input_longer_than_fifo_is_complete),
		T(test_serial_full_queue_accepts_no_more),
		T(test_serial_without_fifo_holds_one_byte),
		T(test_serial_loopback_returns_output_and_sends_nothing),
		T(test_serial_loopback_overrun_is_reported_once),
		T(test_serial_loopback_modem_lines_follow_mcr),
		T(test_serial_wide_access_is_split_into_registers),
		T(test_serial_random_accesses_are_harmless),
	};

	return cmocka_run_group_tests_name("serial", tests, NULL, NULL);
}
