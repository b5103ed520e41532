// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>

#include <asm/unistd.h>

#include "arch/arch.h"

#ifdef CONFIG_THUMB2_KERNEL
#error "CONFIG_THUMB2_KERNEL is not supported: functions must be Arm code"
#endif

#ifdef CONFIG_CFI_CLANG
#error "CONFIG_CFI_CLANG is not supported: functions are called without their types"
#endif

/* in arm_entry.S */
extern const char arm_table_entry[], arm_table_entry_sigreturn[];

const char *arch_table_symbol(enum syscall_table table)
{
	return "sys_call_table";
}

unsigned long arch_table_entry(u32 nr)
{
	if (nr == __NR_sigreturn || nr == __NR_rt_sigreturn)
		return (unsigned long)arm_table_entry_sigreturn;
	return (unsigned long)arm_table_entry;
}
