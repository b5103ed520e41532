/* SPDX-License-Identifier: MIT */
/* Procedure Call Standard for the Arm 64-bit Architecture 6.1: x19 to x30 and d8 to d15 are preserved. */

	.text
	.globl	coro_switch
	.hidden	coro_switch
	.type	coro_switch, %function
coro_switch:
	.cfi_startproc
	hint	#34			/* bti c */
	stp	x19, x20, [sp, #-160]!
	stp	x21, x22, [sp, #16]
	stp	x23, x24, [sp, #32]
	stp	x25, x26, [sp, #48]
	stp	x27, x28, [sp, #64]
	stp	x29, x30, [sp, #80]
	stp	d8, d9, [sp, #96]
	stp	d10, d11, [sp, #112]
	stp	d12, d13, [sp, #128]
	stp	d14, d15, [sp, #144]
	mov	x9, sp
	str	x9, [x0]
	mov	sp, x1
	ldp	x21, x22, [sp, #16]
	ldp	x23, x24, [sp, #32]
	ldp	x25, x26, [sp, #48]
	ldp	x27, x28, [sp, #64]
	ldp	x29, x30, [sp, #80]
	ldp	d8, d9, [sp, #96]
	ldp	d10, d11, [sp, #112]
	ldp	d12, d13, [sp, #128]
	ldp	d14, d15, [sp, #144]
	ldp	x19, x20, [sp], #160
	ret
	.cfi_endproc
	.size	coro_switch, . - coro_switch

/* The first return of a new stack comes here: x19 is the function, x20 its argument. */
	.type	first, %function
first:
	.cfi_startproc
	.cfi_undefined x30
	hint	#36			/* bti j */
	mov	x0, x20
	blr	x19
	brk	#1
	.cfi_endproc
	.size	first, . - first

	.globl	coro_switch_first
	.hidden	coro_switch_first
	.type	coro_switch_first, %function
coro_switch_first:
	.cfi_startproc
	hint	#34			/* bti c */
	sub	x0, x0, #160
	stp	x1, x2, [x0]
	adr	x9, first
	stp	xzr, x9, [x0, #80]
	ret
	.cfi_endproc
	.size	coro_switch_first, . - coro_switch_first

	.section .note.GNU-stack, "", %progbits
