// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>
#include <linux/thread_info.h>

#include <asm/pgtable.h>
#include <asm/processor-flags.h>
#include <asm/unistd.h>

#include "arch/arch.h"

/* offsets in struct pt_regs, by argument */
static const u8 arg_offsets[SYSCALL_NR_TABLES][ARCH_NR_ARGS] = {
	[SYSCALL_NATIVE] = {
		offsetof(struct pt_regs, di), offsetof(struct pt_regs, si),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, r10),
		offsetof(struct pt_regs, r8), offsetof(struct pt_regs, r9),
	},
	[SYSCALL_COMPAT] = {
		offsetof(struct pt_regs, bx), offsetof(struct pt_regs, cx),
		offsetof(struct pt_regs, dx), offsetof(struct pt_regs, si),
		offsetof(struct pt_regs, di), offsetof(struct pt_regs, bp),
	},
};

/* offsets in struct pt_regs, by PORTAL_REG_X86_* */
static const u8 reg_offsets[] = {
	[PORTAL_REG_X86_AX] = offsetof(struct pt_regs, ax),
	[PORTAL_REG_X86_BX] = offsetof(struct pt_regs, bx),
	[PORTAL_REG_X86_CX] = offsetof(struct pt_regs, cx),
	[PORTAL_REG_X86_DX] = offsetof(struct pt_regs, dx),
	[PORTAL_REG_X86_SI] = offsetof(struct pt_regs, si),
	[PORTAL_REG_X86_DI] = offsetof(struct pt_regs, di),
	[PORTAL_REG_X86_BP] = offsetof(struct pt_regs, bp),
	[PORTAL_REG_X86_SP] = offsetof(struct pt_regs, sp),
	[PORTAL_REG_X86_R8] = offsetof(struct pt_regs, r8),
	[PORTAL_REG_X86_R8 + 1] = offsetof(struct pt_regs, r9),
	[PORTAL_REG_X86_R8 + 2] = offsetof(struct pt_regs, r10),
	[PORTAL_REG_X86_R8 + 3] = offsetof(struct pt_regs, r11),
	[PORTAL_REG_X86_R8 + 4] = offsetof(struct pt_regs, r12),
	[PORTAL_REG_X86_R8 + 5] = offsetof(struct pt_regs, r13),
	[PORTAL_REG_X86_R8 + 6] = offsetof(struct pt_regs, r14),
	[PORTAL_REG_X86_R8 + 7] = offsetof(struct pt_regs, r15),
	[PORTAL_REG_X86_IP] = offsetof(struct pt_regs, ip),
	[PORTAL_REG_X86_FLAGS] = offsetof(struct pt_regs, flags),
	[PORTAL_REG_X86_ORIG_AX] = offsetof(struct pt_regs, orig_ax),
	[PORTAL_REG_X86_CS] = offsetof(struct pt_regs, cs),
	[PORTAL_REG_X86_SS] = offsetof(struct pt_regs, ss),
};

/* the flags that ptrace allows a debugger to set */
#define USER_FLAGS                                                                       \
	(X86_EFLAGS_CF | X86_EFLAGS_PF | X86_EFLAGS_AF | X86_EFLAGS_ZF | X86_EFLAGS_SF | \
	 X86_EFLAGS_TF | X86_EFLAGS_DF | X86_EFLAGS_OF | X86_EFLAGS_NT | X86_EFLAGS_RF | \
	 X86_EFLAGS_AC)

static unsigned long *reg_at(struct pt_regs *regs, u8 offset)
{
	return (unsigned long *)((u8 *)regs + offset);
}

static unsigned long reg_value(const struct pt_regs *regs, u8 offset)
{
	return *(const unsigned long *)((const u8 *)regs + offset);
}

/* Calls of the x32 ABI are not hooked: they share native functions, but have 32-bit pointers. */
bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr)
{
	u32 nr = regs->orig_ax;

	*ret_table = in_ia32_syscall() ? SYSCALL_COMPAT : SYSCALL_NATIVE;
	*ret_nr = nr;
	return *ret_table == SYSCALL_COMPAT || !(nr & __X32_SYSCALL_BIT);
}

bool arch_never_returns(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == __NR_ia32_exit || nr == __NR_ia32_exit_group;
	nr &= ~__X32_SYSCALL_BIT;
	return nr == __NR_exit || nr == __NR_exit_group;
}

bool arch_is_sigreturn(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == __NR_ia32_sigreturn || nr == __NR_ia32_rt_sigreturn;
	return nr == __NR_rt_sigreturn;
}

bool arch_is_exec(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == __NR_ia32_execve || nr == __NR_ia32_execveat;
	return nr == __NR_execve || nr == __NR_execveat;
}

u32 arch_restart_nr(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? __NR_ia32_restart_syscall : __NR_restart_syscall;
}

/* The kernel decides after get_signal(), by the result that is in the register. */
void arch_end_restart(enum syscall_table table, struct pt_regs *regs)
{
}

void arch_set_ret(enum syscall_table table, struct pt_regs *regs, long ret)
{
	regs->ax = ret;
}

u32 arch_long_bytes(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? 4 : 8;
}

static u64 cut_to_long(enum syscall_table table, u64 value)
{
	return table == SYSCALL_COMPAT ? lower_32_bits(value) : value;
}

void arch_get_args(enum syscall_table table, const struct pt_regs *regs, u64 *args)
{
	unsigned int i;

	for (i = 0; i < ARCH_NR_ARGS; i++)
		args[i] = cut_to_long(table, reg_value(regs, arg_offsets[table][i]));
}

void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value)
{
	*reg_at(regs, arg_offsets[table][n]) = cut_to_long(table, value);
}

long arch_call(unsigned long function, const struct pt_regs *regs)
{
	struct pt_regs copy = *regs;

	return ((long (*)(const struct pt_regs *))function)(&copy);
}

u32 arch_paging(void)
{
	return PAGE_SHIFT | (pgtable_l5_enabled() ? 57 : 48) << PORTAL_PAGING_VA_BITS_SHIFT;
}

u64 arch_pc(const struct pt_regs *regs)
{
	return regs->ip;
}

/* Both ABIs have the same numbers of registers, and the kernel saves the same of both. */
bool arch_has_layout(const struct pt_regs *regs, u64 abi)
{
	return abi == PORTAL_ABI_X86_64 || abi == PORTAL_ABI_I386;
}

void arch_get_regs(const struct pt_regs *regs, __le64 *wire)
{
	unsigned int i;

	memset(wire, 0, PORTAL_NR_REGS * sizeof(*wire));
	for (i = 0; i < ARRAY_SIZE(reg_offsets); i++)
		wire[i] = cpu_to_le64(reg_value(regs, reg_offsets[i]));
}

u64 arch_writable_regs(enum syscall_table table)
{
	return GENMASK_ULL(PORTAL_REG_X86_FLAGS, PORTAL_REG_X86_AX);
}

static unsigned long harmless_value(const struct pt_regs *regs, unsigned int reg, u64 value)
{
	if (reg == PORTAL_REG_X86_FLAGS)
		value = (regs->flags & ~USER_FLAGS) | (value & USER_FLAGS);
	return user_64bit_mode((struct pt_regs *)regs) ? value : lower_32_bits(value);
}

void arch_set_reg(struct pt_regs *regs, unsigned int reg, u64 value)
{
	*reg_at(regs, reg_offsets[reg]) = harmless_value(regs, reg, value);
}
