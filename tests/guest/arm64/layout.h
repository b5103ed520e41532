/* SPDX-License-Identifier: MIT */
/* Numbers that the assembler, the linker script and the C parts of a bare guest share. */
#ifndef GUEST_ARM64_LAYOUT_H
#define GUEST_ARM64_LAYOUT_H

#define STACK_SIZE 0x4000
#define NR_CPUS	   2

/*
 * Virtual addresses, of 39 bits: up to 8 GiB they are physical ones. Behind that the first GiB once
 * more, as memory that takes unaligned accesses; and a GiB where no memory is, for code.
 */
#define VA_UNALIGNED 0x200000000
#define VA_NO_MEMORY 0x240000000
#define PA_NO_MEMORY 0x1c0000000

#endif
