// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include "arch/arch.h"

#ifdef CONFIG_THUMB2_KERNEL
#error "CONFIG_THUMB2_KERNEL is not supported: functions must be Arm code"
#endif

/* Only the entry code calls these functions, so the task's registers still have the arguments. */
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
