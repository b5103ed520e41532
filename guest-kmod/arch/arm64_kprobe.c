// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ptrace.h>

#include "arch/arch.h"

/*
 * An indirect branch to the function has set BTYPE. It is cleared because the wrapper need not
 * begin with a BTI landing pad.
 */
void arch_redirect_probed(struct pt_regs *regs, unsigned long wrapper, unsigned long function)
{
	regs->regs[1] = function;
	regs->pc = wrapper;
	regs->pstate &= ~PSR_BTYPE_MASK;
}

/* No instruction of the function has run, so the return address is not signed yet. */
unsigned long arch_probed_caller(const struct pt_regs *regs)
{
	return regs->regs[30];
}
