// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>

#include "arch/arch.h"
#include "compat/compat.h"
#include "redirect/backend.h"

/* All registers where an architecture can; what the others save is enough, the second flag says. */
#define SAVE_REGS (FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED)

static bool is_registered;

/*
 * An ops with an empty filter means every function of the kernel. This one, which nobody calls, is
 * in the filter as long as the ops is registered, so that it never runs empty and the last hook can
 * go without the long wait of unregistering.
 */
static noinline void redirect_anchor(void)
{
	barrier();
}

/* Runs at the entry of a redirected function. */
static void notrace redirect_entry(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (redirect_admit(parent_ip))
		arch_redirect_traced(fregs, (unsigned long)redirect_wrapper,
				     compat_traced_function(ip));
}

/* Nothing that redirect_entry() calls is ever redirected: it needs no guard against recursion. */
static struct ftrace_ops redirect_ops = {
	.func = redirect_entry,
	.flags = SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_RECURSION |
		 FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops probe_ops = {
	.func = redirect_entry,
	.flags = SAVE_REGS,
};

bool redirect_backend_knows(unsigned long function)
{
	/* An ops that is never registered: only the question whether ftrace knows the address. */
	return !ftrace_set_filter_ip(&probe_ops, compat_trace_site(function), 0, 1);
}

static int redirect_register(void)
{
	int err;

	if (is_registered)
		return 0;
	err = ftrace_set_filter_ip(&redirect_ops, (unsigned long)redirect_anchor, 0, 1);
	if (!err)
		err = register_ftrace_function(&redirect_ops);
	is_registered = !err;
	return err;
}

static void to_sites(unsigned long *functions, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		functions[i] = compat_trace_site(functions[i]);
}

int redirect_backend_add(unsigned long *functions, unsigned int nr)
{
	int err = redirect_register();

	if (err || nr == 0)
		return err;
	to_sites(functions, nr);
	err = ftrace_set_filter_ips(&redirect_ops, functions, nr, 0, 0);
	return err == -EINVAL ? -ENOSYS : err;
}

void redirect_backend_remove(unsigned long *functions, unsigned int nr)
{
	if (nr == 0)
		return;
	to_sites(functions, nr);
	WARN_ON(ftrace_set_filter_ips(&redirect_ops, functions, nr, 1, 0));
}

void redirect_backend_remove_all(void)
{
	if (is_registered)
		WARN_ON(unregister_ftrace_function(&redirect_ops));
	is_registered = false;
}

/* Leaves the ops with pointers to what was freed. */
void redirect_backend_free(void)
{
	ftrace_free_filter(&redirect_ops);
	ftrace_free_filter(&probe_ops);
}
