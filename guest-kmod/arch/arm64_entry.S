/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a redirected entry of a system call table holds. The kernel calls it with the task's
 * registers in x0. x0, the stack and the return address are as before when this jumps on; of the
 * registers for an indirect jump, x16 is one that a BTI landing pad for calls accepts.
 */
#include <linux/linkage.h>

#include <asm/assembler.h>

SYM_FUNC_START(arm64_table_entry)
	stp	x29, x30, [sp, #-32]!
	mov	x29, sp
	str	x0, [sp, #16]
	bl	redirect_table_target
	mov	x16, x0
	ldr	x0, [sp, #16]
	ldp	x29, x30, [sp], #32
	br	x16
SYM_FUNC_END(arm64_table_entry)
