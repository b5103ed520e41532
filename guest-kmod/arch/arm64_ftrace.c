// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

#include "arch/arch.h"
#include "compat/compat.h"

const struct pt_regs *arch_traced_regs(struct ftrace_regs *fregs)
{
	return (const struct pt_regs *)compat_ftrace_regs(fregs)->regs[0];
}

/* Without a struct pt_regs ftrace still saves the arguments and the pc, which is all this needs. */
void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long target)
{
	compat_ftrace_regs(fregs)->pc = target;
}
