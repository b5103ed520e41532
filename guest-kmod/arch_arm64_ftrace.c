// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

#include "arch.h"
#include "compat/compat.h"

/* ftrace saves no pt_regs here, but the arguments and where to go on. */
void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long wrapper, unsigned long function)
{
	compat_ftrace_regs(fregs)->regs[1] = function;
	ftrace_regs_set_instruction_pointer(fregs, wrapper);
}
