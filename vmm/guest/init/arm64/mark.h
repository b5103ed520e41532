/* SPDX-License-Identifier: MIT */
/* Reports the progress of the boot to the VMM: writes a byte to a register in memory. */
#ifndef GUEST_INIT_ARM64_MARK_H
#define GUEST_INIT_ARM64_MARK_H

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "sys_call.h"

#define MARK_PAGE 0x10000 /* the largest page size; a multiple of the others */

/* @where: physical address, page aligned; no effect if the kernel does not allow the access */
static inline void mark_write(unsigned long where, unsigned char value)
{
	long fd = sys_call(__NR_openat, AT_FDCWD, (long)"/dev/mem", O_RDWR | O_SYNC, 0, 0);
	long at;

	if (fd < 0)
		return;
	at = sys_call6(__NR_mmap, 0, MARK_PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       (long)where);
	if (at > 0) {
		*(volatile unsigned char *)at = value;
		(void)sys_call(__NR_munmap, at, MARK_PAGE, 0, 0, 0);
	}
	(void)sys_call(__NR_close, fd, 0, 0, 0, 0);
}

#endif
