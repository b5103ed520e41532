/* SPDX-License-Identifier: MIT */
/* The first instructions: load argc, argv and envp from the stack, where the kernel puts them. */

	.globl _start
	.type _start, @function
_start:
	xor	%ebp, %ebp
	mov	(%rsp), %rdi
	lea	8(%rsp), %rsi
	lea	16(%rsp, %rdi, 8), %rdx
	and	$-16, %rsp
	call	init_main
	ud2
	.size _start, . - _start

	.section .note.GNU-stack, "", @progbits
