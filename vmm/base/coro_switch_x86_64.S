/* SPDX-License-Identifier: MIT */
/* System V ABI, AMD64 supplement 3.2.1: rbx, rbp and r12 to r15 are preserved. */

	.text
	.globl	coro_switch
	.hidden	coro_switch
	.type	coro_switch, @function
coro_switch:
	.cfi_startproc
	endbr64
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.cfi_endproc
	.size	coro_switch, . - coro_switch

/* The first return of a new stack comes here: r12 is the function, r13 its argument. */
	.type	first, @function
first:
	.cfi_startproc
	.cfi_undefined rip
	endbr64
	movq	%r13, %rdi
	xorl	%ebp, %ebp
	call	*%r12
	ud2
	.cfi_endproc
	.size	first, . - first

/* From the stack pointer on: r15, r14, r13, r12, rbx, rbp, the address of first, which is aligned. */
	.globl	coro_switch_first
	.hidden	coro_switch_first
	.type	coro_switch_first, @function
coro_switch_first:
	.cfi_startproc
	endbr64
	leaq	first(%rip), %rcx
	leaq	-72(%rdi), %rax
	movq	$0, (%rax)
	movq	$0, 8(%rax)
	movq	%rdx, 16(%rax)
	movq	%rsi, 24(%rax)
	movq	$0, 32(%rax)
	movq	$0, 40(%rax)
	movq	%rcx, 48(%rax)
	movq	$0, 56(%rax)
	ret
	.cfi_endproc
	.size	coro_switch_first, . - coro_switch_first

	.section .note.GNU-stack, "", @progbits
