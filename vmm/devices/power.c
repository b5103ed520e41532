/* SPDX-License-Identifier: MIT */
#include "devices/power.h"

#include <string.h>

#include "base/bytes.h"

#define SLEEP_SLP_TYP_SHIFT 2
#define SLEEP_SLP_TYP_MASK  0x7
#define SLEEP_SLP_EN	    0x20

#define RESET_CONTROL_PORT    0xcf9
#define RESET_CONTROL_RST_CPU 0x04
#define RESET_CONTROL_KEPT    0x0a /* SYS_RST and FULL_RST */

#define I8042_COMMAND_PORT 0x64
#define I8042_PULSE_RESET  0xfe

void power_init(struct power *power, void (*event)(void *ctx, enum power_event event), void *ctx)
{
	power->event = event;
	power->ctx = ctx;
	atomic_init(&power->reset_control, 0);
}

static void read_zero(void *dev, uint64_t offset, void *data, unsigned int len)
{
	(void)dev;
	(void)offset;
	memset(data, 0, len);
}

static void acpi_write_byte(struct power *power, uint64_t port, uint8_t value)
{
	unsigned int slp_typ = (value >> SLEEP_SLP_TYP_SHIFT) & SLEEP_SLP_TYP_MASK;

	if (port == POWER_SLEEP_CONTROL_PORT && value & SLEEP_SLP_EN && slp_typ == POWER_SLP_TYP_S5)
		power->event(power->ctx, POWER_OFF);
	if (port == POWER_RESET_PORT && value == POWER_RESET_VALUE)
		power->event(power->ctx, POWER_RESET);
}

/* a wide access to byte-wide ports accesses each of them */
static void acpi_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	const uint8_t *bytes = data;

	for (unsigned int i = 0; i < len; i++)
		acpi_write_byte(dev, POWER_SLEEP_CONTROL_PORT + offset + i, bytes[i]);
}

static void reset_control_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	const struct power *power = dev;

	(void)offset;
	memset(data, atomic_load(&power->reset_control), len);
}

/* 0x06 is a warm reset and 0x0e a cold reset: both set the CPU reset bit */
static void reset_control_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct power *power = dev;
	const uint8_t *bytes = data;

	(void)offset;
	(void)len;
	atomic_store(&power->reset_control, bytes[0] & RESET_CONTROL_KEPT);
	if (bytes[0] & RESET_CONTROL_RST_CPU)
		power->event(power->ctx, POWER_RESET);
}

static void i8042_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	const struct power *power = dev;
	const uint8_t *bytes = data;

	(void)offset;
	(void)len;
	if (bytes[0] == I8042_PULSE_RESET)
		power->event(power->ctx, POWER_RESET);
}

static const struct bus_ops acpi_ops = { .read = read_zero, .write = acpi_write };
static const struct bus_ops reset_control_ops = { .read = reset_control_read,
						  .write = reset_control_write };
static const struct bus_ops i8042_ops = { .read = read_zero, .write = i8042_write };

int power_attach(struct power *power, struct bus *pio)
{
	static const struct {
		uint64_t port, len;
		const struct bus_ops *ops;
	} ports[] = {
		{ POWER_SLEEP_CONTROL_PORT, 3, &acpi_ops },
		{ RESET_CONTROL_PORT, 1, &reset_control_ops },
		{ I8042_COMMAND_PORT, 1, &i8042_ops },
	};

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		int err = bus_add(pio, ports[i].port, ports[i].len, ports[i].ops, power);

		if (err < 0)
			return err;
	}
	return 0;
}
