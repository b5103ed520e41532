/* SPDX-License-Identifier: MIT */
/*
 * From the entry of the Image (Linux, arm64/booting.rst: EL1, MMU off, X0 = device tree) to
 * guest_start(), with an identity mapping of memory. A second CPU does the same after PSCI CPU_ON.
 * Also the entries of exception handlers, the switch to EL0 and back, and the recovery of attempt()
 * from an exception.
 */
#include "layout.h"

#define MAIR	   0x4404ff	      /* 0: cacheable, 1: device, 2: not cacheable */
#define TCR_39BIT  25		      /* T0SZ */
#define TCR_WALKS  0x3500	      /* tables are cacheable and inner shareable */
#define TCR_NO_TTBR1 (1 << 23)
#define TCR_36BIT  (1 << 32)	      /* physical addresses */
#define SCTLR	   0x30d01805	      /* bits that must be 1; I, C, M: caches and MMU on */
#define CPACR_FP   (3 << 20)	      /* vector registers do not trap */
#define SPSR_EL0   0x3c0	      /* EL0, all interrupts masked */

#define BLOCK	   0x401	      /* a block, with the access flag */
#define TABLE	   3
#define DEVICE	   (1 << 2)	      /* index into MAIR */
#define UNCACHED   (2 << 2)
#define EL0_RW	   (1 << 6)	      /* EL1 cannot run code in such a page */
#define ALL_RO	   (3 << 6)
#define INNER	   (3 << 8)
#define NO_CODE	   (3 << 53)

	/* the header of booting.rst */
	.section .text.image, "ax"
	.globl image
image:
	b start
	.long 0
	.quad 0, image_size, 0xa, 0, 0, 0 /* at any address, pages of 4 KiB */
	.ascii "ARM\x64"
	.long 0

	.text
start:
	mov x19, x0
	mov x20, #0
	bl enable_mmu
	ldr x0, =bss_start
	ldr x1, =bss_end
1:	stp xzr, xzr, [x0], #16
	cmp x0, x1
	b.lo 1b
	b enter

	/* the second CPU: X0 is the context ID of CPU_ON */
	.globl second_start
second_start:
	mov x19, x0
	mov x20, #1
	bl enable_mmu

	/* X20: number of the CPU, X19: its X0 at the entry */
enter:
	ldr x0, =stacks
	mov x1, #STACK_SIZE
	add x2, x20, #1
	madd x0, x1, x2, x0
	mov sp, x0
	mov x0, x20
	mov x1, x19
	mov x29, xzr
	bl guest_start
	brk #0

enable_mmu:
	ldr x0, =vectors
	msr vbar_el1, x0
	ldr x0, =MAIR
	msr mair_el1, x0
	ldr x0, =TCR_39BIT | TCR_WALKS | TCR_NO_TTBR1 | TCR_36BIT
	msr tcr_el1, x0
	ldr x0, =table_1g
	msr ttbr0_el1, x0
	mov x0, #CPACR_FP
	msr cpacr_el1, x0
	isb
	tlbi vmalle1
	dsb nsh
	ldr x0, =SCTLR
	msr sctlr_el1, x0
	isb
	ret

	/* ---- exceptions: 16 entries, 128 bytes apart (Arm ARM, "Exception vectors") ---- */

	.macro entry to
	.balign 128
	b \to
	.endm

	.balign 2048
vectors:
	.rept 4
	entry lost /* from EL1 with the stack pointer of EL0 */
	.endr
	entry sync_el1
	entry irq
	entry lost
	entry lost
	entry sync_el0
	entry lost
	entry lost
	entry lost
	.rept 4
	entry lost /* from 32-bit code */
	.endr

lost:
	mov x0, #-1
	b report

