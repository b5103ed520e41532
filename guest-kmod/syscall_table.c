// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include <portal/wire.h>

#include "compat/kallsyms.h"
#include "redirect.h"
#include "syscall_table.h"

static const char *const native_names[] = {
#include "syscall_names_64.h"
};

static const char *const compat_names[] = {
#include "syscall_names_32.h"
};

/* The symbols, glued together as arch/x86/entry/syscall_{64,32}.c do it. */
#define __SYSCALL_NORETURN(nr, sym) __SYSCALL(nr, sym)

#define __SYSCALL(nr, sym) [nr] = "__x64_" #sym,
static const char *const native_symbols[] = {
#include <asm/syscalls_64.h>
};
#undef __SYSCALL

#define __SYSCALL(nr, sym)			  [nr] = "__ia32_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat) [nr] = "__ia32_" #compat,
static const char *const compat_symbols[] = {
#include <asm/syscalls_32.h>
};

static unsigned long native_functions[ARRAY_SIZE(native_symbols)];
static unsigned long compat_functions[ARRAY_SIZE(compat_symbols)];

static_assert(ARRAY_SIZE(native_symbols) <= SYSCALL_MAX_NR);
static_assert(ARRAY_SIZE(compat_symbols) <= SYSCALL_MAX_NR);

static const struct table {
	u32 abi;
	unsigned int nr_names;
	unsigned int len;
	const char *const *names;
	const char *const *symbols;
	unsigned long *functions;
} tables[SYSCALL_NR_TABLES] = {
	[SYSCALL_NATIVE] = {
		.abi = PORTAL_ABI_X86_64,
		.nr_names = ARRAY_SIZE(native_names),
		.len = ARRAY_SIZE(native_symbols),
		.names = native_names,
		.symbols = native_symbols,
		.functions = native_functions,
	},
	[SYSCALL_COMPAT] = {
		.abi = IS_ENABLED(CONFIG_IA32_EMULATION) ? PORTAL_ABI_I386 : PORTAL_ABI_NONE,
		.nr_names = ARRAY_SIZE(compat_names),
		.len = IS_ENABLED(CONFIG_IA32_EMULATION) ? ARRAY_SIZE(compat_symbols) : 0,
		.names = compat_names,
		.symbols = compat_symbols,
		.functions = compat_functions,
	},
};

static void table_resolve(const struct table *table, compat_lookup_fn *lookup)
{
	unsigned int nr;

	for (nr = 0; nr < table->len; nr++) {
		unsigned long address = table->symbols[nr] ? lookup(table->symbols[nr]) : 0;

		table->functions[nr] = redirect_is_possible(address) ? address : 0;
	}
}

int syscall_table_init(void)
{
	compat_lookup_fn *lookup = compat_kallsyms();
	unsigned int i;

	if (!lookup)
		return -ENOENT;
	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		table_resolve(&tables[i], lookup);
	return 0;
}

u32 syscall_table_abi(enum syscall_table table)
{
	return tables[table].abi;
}

int syscall_table_of_abi(u64 abi)
{
	unsigned int i;

	for (i = 0; i < SYSCALL_NR_TABLES; i++)
		if (abi != PORTAL_ABI_NONE && tables[i].abi == abi)
			return i;
	return -EINVAL;
}

unsigned int syscall_table_len(enum syscall_table table)
{
	return tables[table].len;
}

const char *syscall_table_name(enum syscall_table table, u32 nr)
{
	const char *name;

	if (nr >= tables[table].nr_names)
		return "";
	name = tables[table].names[array_index_nospec(nr, tables[table].nr_names)];
	return name ? name : "";
}

unsigned long syscall_table_function(enum syscall_table table, u32 nr)
{
	if (nr >= tables[table].len)
		return 0;
	return tables[table].functions[array_index_nospec(nr, tables[table].len)];
}
