/* SPDX-License-Identifier: MIT */
/* The first instructions: load argc, argv and envp from the stack, where the kernel puts them. */

	.syntax unified
	.arm
	.globl _start
	.type _start, %function
_start:
	mov	fp, #0
	mov	lr, #0
	ldr	r0, [sp]
	add	r1, sp, #4
	add	r2, r1, r0, lsl #2
	add	r2, r2, #4
	bl	init_main
	udf	#0
	.size _start, . - _start

	.section .note.GNU-stack, "", %progbits
