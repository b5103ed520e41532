// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

#include "arch/arch.h"
#include "compat/compat.h"
#include "compat/ftrace.h"
#include "redirect/signal.h"

/*
 * Runs at the entry of get_signal(). The wrapper's own call of the function is not wanted, as the
 * task is in it already.
 */
static void notrace on_get_signal(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
				  struct ftrace_regs *fregs)
{
	if (signal_is_wanted())
		arch_redirect_traced(fregs, (unsigned long)signal_wrapper);
}

static struct ftrace_ops signal_ops = {
	.func = compat_ftrace_func(on_get_signal),
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED |
		 FTRACE_OPS_FL_IPMODIFY | COMPAT_FTRACE_RECURSION | FTRACE_OPS_FL_PERMANENT,
};

int signal_backend_add(unsigned long function)
{
	int err = compat_ftrace_set_function(&signal_ops, function);

	return err ? err : register_ftrace_function(&signal_ops);
}

void signal_backend_remove(void)
{
	WARN_ON(unregister_ftrace_function(&signal_ops));
}

/* Leaves dangling pointers in the ops: it must not be used after this. */
void signal_backend_free(void)
{
	compat_ftrace_free_filter(&signal_ops);
}
