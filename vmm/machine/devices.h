/* SPDX-License-Identifier: MIT */
/*
 * The machine's devices: owns their state and the two buses that they are attached to. A device is
 * added by a row of the table in devices.c. What devices cause (console output, power-off, ...)
 * goes up through struct devices_events.
 */
#ifndef DEVICES_H
#define DEVICES_H

#include "config.h"
#include "devices/boot_marks.h"
#include "devices/bus.h"
#include "devices/portal_dev.h"
#include "devices/power.h"
#include "devices/rtc.h"
#include "devices/serial.h"
#include "handover/handover.h"
#include "kvm/mem.h"
#include "machine/virtio_slots.h"

/**
 * struct devices_events - what devices report; called on any vCPU thread
 * @serial_out: the guest wrote to its console
 * @power: the guest requested power-off or reset
 * @guest_state: the guest module reported PORTAL_STATE_*
 * @trace: the guest wants its trace rings read
 * @mark: our init reached a mark of the boot
 * @raise_irq: pulse interrupt line @gsi
 * @ctx: passed to each
 */
struct devices_events {
	void (*serial_out)(void *ctx, const uint8_t *data, size_t len);
	void (*power)(void *ctx, enum power_event event);
	void (*guest_state)(void *ctx, uint32_t state);
	void (*trace)(void *ctx);
	void (*mark)(void *ctx, uint8_t value);
	void (*raise_irq)(void *ctx, unsigned int gsi);
	void *ctx;
};

/**
 * struct devices - all of them; all zero is "none yet"
 * @pio: port bus
 * @mmio: memory-mapped bus
 * @has_serial: @serial is initialised
 */
struct devices {
	struct devices_events events;
	struct bus pio, mmio;
	struct serial serial;
	bool has_serial;
	struct power power;
	struct rtc rtc;
	struct portal_dev portal_dev;
	struct boot_marks marks;
	struct virtio_slots slots;
};

/**
 * devices_add() - create every device of the machine and attach it to its bus
 * @devices: all zero
 * @events: copied
 * @mem: guest RAM
 * @handover: has the root image, which moves to its disk
 * @config: the further disks
 *
 * Reports on the log what is wrong. devices_done() also after a failure.
 *
 * Return: 0; -EINVAL: a disk cannot be used; other -errno.
 */
must_check int devices_add(struct devices *devices, const struct devices_events *events,
			   const struct guest_mem *mem, struct handover *handover,
			   const struct vmm_config *config);

/** devices_done() - free what they hold, when no vCPU thread runs any more. */
void devices_done(struct devices *devices);

#endif