sync_el1:
	str x0, [sp, #-16]!
	ldr x0, =attempt_stack
	ldr x0, [x0]
	cbz x0, 1f
	mov sp, x0
	mrs x0, esr_el1
	b attempt_end
1:	mrs x0, esr_el1
report:
	mrs x1, elr_el1
	mrs x2, far_el1
	bl guest_exception
	brk #0

	/* saves the registers that C code may change */
irq:
	stp x0, x1, [sp, #-192]!
	stp x2, x3, [sp, #16]
	stp x4, x5, [sp, #32]
	stp x6, x7, [sp, #48]
	stp x8, x9, [sp, #64]
	stp x10, x11, [sp, #80]
	stp x12, x13, [sp, #96]
	stp x14, x15, [sp, #112]
	stp x16, x17, [sp, #128]
	stp x18, x30, [sp, #144]
	mrs x0, elr_el1
	mrs x1, spsr_el1
	stp x0, x1, [sp, #160]
	bl guest_interrupt
	ldp x0, x1, [sp, #160]
	msr elr_el1, x0
	msr spsr_el1, x1
	ldp x18, x30, [sp, #144]
	ldp x16, x17, [sp, #128]
	ldp x14, x15, [sp, #112]
	ldp x12, x13, [sp, #96]
	ldp x10, x11, [sp, #80]
	ldp x8, x9, [sp, #64]
	ldp x6, x7, [sp, #48]
	ldp x4, x5, [sp, #32]
	ldp x2, x3, [sp, #16]
	ldp x0, x1, [sp], #192
	eret

	/* ---- user_run(entry), attempt(entry): both return X0 ---- */

	.macro push_kept
	stp x19, x20, [sp, #-96]!
	stp x21, x22, [sp, #16]
	stp x23, x24, [sp, #32]
	stp x25, x26, [sp, #48]
	stp x27, x28, [sp, #64]
	stp x29, x30, [sp, #80]
	.endm

	.macro pop_kept
	ldp x29, x30, [sp, #80]
	ldp x27, x28, [sp, #64]
	ldp x25, x26, [sp, #48]
	ldp x23, x24, [sp, #32]
	ldp x21, x22, [sp, #16]
	ldp x19, x20, [sp], #96
	.endm

	.globl user_run
user_run:
	push_kept
	ldr x1, =user_stack + STACK_SIZE
	msr sp_el0, x1
	msr elr_el1, x0
	mov x1, #SPSR_EL0
	msr spsr_el1, x1
	eret

	/* user_done() is an SVC; any other exception is a fault. Only SP_EL1 survives EL0 code. */
sync_el0:
	mrs x1, esr_el1
	lsr x1, x1, #26
	cmp x1, #0x15
	csinv x0, x0, xzr, eq
	pop_kept
	ret

	.globl attempt
attempt:
	push_kept
	ldr x1, =attempt_stack
	mov x2, sp
	str x2, [x1]
	blr x0
	mov x0, #0
attempt_end:
	ldr x1, =attempt_stack
	str xzr, [x1]
	pop_kept
	ret

	.ltorg

	.data
	.balign 4096
	.globl table_1g
table_1g:
	.quad 0x00000000 + BLOCK + DEVICE + NO_CODE
	.quad table_2m + TABLE
	.set gib, 2
	.rept 6
	.quad (gib << 30) + BLOCK + EL0_RW + INNER
	.set gib, gib + 1
	.endr
	.quad 0x00000000 + BLOCK + UNCACHED + NO_CODE
	.quad PA_NO_MEMORY + BLOCK + INNER
	.fill 502, 8, 0
table_2m:
	.quad 0x40000000 + BLOCK + EL0_RW + INNER
	.quad 0x40200000 + BLOCK + ALL_RO + INNER
	.set block, 2
	.rept 510
	.quad 0x40000000 + (block << 21) + BLOCK + EL0_RW + INNER
	.set block, block + 1
	.endr

	.bss
	.balign 16
stacks:
	.skip NR_CPUS * STACK_SIZE
user_stack:
	.skip STACK_SIZE
attempt_stack:
	.skip 8

	.section .note.GNU-stack, "", @progbits
