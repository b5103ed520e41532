// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "redirect/backend.h"
#include "redirect/call.h"

struct function {
	struct hlist_node node;
	unsigned long address;
	unsigned int users;
};

static DEFINE_HASHTABLE(functions, 8);

int redirect_bind(const struct redirect_calls *calls, compat_lookup_fn *lookup)
{
	call_bind(calls);
	return redirect_backend_bind(calls, lookup);
}

bool redirect_is_possible(unsigned long function)
{
	return function && redirect_backend_knows(function);
}

void redirect_open(redirect_fn *wrapper)
{
	call_open(wrapper);
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
	redirect_backend_remove_all();
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

/* Return: 1: this is the first user; 0: there are others; -ENOMEM. */
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

/* Return: true if that was the last user. */
static bool function_put(unsigned long address)
{
	struct function *function = find_function(address);

	if (WARN_ON(!function) || --function->users > 0)
		return false;
	hash_del(&function->node);
	kfree(function);
	return true;
}

/* Drops a user of each function. Return: number of functions without users now, put into @sites. */
static unsigned int functions_put(const unsigned long *addresses, unsigned int nr,
				  unsigned long *sites)
{
	unsigned int i, nr_sites = 0;

	for (i = 0; i < nr; i++)
		if (function_put(addresses[i]) && sites)
			sites[nr_sites++] = addresses[i];
	return nr_sites;
}

int redirect_get(const unsigned long *addresses, unsigned int nr, unsigned long *ret_refused)
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
	err = redirect_backend_add(sites, nr_sites, ret_refused);
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

	redirect_backend_remove(sites, functions_put(addresses, nr, sites));
	kvfree(sites);
}

void redirect_enter(void)
{
	__module_get(THIS_MODULE);
}

bool redirect_try_enter(void)
{
	return try_module_get(THIS_MODULE);
}

void redirect_leave(void)
{
	module_put(THIS_MODULE);
}

void redirect_drain(void)
{
	redirect_backend_free();
	synchronize_rcu_tasks();
}
