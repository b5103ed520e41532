// SPDX-License-Identifier: GPL-2.0-only
/* 32-bit tasks have r0..r14 in x0..x14, and the same pc and pstate. */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include <asm/memory.h>
#include <asm/unistd.h>

#include "arch/arch.h"

/* Numbers of 32-bit tasks; including their list would redefine the names of the native list. */
#define ARM_NR_RESTART	    0
#define ARM_NR_EXIT	    1
#define ARM_NR_EXECVE	    11
#define ARM_NR_SIGRETURN    119
#define ARM_NR_RT_SIGRETURN 173
#define ARM_NR_EXIT_GROUP   248
#define ARM_NR_EXECVEAT	    387

/* The bits of PSTATE that user mode can change: the condition flags, and more of a 32-bit task. */
#define USER_FLAGS (PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT)
#define COMPAT_USER_FLAGS \
	(USER_FLAGS | PSR_AA32_Q_BIT | PSR_AA32_IT_MASK | PSR_AA32_GE_MASK | PSR_AA32_T_BIT)

bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr)
{
	*ret_table = compat_user_mode(regs) ? SYSCALL_COMPAT : SYSCALL_NATIVE;
	*ret_nr = regs->syscallno;
	return true;
}

bool arch_never_returns(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == ARM_NR_EXIT || nr == ARM_NR_EXIT_GROUP;
	return nr == __NR_exit || nr == __NR_exit_group;
}

bool arch_is_sigreturn(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == ARM_NR_SIGRETURN || nr == ARM_NR_RT_SIGRETURN;
	return nr == __NR_rt_sigreturn;
}

bool arch_is_exec(enum syscall_table table, u32 nr)
{
	if (table == SYSCALL_COMPAT)
		return nr == ARM_NR_EXECVE || nr == ARM_NR_EXECVEAT;
	return nr == __NR_execve || nr == __NR_execveat;
}

u32 arch_restart_nr(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? ARM_NR_RESTART : __NR_restart_syscall;
}

/*
 * Before get_signal() the kernel has set the pc back to the instruction that makes the call. If it
 * is not there afterwards, the kernel leaves pc and result as they are.
 */
void arch_end_restart(enum syscall_table table, struct pt_regs *regs)
{
	regs->pc += compat_thumb_mode(regs) ? 2 : 4;
}

void arch_set_ret(enum syscall_table table, struct pt_regs *regs, long ret)
{
	regs->regs[0] = table == SYSCALL_COMPAT ? lower_32_bits(ret) : ret;
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
		args[i] = cut_to_long(table, regs->regs[i]);
}

void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value)
{
	regs->regs[n] = cut_to_long(table, value);
}

long arch_call(unsigned long function, const struct pt_regs *regs)
{
	struct pt_regs copy = *regs;

	return ((long (*)(const struct pt_regs *))function)(&copy);
}

u32 arch_paging(void)
{
	return PAGE_SHIFT | (u32)vabits_actual << PORTAL_PAGING_VA_BITS_SHIFT;
}

u64 arch_pc(const struct pt_regs *regs)
{
	return regs->pc;
}

static void get_native_regs(const struct pt_regs *regs, __le64 *wire)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(regs->regs); i++)
		wire[PORTAL_REG_ARM64_X0 + i] = cpu_to_le64(regs->regs[i]);
	wire[PORTAL_REG_ARM64_SP] = cpu_to_le64(regs->sp);
	wire[PORTAL_REG_ARM64_PC] = cpu_to_le64(regs->pc);
	wire[PORTAL_REG_ARM64_PSTATE] = cpu_to_le64(regs->pstate);
}

static void get_compat_regs(const struct pt_regs *regs, __le64 *wire)
{
	unsigned int i;

	for (i = PORTAL_REG_ARM_R0; i <= PORTAL_REG_ARM_LR; i++)
		wire[i] = cpu_to_le64(lower_32_bits(regs->regs[i]));
	wire[PORTAL_REG_ARM_PC] = cpu_to_le64(lower_32_bits(regs->pc));
	wire[PORTAL_REG_ARM_CPSR] = cpu_to_le64(pstate_to_compat_psr(regs->pstate));
}

bool arch_has_layout(const struct pt_regs *regs, u64 abi)
{
	return abi == (compat_user_mode(regs) ? PORTAL_ABI_ARM : PORTAL_ABI_ARM64);
}

void arch_get_regs(const struct pt_regs *regs, __le64 *wire)
{
	memset(wire, 0, PORTAL_NR_REGS * sizeof(*wire));
	if (compat_user_mode(regs))
		get_compat_regs(regs, wire);
	else
		get_native_regs(regs, wire);
}

u64 arch_writable_regs(enum syscall_table table)
{
	if (table == SYSCALL_COMPAT)
		return GENMASK_ULL(PORTAL_REG_ARM_CPSR, PORTAL_REG_ARM_R0);
	return GENMASK_ULL(PORTAL_REG_ARM64_PSTATE, PORTAL_REG_ARM64_X0);
}

static void set_native_reg(struct pt_regs *regs, unsigned int reg, u64 value)
{
	if (reg == PORTAL_REG_ARM64_SP)
		regs->sp = value;
	else if (reg == PORTAL_REG_ARM64_PC)
		regs->pc = value;
	else if (reg == PORTAL_REG_ARM64_PSTATE)
		regs->pstate = (regs->pstate & ~USER_FLAGS) | (value & USER_FLAGS);
	else
		regs->regs[reg] = value;
}

static void set_compat_reg(struct pt_regs *regs, unsigned int reg, u32 value)
{
	if (reg == PORTAL_REG_ARM_PC)
		regs->pc = value;
	else if (reg == PORTAL_REG_ARM_CPSR)
		regs->pstate = (regs->pstate & ~COMPAT_USER_FLAGS) | (value & COMPAT_USER_FLAGS);
	else
		regs->regs[reg] = value;
}

void arch_set_reg(struct pt_regs *regs, unsigned int reg, u64 value)
{
	if (compat_user_mode(regs))
		set_compat_reg(regs, reg, value);
	else
		set_native_reg(regs, reg, value);
}
