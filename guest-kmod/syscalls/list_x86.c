// SPDX-License-Identifier: GPL-2.0-only
#include <linux/build_bug.h>
#include <linux/kernel.h>

#include <portal/wire.h>

#include "syscalls/list.h"
#include "syscalls/table.h"

static const char *const native_names[] = {
#include "syscall_names_64.h"
};

static const char *const compat_names[] = {
#include "syscall_names_32.h"
};

/* Symbols are composed as in arch/x86/entry/syscall_{64,32}.c. */
#define __SYSCALL_NORETURN(nr, sym) __SYSCALL(nr, sym)

#define __SYSCALL(nr, sym) [nr] = "__x64_" #sym,
static const char *const native_symbols[] = {
#include "compat/syscalls_x86_64.h"
};
#undef __SYSCALL

#define __SYSCALL(nr, sym)			  [nr] = "__ia32_" #sym,
#define __SYSCALL_WITH_COMPAT(nr, native, compat) [nr] = "__ia32_" #compat,
static const char *const compat_symbols[] = {
#include "compat/syscalls_x86_32.h"
};

static unsigned long native_functions[ARRAY_SIZE(native_symbols)];
static unsigned long compat_functions[ARRAY_SIZE(compat_symbols)];

static_assert(ARRAY_SIZE(native_symbols) <= SYSCALL_MAX_NR);
static_assert(ARRAY_SIZE(compat_symbols) <= SYSCALL_MAX_NR);

const struct syscall_list syscall_list_native = {
	.abi = PORTAL_ABI_X86_64,
	.nr_names = ARRAY_SIZE(native_names),
	.len = ARRAY_SIZE(native_symbols),
	.names = native_names,
	.symbols = native_symbols,
	.functions = native_functions,
	.entries = native_functions,
};

const struct syscall_list syscall_list_compat = {
	.abi = IS_ENABLED(CONFIG_IA32_EMULATION) ? PORTAL_ABI_I386 : PORTAL_ABI_NONE,
	.nr_names = ARRAY_SIZE(compat_names),
	.len = IS_ENABLED(CONFIG_IA32_EMULATION) ? ARRAY_SIZE(compat_symbols) : 0,
	.names = compat_names,
	.symbols = compat_symbols,
	.functions = compat_functions,
	.entries = compat_functions,
};
