// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>

#include "arch/arch.h"

#ifdef CONFIG_CFI_CLANG
#error "CONFIG_CFI_CLANG is not supported: the table's entries would need the type of a function"
#endif

/* in arm64_entry.S */
extern const char arm64_table_entry[];

const char *arch_table_symbol(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? "compat_sys_call_table" : "sys_call_table";
}

unsigned long arch_table_entry(u32 nr)
{
	return (unsigned long)arm64_table_entry;
}
