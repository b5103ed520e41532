// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include "arch/arch.h"

#ifdef CONFIG_THUMB2_KERNEL
#error "functions are taken for Arm code: not with CONFIG_THUMB2_KERNEL"
#endif

/* The arguments are in the task's registers: nothing but the entry code calls these functions. */
void arch_redirect_probed(struct pt_regs *regs, unsigned long wrapper, unsigned long function)
{
	regs->ARM_r0 = (unsigned long)task_pt_regs(current);
	regs->ARM_r1 = function;
	regs->ARM_pc = wrapper;
}

unsigned long arch_probed_caller(const struct pt_regs *regs)
{
	return regs->ARM_lr;
}
