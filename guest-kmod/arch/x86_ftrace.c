// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>
#include <linux/ptrace.h>

#include "arch/arch.h"
#include "compat/compat.h"

const struct pt_regs *arch_traced_regs(struct ftrace_regs *fregs)
{
	return (const struct pt_regs *)ftrace_get_regs(fregs)->di;
}

void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long target)
{
	ftrace_get_regs(fregs)->ip = target;
}
