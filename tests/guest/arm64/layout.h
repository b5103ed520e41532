/* SPDX-License-Identifier: MIT */
/* Numbers that the assembler, the linker script and the C parts of a bare guest share. */
#ifndef GUEST_ARM64_LAYOUT_H
#define GUEST_ARM64_LAYOUT_H

#define STACK_SIZE 0x4000
#define NR_CPUS	   2

/*
 * Virtual addresses have 39 bits. The first 8 GiB are mapped to the same physical addresses. Above
 * them, the first GiB is mapped again as normal memory, which allows unaligned accesses; then a GiB
 * without memory is mapped as code.
 */
#define VA_UNALIGNED 0x200000000
#define VA_NO_MEMORY 0x240000000
#define PA_NO_MEMORY 0x1c0000000

#endif
