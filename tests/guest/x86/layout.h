/* SPDX-License-Identifier: MIT */
/* Numbers that the assembler and the C parts of a bare guest share. */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define CODE32	  0x08
#define CODE64	  0x10
#define DATA	  0x18
#define USER_DATA 0x20 /* in the order that SYSRET requires, although it is not used here */
#define USER_CODE 0x28
#define TSS_CPU0  0x30 /* 16 bytes each */

#define STACK_SIZE 0x4000
#define NR_CPUS	   2

/* page aligned and below 1 MiB: the page number is the vector of the SIPI */
#define AP_TRAMPOLINE 0x8000

#define NR_EXCEPTIONS	 32
#define VECTOR_NMI	 2
#define VECTOR_USER_DONE 0x80

#endif
