/* SPDX-License-Identifier: MIT */
/* Where the time of a boot goes (--boot-timer): moments from the start of the process to the
 * firmware's init. */
#ifndef BOOT_TIMER_H
#define BOOT_TIMER_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/cleanup.h"

enum boot_moment {
	BOOT_PROCESS = 0, /* main() */
	BOOT_FILES,	  /* files read and unpacked, initramfs made, hook modules loaded */
	BOOT_VM,	  /* VM, devices and guest memory ready: the first instruction is next */
	BOOT_FIRST_EXIT,  /* the kernel has touched a device */
	BOOT_INIT,	  /* the kernel has started our init */
	BOOT_FIRMWARE, /* hooks are installed, the root is mounted, the firmware's init is next */
	BOOT_NR_MOMENTS,
};

/**
 * struct boot_timer - when each moment was, and how many exits there had been; 0 = not yet
 * @ns: CLOCK_MONOTONIC
 * @exits: of all vCPUs
 */
struct boot_timer {
	_Atomic uint64_t ns[BOOT_NR_MOMENTS];
	_Atomic uint64_t exits[BOOT_NR_MOMENTS];
};

/** boot_timer_reach() - @moment is now, unless it was before. Any thread. */
void boot_timer_reach(struct boot_timer *timer, enum boot_moment moment, uint64_t exits);

/**
 * boot_timer_write() - a table to the log and, with a path, JSON to a file
 * @timer: at the end
 * @path: file made anew; "" = none
 *
 * Return: 0; -errno of writing.
 */
must_check int boot_timer_write(const struct boot_timer *timer, const char *path);

#endif
