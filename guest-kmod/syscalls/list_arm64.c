// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/stringify.h>

#include <portal/wire.h>

#include "syscalls/list.h"
#include "syscalls/table.h"

static const char *const names[] = {
#include "syscall_names_64.h"
};

/* Symbols are composed as in arch/arm64/kernel/sys.c, which replaces this one. */
#define __arm64_sys_personality __arm64_sys_arm64_personality

#undef __SYSCALL
#define __SYSCALL(nr, sym)			  [nr] = __stringify(__arm64_##sym),
#define __SYSCALL_WITH_COMPAT(nr, native, compat) __SYSCALL(nr, native)
static const char *const symbols[] = {
#include "compat/syscalls_arm64.h"
};

static unsigned long functions[ARRAY_SIZE(symbols)];

static_assert(ARRAY_SIZE(symbols) <= SYSCALL_MAX_NR);

const struct syscall_list syscall_list_native = {
	.abi = PORTAL_ABI_ARM64,
	.nr_names = ARRAY_SIZE(names),
	.len = ARRAY_SIZE(symbols),
	.names = names,
	.symbols = symbols,
	.functions = functions,
	.entries = functions,
};
