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

/*
 * These wrappers in the entry code cannot be redirected; the functions that they branch to can. See
 * arch_call() in arch/arm.c.
 */
#define sys_sigreturn_wrapper	 sys_sigreturn
#define sys_rt_sigreturn_wrapper sys_rt_sigreturn
#define sys_statfs64_wrapper	 sys_statfs64
#define sys_fstatfs64_wrapper	 sys_fstatfs64
#define sys_mmap2		 sys_mmap_pgoff

/* If the list has two functions, the second is for the old ABI. */
#define __SYSCALL(nr, sym)			  [nr] = __stringify(sym),
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, native)
static const char *const symbols[] = {
#include <calls-eabi.S>
};

static unsigned long functions[ARRAY_SIZE(symbols)];

static_assert(ARRAY_SIZE(symbols) <= SYSCALL_MAX_NR);

const struct syscall_list syscall_list_native = {
	.abi = PORTAL_ABI_ARM,
	.nr_names = ARRAY_SIZE(names),
	.len = ARRAY_SIZE(symbols),
	.names = names,
	.symbols = symbols,
	.functions = functions,
};

const struct syscall_list syscall_list_compat = {
	.abi = PORTAL_ABI_NONE,
};
