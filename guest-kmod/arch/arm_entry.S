/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a redirected entry of the system call table holds. The kernel's entry code jumps here with
 * the arguments in r0 .. r3 and on the stack, and with a return address in lr. All of them are as
 * before when this jumps on.
 */
#include <linux/linkage.h>

#include <asm/unwind.h>

	.text
	.align	2

/*
 * sigreturn and rt_sigreturn are not restarted, whatever the registers are that they restore. The
 * kernel's own entries of these two say so to its entry code in the same way, which calls r8 "why".
 */
ENTRY(arm_table_entry_sigreturn)
UNWIND(	.fnstart		)
UNWIND(	.cantunwind		)
	mov	r8, #0
	b	arm_table_entry
UNWIND(	.fnend			)
ENDPROC(arm_table_entry_sigreturn)

/* ip and a sixth register keep the stack aligned to 8 bytes. */
ENTRY(arm_table_entry)
UNWIND(	.fnstart		)
UNWIND(	.cantunwind		)
	push	{r0 - r3, ip, lr}
	bl	redirect_table_target
	mov	ip, r0
	ldr	lr, [sp, #20]
	ldmia	sp, {r0 - r3}
	add	sp, sp, #24
	bx	ip
UNWIND(	.fnend			)
ENDPROC(arm_table_entry)
