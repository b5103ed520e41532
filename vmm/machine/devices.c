/* SPDX-License-Identifier: MIT */
#include "machine/devices.h"

#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/log.h"
#include "devices/virtio/rng.h"
#include "machine/disks.h"

static struct irq_line irq_line(const struct devices *devices, unsigned int gsi)
{
	return (struct irq_line){ .raise = devices->events.raise_irq,
				  .ctx = devices->events.ctx,
				  .gsi = gsi };
}

static int add_power(struct devices *devices)
{
	if (!arch_platform()->has_power_ports)
		return 0;
	power_init(&devices->power, devices->events.power, devices->events.ctx);
	return power_attach(&devices->power, &devices->pio);
}

/* the bus of the serial port, and of what is beside it */
static struct bus *serial_bus(struct devices *devices)
{
	return arch_platform()->serial_is_pio ? &devices->pio : &devices->mmio;
}

static int add_serial(struct devices *devices)
{
	struct serial_sink sink = { .out = devices->events.serial_out, .ctx = devices->events.ctx };
	struct irq_line irq = irq_line(devices, arch_platform()->serial_gsi);

	serial_init(&devices->serial, &sink, &irq);
	devices->has_serial = true;
	return serial_attach(&devices->serial, serial_bus(devices), arch_platform()->serial_base);
}

static int add_rtc(struct devices *devices)
{
	if (!arch_platform()->rtc_base)
		return 0;
	rtc_init(&devices->rtc, NULL);
	return rtc_attach(&devices->rtc, &devices->mmio, arch_platform()->rtc_base);
}

static int add_marks(struct devices *devices)
{
	devices->marks =
		(struct boot_marks){ .mark = devices->events.mark, .ctx = devices->events.ctx };
	return boot_marks_attach(&devices->marks, serial_bus(devices), arch_platform()->marks_base);
}

static int add_portal_dev(struct devices *devices)
{
	struct portal_dev_events events = { .state = devices->events.guest_state,
					    .trace = devices->events.trace,
					    .ctx = devices->events.ctx };
	struct irq_line irq = irq_line(devices, arch_platform()->portal_gsi);

	portal_dev_init(&devices->portal_dev, &events, &irq);
	return portal_dev_attach(&devices->portal_dev, &devices->mmio,
				 arch_platform()->portal_base);
}

static int add_rng(struct devices *devices)
{
	return virtio_slots_add(&devices->slots, virtio_rng_device(), NULL, NULL);
}

struct row {
	const char *name;
	int (*add)(struct devices *devices);
};

/* devices at fixed addresses */
static const struct row fixed[] = {
	{ "the power ports", add_power },
	{ "the serial port", add_serial },
	{ "the clock", add_rtc },
	{ "the boot marks", add_marks },
	{ "the portal device", add_portal_dev },
};

/* devices in virtio slots, behind the disks, whose names in the guest depend on the order */
static const struct row virtio[] = {
	{ "the entropy source", add_rng },
};

static int add_rows(struct devices *devices, const struct row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		int err = rows[i].add(devices);

		if (err < 0) {
			log_error("cannot add %s: %s", rows[i].name, strerror(-err));
			return err;
		}
	}
	return 0;
}

int devices_add(struct devices *devices, const struct devices_events *events,
		const struct guest_mem *mem, struct handover *handover,
		const struct vmm_config *config)
{
	int err;

	devices->events = *events;
	bus_init(&devices->pio);
	bus_init(&devices->mmio);
	devices->slots = (struct virtio_slots){ .mem = mem,
						.mmio = &devices->mmio,
						.irq = irq_line(devices, 0) };
	err = add_rows(devices, fixed, ARRAY_SIZE(fixed));
	if (err == 0)
		err = disks_add(handover, config, &devices->slots);
	if (err == 0)
		err = add_rows(devices, virtio, ARRAY_SIZE(virtio));
	return err;
}

void devices_done(struct devices *devices)
{
	virtio_slots_destroy(&devices->slots);
	if (devices->has_serial)
		serial_done(&devices->serial);
}
