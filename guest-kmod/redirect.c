// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ftrace.h>
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "arch.h"
#include "compat/compat.h"
#include "redirect.h"

struct function {
	struct hlist_node node;
	unsigned long address;
	unsigned int users;
};

static DEFINE_HASHTABLE(functions, 8);
static redirect_fn *redirect_wrapper;
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

/*
 * Runs at the entry of a redirected function. Calls from the module are meant for the function
 * itself. A module that is on its way out takes no new guests.
 */
static void notrace redirect_entry(unsigned long ip, unsigned long parent_ip,
				   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	if (within_module(parent_ip, THIS_MODULE) || !try_module_get(THIS_MODULE))
		return;
	arch_redirect(ftrace_get_regs(fregs), (unsigned long)redirect_wrapper,
		      compat_function_start(ip));
}

/* Nothing that redirect_entry() calls is ever redirected: it needs no guard against recursion. */
static struct ftrace_ops redirect_ops = {
	.func = redirect_entry,
	.flags = FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_RECURSION |
		 FTRACE_OPS_FL_PERMANENT,
};

static struct ftrace_ops probe_ops = {
	.func = redirect_entry,
	.flags = FTRACE_OPS_FL_SAVE_REGS,
};

bool redirect_is_possible(unsigned long function)
{
	/* An ops that is never registered: only the question whether ftrace knows the address. */
	return function && !ftrace_set_filter_ip(&probe_ops, function, 0, 1);
}

void redirect_open(redirect_fn *wrapper)
{
	redirect_wrapper = wrapper;
}

static void forget_functions(void)
{
	struct function *function;
	struct hlist_node *next;
	unsigned int bucket;

	hash_for_each_safe(functions, bucket, next, function, node) {
		hash_del(&function->node);
		kfree(function);
	}
}

void redirect_close(void)
{
	if (is_registered)
		WARN_ON(unregister_ftrace_function(&redirect_ops));
	is_registered = false;
	forget_functions();
}

static struct function *find_function(unsigned long address)
{
	struct function *function;

	hash_for_each_possible(functions, function, node, address)
		if (function->address == address)
			return function;
	return NULL;
}

/* Return: 1 it is the first user; 0 not; -ENOMEM. */
static int function_get(unsigned long address)
{
	struct function *function = find_function(address);

	if (function) {
		function->users++;
		return 0;
	}
	function = kzalloc(sizeof(*function), GFP_KERNEL);
	if (!function)
		return -ENOMEM;
	function->address = address;
	function->users = 1;
	hash_add(functions, &function->node, address);
	return 1;
}

/* Return: true when that was the last user. */
static bool function_put(unsigned long address)
{
	struct function *function = find_function(address);

	if (WARN_ON(!function) || --function->users > 0)
		return false;
	hash_del(&function->node);
	kfree(function);
	return true;
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

static int filter_add(unsigned long *sites, unsigned int nr_sites)
{
	int err = redirect_register();

	if (err || nr_sites == 0)
		return err;
	err = ftrace_set_filter_ips(&redirect_ops, sites, nr_sites, 0, 0);
	return err == -EINVAL ? -ENOSYS : err;
}

static void filter_remove(unsigned long *sites, unsigned int nr_sites)
{
	if (nr_sites > 0)
		WARN_ON(ftrace_set_filter_ips(&redirect_ops, sites, nr_sites, 1, 0));
}

/* Counts users down; the functions that lost their last one come first in @sites. */
static unsigned int functions_put(const unsigned long *addresses, unsigned int nr,
				  unsigned long *sites)
{
	unsigned int i, nr_sites = 0;

	for (i = 0; i < nr; i++)
		if (function_put(addresses[i]) && sites)
			sites[nr_sites++] = addresses[i];
	return nr_sites;
}

int redirect_get(const unsigned long *addresses, unsigned int nr)
{
	unsigned int i, nr_sites = 0;
	unsigned long *sites;
	int first, err = 0;

	sites = kvmalloc_array(nr, sizeof(*sites), GFP_KERNEL);
	if (!sites)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		first = function_get(addresses[i]);
		if (first < 0) {
			err = first;
			goto put;
		}
		if (first)
			sites[nr_sites++] = addresses[i];
	}
	err = filter_add(sites, nr_sites);
	if (!err)
		goto free;
put:
	functions_put(addresses, i, NULL);
free:
	kvfree(sites);
	return err;
}

void redirect_put(const unsigned long *addresses, unsigned int nr)
{
	unsigned long *sites = kvmalloc_array(nr, sizeof(*sites), GFP_KERNEL | __GFP_NOFAIL);

	filter_remove(sites, functions_put(addresses, nr, sites));
	kvfree(sites);
}

/* The barrier keeps this a call: after a jump the caller would not be in the module. */
noinline long redirect_call(unsigned long function, const struct pt_regs *regs)
{
	long ret = ((long (*)(const struct pt_regs *))function)(regs);

	barrier();
	return ret;
}

void redirect_enter(void)
{
	__module_get(THIS_MODULE);
}

void redirect_leave(void)
{
	module_put(THIS_MODULE);
}

/* Freeing leaves the ops with pointers to what was freed: only when it is not used again. */
void redirect_drain(void)
{
	ftrace_free_filter(&redirect_ops);
	ftrace_free_filter(&probe_ops);
	synchronize_rcu_tasks();
}
