/* SPDX-License-Identifier: MIT */
/* How the init tells the VMM how far it is: a byte to a register in memory. */
#ifndef GUEST_INIT_ARM64_MARK_H
#define GUEST_INIT_ARM64_MARK_H

#include <asm/unistd.h>
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "sys_call.h"

#define MARK_PAGE 0x10000 /* a page of any size that kernels have ends there */

/* @where: physical address, at the beginning of a page; nothing happens when the kernel does not
 * let us at it */
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
