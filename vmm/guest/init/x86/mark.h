/* SPDX-License-Identifier: MIT */
/* Reports the progress of the boot to the VMM: writes a byte to an I/O port. */
#ifndef GUEST_INIT_X86_MARK_H
#define GUEST_INIT_X86_MARK_H

#include <asm/unistd.h>

#include "sys_call.h"

/* @where: the port; no effect if the kernel does not allow the access */
static inline void mark_write(unsigned long where, unsigned char value)
{
	if (sys_call(__NR_ioperm, (long)where, 1, 1, 0, 0) == 0)
		__asm__ volatile("outb %0, %1" : : "a"(value), "d"((unsigned short)where));
}

#endif
