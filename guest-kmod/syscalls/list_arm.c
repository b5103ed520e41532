// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/stringify.h>

#include <portal/wire.h>

#include "syscalls/list.h"
#include "syscalls/table.h"

static const char *const names[] = {
#include "syscall_names_32.h"
};

/* If the list has two functions, the second is for the old ABI. */
#define __SYSCALL(nr, sym)			  [nr] = __stringify(sym),
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, native)
static const char *const entry_symbols[] = {
#include <calls-eabi.S>
};

/*
 * These entries are a few instructions that branch to a function. They rely on the stack of the
 * kernel's entry code, so the function is called instead. See arch_call() in arch/arm.c.
 */
#define sys_sigreturn_wrapper	 sys_sigreturn
#define sys_rt_sigreturn_wrapper sys_rt_sigreturn
#define sys_statfs64_wrapper	 sys_statfs64
#define sys_fstatfs64_wrapper	 sys_fstatfs64
#define sys_mmap2		 sys_mmap_pgoff

static const char *const symbols[] = {
#include <calls-eabi.S>
};

static unsigned long functions[ARRAY_SIZE(symbols)];
static unsigned long entries[ARRAY_SIZE(symbols)];

static_assert(ARRAY_SIZE(symbols) <= SYSCALL_MAX_NR);

const struct syscall_list syscall_list_native = {
	.abi = PORTAL_ABI_ARM,
	.nr_names = ARRAY_SIZE(names),
	.len = ARRAY_SIZE(symbols),
	.names = names,
	.symbols = symbols,
	.functions = functions,
	.entry_symbols = entry_symbols,
	.entries = entries,
};

const struct syscall_list syscall_list_compat = {
	.abi = PORTAL_ABI_NONE,
};
