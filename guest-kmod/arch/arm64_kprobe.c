// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ptrace.h>

#include "arch/arch.h"

/* The function was branched to, the wrapper is not: a branch target's landing pad is not asked of
 * it. */
void arch_redirect_probed(struct pt_regs *regs, unsigned long wrapper, unsigned long function)
{
	regs->regs[1] = function;
	regs->pc = wrapper;
	regs->pstate &= ~PSR_BTYPE_MASK;
}

/* Nothing has run yet that could have signed it. */
unsigned long arch_probed_caller(const struct pt_regs *regs)
{
	return regs->regs[30];
}
