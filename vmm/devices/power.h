/* SPDX-License-Identifier: MIT */
/*
 * The ports by which a PC is switched off or reset: ACPI sleep and reset registers, the chipset's
 * reset control at 0xcf9, the keyboard controller's reset line. Reports events and must not act on
 * them.
 */
#ifndef DEVICES_POWER_H
#define DEVICES_POWER_H

#include <stdatomic.h>
#include <stdint.h>

#include "devices/bus.h"

/* listed in the FADT: sleep registers (ACPI 6.5, 4.8.3.7) and the reset register (4.8.3.6) */
#define POWER_SLEEP_CONTROL_PORT 0x600
#define POWER_SLEEP_STATUS_PORT	 0x601
#define POWER_RESET_PORT	 0x602
#define POWER_RESET_VALUE	 0x01
#define POWER_SLP_TYP_S5	 5 /* as in \_S5 of the DSDT */

enum power_event {
	POWER_OFF = 1,
	POWER_RESET,
};

/**
 * struct power - state of the ports
 * @event: called when the guest requests @event, possibly more than once and on several vCPU
 *	threads at the same time; the vCPU waits for its return
 * @ctx: passed to @event
 * @reset_control: the bits of port 0xcf9 that can be read back
 */
struct power {
	void (*event)(void *ctx, enum power_event event);
	void *ctx;
	_Atomic uint8_t reset_control;
};

/** power_init() - initialise; @event and @ctx as in struct power */
void power_init(struct power *power, void (*event)(void *ctx, enum power_event event), void *ctx);

/**
 * power_attach() - add the ports to the port bus
 * @power: must live as long as the bus
 * @pio: bus of x86 ports
 *
 * Port 0x64 reads as 0, the status of an idle keyboard controller without data, so that a guest
 * that polls it before a reset does not wait.
 *
 * Return: 0; -EEXIST, -ENOSPC as bus_add().
 */
must_check int power_attach(struct power *power, struct bus *pio);

#endif
