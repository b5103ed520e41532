// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list for 32-bit tasks of an arm64 kernel. It is a file of its own because it redefines the
 * native numbers.
 */
#define __COMPAT_SYSCALL_NR

#include <linux/build_bug.h>
#include <linux/kernel.h>

#include <portal/wire.h>

#include "syscalls/list.h"
#include "syscalls/table.h"

static const char *const names[] = {
#include "syscall_names_32.h"
};

/* Symbols are composed as in arch/arm64/kernel/sys32.c. */
#undef __SYSCALL
#define __SYSCALL(nr, sym)			  [nr] = "__arm64_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, compat)
static const char *const symbols[] = {
#include "compat/syscalls_arm64_compat.h"
};

static unsigned long functions[ARRAY_SIZE(symbols)];

static_assert(ARRAY_SIZE(symbols) <= SYSCALL_MAX_NR);

const struct syscall_list syscall_list_compat = {
	.abi = IS_ENABLED(CONFIG_COMPAT) ? PORTAL_ABI_ARM : PORTAL_ABI_NONE,
	.nr_names = ARRAY_SIZE(names),
	.len = IS_ENABLED(CONFIG_COMPAT) ? ARRAY_SIZE(symbols) : 0,
	.names = names,
	.symbols = symbols,
	.functions = functions,
	.entries = functions,
};
