// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>
#include <linux/ptrace.h>

#include "arch/arch.h"
#include "compat/compat.h"

void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long wrapper, unsigned long function)
{
	struct pt_regs *regs = ftrace_get_regs(fregs);

	regs->si = function;
	regs->ip = wrapper;
}
