/* SPDX-License-Identifier: MIT */
/*
 * A one-byte register to which our init writes marks that show the progress of the boot
 * (--boot-timer). Owns nothing; must not know what a mark means.
 */
#ifndef DEVICES_MARKS_H
#define DEVICES_MARKS_H

#include "devices/bus.h"

/**
 * struct boot_marks - receiver of marks
 * @mark: called on the vCPU thread when the guest has written @value; the vCPU waits for its return
 * @ctx: passed to @mark
 */
struct boot_marks {
	void (*mark)(void *ctx, uint8_t value);
	void *ctx;
};

/**
 * boot_marks_attach() - add the register to a bus
 * @marks: must live as long as the bus
 * @bus: the bus
 * @base: address of the register
 *
 * Return: as bus_add().
 */
must_check int boot_marks_attach(struct boot_marks *marks, struct bus *bus, uint64_t base);

#endif
