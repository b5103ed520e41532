// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

#include "arch/arch.h"
#include "compat/compat.h"

/* Where ftrace saves no struct pt_regs it saves the arguments and where to go on: that is enough.
 */
void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long wrapper, unsigned long function)
{
	compat_ftrace_regs(fregs)->regs[1] = function;
	compat_ftrace_regs(fregs)->pc = wrapper;
}
