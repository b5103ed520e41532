// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>

#include "arch/arch.h"
#include "compat/compat.h"
#include "compat/ftrace.h"
#include "redirect/backend.h"
#include "redirect/call.h"

/* Save all registers if the architecture can. If not, what it saves is enough (second flag). */
#define SAVE_REGS (FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED)

static bool is_registered;

/*
 * An ftrace_ops with an empty filter traces every function of the kernel. This function is never
 * called. It keeps the filter from becoming empty, so that the ops stays registered and removing
 * the last hook does not need the long wait of unregistering.
 */
static noinline void redirect_anchor(void)
{
	barrier();
}

/*
 * Runs at the entry of a redirected function. The kernel's entry code calls it with the task's
 * registers. The module's own call has others, and runs the function; the return address would not
 * tell, because a kretprobe may have replaced it. Other calls that run the function are those by
 * another number (x32, x86's vsyscall page), and all once the module is being unloaded.
 */
static void notrace redirect_entry(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (arch_traced_regs(fregs) == task_pt_regs(current) &&
	    call_function() == compat_traced_function(ip) && try_module_get(THIS_MODULE))
		arch_redirect_traced(fregs, (unsigned long)call_redirected);
}

/* redirect_entry() calls no function that is ever redirected, so it cannot recurse. */
static struct ftrace_ops redirect_ops = {
	.func = compat_ftrace_func(redirect_entry),
	.flags = SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | COMPAT_FTRACE_RECURSION |
		 FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops probe_ops = {
	.func = compat_ftrace_func(redirect_entry),
	.flags = SAVE_REGS,
};

int redirect_backend_bind(const struct redirect_calls *calls, compat_lookup_fn *lookup)
{
	return 0;
}

bool redirect_backend_knows(unsigned long function)
{
	/* This ops is never registered. Setting its filter checks whether ftrace has the site. */
	return !ftrace_set_filter_ip(&probe_ops, compat_trace_site(function), 0, 1);
}

static int redirect_register(void)
{
	int err;

	if (is_registered)
		return 0;
	err = compat_ftrace_set_function(&redirect_ops, (unsigned long)redirect_anchor);
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

static int add_sites(unsigned long *sites, unsigned int nr)
{
	int err = compat_ftrace_set_filter_ips(&redirect_ops, sites, nr, 0);

	return err == -EINVAL ? -ENOSYS : err;
}

static void remove_sites(unsigned long *sites, unsigned int nr)
{
	WARN_ON(compat_ftrace_set_filter_ips(&redirect_ops, sites, nr, 1));
}

/* ftrace does not tell which of the sites it has refused: add halves of what may have it. */
static unsigned long find_refused(unsigned long *sites, unsigned int nr)
{
	unsigned int half;

	while (nr > 1) {
		half = nr / 2;
		if (!add_sites(sites, half)) {
			remove_sites(sites, half);
			sites += half;
			nr -= half;
		} else {
			nr = half;
		}
	}
	return compat_traced_function(*sites);
}

int redirect_backend_add(unsigned long *functions, unsigned int nr, unsigned long *ret_refused)
{
	int err = redirect_register();

	*ret_refused = 0;
	if (err || nr == 0)
		return err;
	to_sites(functions, nr);
	err = add_sites(functions, nr);
	if (err == -EBUSY || err == -ENOSYS)
		*ret_refused = find_refused(functions, nr);
	return err;
}

void redirect_backend_remove(unsigned long *functions, unsigned int nr)
{
	if (nr == 0)
		return;
	to_sites(functions, nr);
	remove_sites(functions, nr);
}

void redirect_backend_remove_all(void)
{
	if (is_registered)
		WARN_ON(unregister_ftrace_function(&redirect_ops));
	is_registered = false;
}

/* Leaves dangling pointers in the ops: they must not be used after this. */
void redirect_backend_free(void)
{
	compat_ftrace_free_filter(&redirect_ops);
	compat_ftrace_free_filter(&probe_ops);
}
