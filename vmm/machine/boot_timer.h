/* SPDX-License-Identifier: MIT */
/* Times of a boot (--boot-timer), from the start of the process to the firmware's init. */
#ifndef BOOT_TIMER_H
#define BOOT_TIMER_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/cleanup.h"

enum boot_moment {
	BOOT_PROCESS = 0, /* main() */
	BOOT_FILES,	  /* files are read and unpacked, hook modules are loaded */
	BOOT_VM,	  /* VM, devices and guest RAM are ready for the first instruction */
	BOOT_FIRST_EXIT,  /* the kernel has accessed a device */
	BOOT_INIT,	  /* the kernel has started our init */
	BOOT_FIRMWARE,	  /* hooks are installed, the firmware's init is next */
	BOOT_NR_MOMENTS,
};

/**
 * struct boot_timer - time and number of exits of each moment; 0: not reached yet
 * @ns: CLOCK_MONOTONIC
 * @exits: exits of all vCPUs
 */
struct boot_timer {
	_Atomic uint64_t ns[BOOT_NR_MOMENTS];
	_Atomic uint64_t exits[BOOT_NR_MOMENTS];
};

/** boot_timer_reach() - record @moment, the first time only. Any thread. */
void boot_timer_reach(struct boot_timer *timer, enum boot_moment moment, uint64_t exits);

/**
 * boot_timer_write() - write a table to the log and, with a path, JSON to a file
 * @timer: the times
 * @path: file, which is replaced; "": none
 *
 * Return: 0; -errno of opening or writing the file.
 */
must_check int boot_timer_write(const struct boot_timer *timer, const char *path);

#endif
