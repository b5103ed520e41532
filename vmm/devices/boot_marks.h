/* SPDX-License-Identifier: MIT */
/*
 * A one-byte register by which the guest's init says how far the boot has come (--boot-timer). Owns
 * nothing; must not know what a mark means.
 */
#ifndef DEVICES_MARKS_H
#define DEVICES_MARKS_H

#include "devices/bus.h"

/**
 * struct boot_marks - who hears of marks
 * @mark: the guest wrote @value; on a vCPU thread, which goes on when it returns
 * @ctx: handed to @mark
 */
struct boot_marks {
	void (*mark)(void *ctx, uint8_t value);
	void *ctx;
};

/**
 * boot_marks_attach() - put the register on a bus. @marks: must live as long as the bus. Return: as
 * bus_add().
 */
must_check int boot_marks_attach(struct boot_marks *marks, struct bus *bus, uint64_t base);

#endif
