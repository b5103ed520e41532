// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of the kernel's system call tables that hold arch_table_entry() instead of a function.
 * The tables are read-only, so they are written through another mapping, which exists while any
 * entry is changed.
 */
#define pr_fmt(fmt) "portal: " fmt

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bsearch.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sort.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "redirect/backend.h"
#include "redirect/call.h"
#include "redirect/table_find.h"
#include "redirect/table_target.h"

#define TABLE_MAX_PAGES (2 + SYSCALL_MAX_NR * sizeof(unsigned long) / PAGE_SIZE)

/**
 * struct table - a system call table
 * @calls: what it holds by itself
 * @at: the table, as the kernel's entry code reads it; NULL: the kernel has no such table
 * @map: the same memory, writable; NULL while no entry is changed
 * @changed: numbers whose entries are changed
 */
struct table {
	struct redirect_calls calls;
	const unsigned long *at;
	unsigned long *map;
	DECLARE_BITMAP(changed, SYSCALL_MAX_NR);
};

static struct table tables[SYSCALL_NR_TABLES];

/* ---- calls ---- */

static long no_call(void)
{
	return -ENOSYS;
}

/*
 * While the module is being unloaded calls go to their functions. arch_table_entry() leaves no
 * return address in the module behind in that case: redirect_drain() would not wait for it.
 */
unsigned long redirect_table_target(void)
{
	const struct redirect_calls *calls;
	u32 nr;

	calls = call_current(&nr);
	if (WARN_ON_ONCE(!calls))
		return (unsigned long)no_call;
	return try_module_get(THIS_MODULE) ? (unsigned long)call_redirected : calls->entries[nr];
}

/* ---- memory ---- */

static int table_map(struct table *table)
{
	unsigned long at = (unsigned long)table->at, page = at & PAGE_MASK;
	struct page *pages[TABLE_MAX_PAGES];
	unsigned int nr = 0;
	void *map;

	if (table->map || !table->at)
		return 0;
	for (; page < at + table->calls.len * sizeof(*table->at); page += PAGE_SIZE)
		pages[nr++] = pfn_to_page(PHYS_PFN(__pa_symbol(page)));
	map = vmap(pages, nr, VM_MAP, PAGE_KERNEL);
	if (!map)
		return -ENOMEM;
	table->map = (unsigned long *)((unsigned long)map + offset_in_page(at));
	return 0;
}

static void table_unmap(struct table *table)
{
	if (!table->map || !bitmap_empty(table->changed, SYSCALL_MAX_NR))
		return;
	vunmap((void *)((unsigned long)table->map & PAGE_MASK));
	table->map = NULL;
}

/* ---- entries ---- */

/* An entry that holds ours already was restored to it by what had changed it after this module. */
static int entry_change(struct table *table, u32 nr)
{
	unsigned long old = table->calls.entries[nr], ours = arch_table_entry(nr);
	unsigned long found = cmpxchg(&table->map[nr], old, ours);

	if (found != old && found != ours) {
		pr_warn("something else has changed entry %u of the system call table to %ps\n", nr,
			(void *)found);
		return -EBUSY;
	}
	__set_bit(nr, table->changed);
	return 0;
}

/*
 * Another module has changed the entry after this one, and may call what it found there. As this
 * module's code must not go away, it takes a reference on itself that it never drops. If it is
 * being unloaded already, it waits until the other module has restored the entry.
 */
static void entry_outlive(struct table *table, u32 nr)
{
	unsigned long old = table->calls.entries[nr], ours = arch_table_entry(nr);

	if (try_module_get(THIS_MODULE)) {
		pr_warn("something else has changed entry %u of the system call table to %ps: "
			"portal stays loaded\n",
			nr, (void *)READ_ONCE(table->map[nr]));
		return;
	}
	pr_warn("something else has changed entry %u of the system call table to %ps: waiting "
		"until it is removed\n",
		nr, (void *)READ_ONCE(table->map[nr]));
	while (cmpxchg(&table->map[nr], ours, old) != ours && READ_ONCE(table->map[nr]) != old)
		msleep(100);
}

static void entry_restore(struct table *table, u32 nr)
{
	unsigned long old = table->calls.entries[nr], ours = arch_table_entry(nr);
	unsigned long found = cmpxchg(&table->map[nr], ours, old);

	if (found != ours && found != old)
		entry_outlive(table, nr);
	__clear_bit(nr, table->changed);
}

/* ---- functions ---- */

static int compare(const void *a, const void *b)
{
	unsigned long one = *(const unsigned long *)a, other = *(const unsigned long *)b;

	return one < other ? -1 : one > other;
}

/**
 * struct functions - a sorted set of functions
 * @addresses: their addresses
 * @nr: number of addresses
 */
struct functions {
	unsigned long *addresses;
	unsigned int nr;
};

static struct functions functions_sort(unsigned long *addresses, unsigned int nr)
{
	sort(addresses, nr, sizeof(*addresses), compare, NULL);
	return (struct functions){ .addresses = addresses, .nr = nr };
}

static bool functions_have(const struct functions *functions, unsigned long address)
{
	return bsearch(&address, functions->addresses, functions->nr, sizeof(address), compare);
}

static int table_change(struct table *table, const struct functions *functions,
			unsigned long *ret_refused)
{
	int err = table_map(table);
	unsigned long function;
	u32 nr;

	for (nr = 0; nr < table->calls.len && !err; nr++) {
		function = table->calls.functions[nr];
		if (!functions_have(functions, function))
			continue;
		err = entry_change(table, nr);
		if (err)
			*ret_refused = function;
	}
	return err;
}

static void table_restore(struct table *table, const struct functions *functions)
{
	u32 nr;

	for_each_set_bit(nr, table->changed,
			 SYSCALL_MAX_NR) if (!functions ||
					     functions_have(functions, table->calls.functions[nr]))
		entry_restore(table, nr);
	table_unmap(table);
}

static void tables_restore(const struct functions *functions)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		table_restore(&tables[i], functions);
}

/* ---- the interface ---- */

int redirect_backend_bind(const struct redirect_calls *calls, compat_lookup_fn *lookup)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_NR_TABLES; i++) {
		if (calls[i].len == 0)
			continue;
		tables[i].at = table_find(arch_table_symbol(i), &calls[i], lookup);
		if (!tables[i].at)
			return -ENXIO;
		tables[i].calls = calls[i];
	}
	return 0;
}

bool redirect_backend_knows(unsigned long function)
{
	return true;
}

int redirect_backend_add(unsigned long *addresses, unsigned int nr, unsigned long *ret_refused)
{
	struct functions functions = functions_sort(addresses, nr);
	unsigned int i;
	int err = 0;

	*ret_refused = 0;
	for (i = 0; i < SYSCALL_NR_TABLES && !err; i++)
		err = table_change(&tables[i], &functions, ret_refused);
	if (err)
		tables_restore(&functions);
	return err;
}

void redirect_backend_remove(unsigned long *addresses, unsigned int nr)
{
	struct functions functions = functions_sort(addresses, nr);

	tables_restore(&functions);
}

void redirect_backend_remove_all(void)
{
	tables_restore(NULL);
}

void redirect_backend_free(void)
{
}
