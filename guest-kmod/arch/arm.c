// SPDX-License-Identifier: GPL-2.0-only
/*
 * A 32-bit kernel has one table, of its own ABI. Its system call functions take the arguments
 * directly, not a struct pt_regs.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

#include "arch/arch.h"

#ifdef CONFIG_OABI_COMPAT
#error "CONFIG_OABI_COMPAT is not supported: calls of the old ABI pass arguments differently"
#endif

/* The bits of the CPSR that user mode can change. */
#define USER_FLAGS (APSR_MASK | PSR_IT_MASK | PSR_T_BIT)

/* size of struct statfs64 as programs have it, and without the padding at its end */
#define STATFS64_PADDED 88
#define STATFS64_PACKED 84

typedef long call_fn(unsigned long, unsigned long, unsigned long, unsigned long, unsigned long,
		     unsigned long);
typedef long regs_fn(struct pt_regs *regs);

static u32 call_nr(void)
{
	return syscall_get_nr(current, task_pt_regs(current));
}

bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr)
{
	*ret_table = SYSCALL_NATIVE;
	*ret_nr = call_nr();
	return true;
}

bool arch_never_returns(enum syscall_table table, u32 nr)
{
	return nr == __NR_exit || nr == __NR_exit_group;
}

bool arch_is_sigreturn(enum syscall_table table, u32 nr)
{
	return nr == __NR_sigreturn || nr == __NR_rt_sigreturn;
}

bool arch_is_exec(enum syscall_table table, u32 nr)
{
	return nr == __NR_execve || nr == __NR_execveat;
}

u32 arch_restart_nr(enum syscall_table table)
{
	return __NR_restart_syscall;
}

/*
 * Before get_signal() the kernel has set the pc back to the instruction that makes the call. If it
 * is not there afterwards, the kernel leaves pc and result as they are.
 */
void arch_end_restart(enum syscall_table table, struct pt_regs *regs)
{
	regs->ARM_pc += thumb_mode(regs) ? 2 : 4;
}

void arch_set_ret(enum syscall_table table, struct pt_regs *regs, long ret)
{
	regs->ARM_r0 = ret;
}

u32 arch_long_bytes(enum syscall_table table)
{
	return 4;
}

void arch_get_args(enum syscall_table table, const struct pt_regs *regs, u64 *args)
{
	unsigned int i;

	for (i = 0; i < ARCH_NR_ARGS; i++)
		args[i] = regs->uregs[i];
}

void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value)
{
	regs->uregs[n] = lower_32_bits(value);
}

/* The kernel's entry code changes the size for these functions in the same way. */
static unsigned long second_arg(const struct pt_regs *regs, u32 nr)
{
	bool is_statfs = nr == __NR_statfs64 || nr == __NR_fstatfs64;

	return is_statfs && regs->ARM_r1 == STATFS64_PADDED ? STATFS64_PACKED : regs->ARM_r1;
}

long arch_call(unsigned long function, const struct pt_regs *regs)
{
	u32 nr = call_nr();

	if (arch_is_sigreturn(SYSCALL_NATIVE, nr))
		return ((regs_fn *)function)(task_pt_regs(current));
	return ((call_fn *)function)(regs->ARM_r0, second_arg(regs, nr), regs->ARM_r2, regs->ARM_r3,
				     regs->ARM_r4, regs->ARM_r5);
}

/* The host reads neither format of 32-bit Arm, with or without LPAE. */
u32 arch_paging(void)
{
	return 0;
}

u64 arch_pc(const struct pt_regs *regs)
{
	return regs->ARM_pc;
}

bool arch_has_layout(const struct pt_regs *regs, u64 abi)
{
	return abi == PORTAL_ABI_ARM;
}

void arch_get_regs(const struct pt_regs *regs, __le64 *wire)
{
	unsigned int i;

	memset(wire, 0, PORTAL_NR_REGS * sizeof(*wire));
	for (i = PORTAL_REG_ARM_R0; i <= PORTAL_REG_ARM_CPSR; i++)
		wire[i] = cpu_to_le64(regs->uregs[i]);
}

u64 arch_writable_regs(enum syscall_table table)
{
	return GENMASK_ULL(PORTAL_REG_ARM_CPSR, PORTAL_REG_ARM_R0);
}

static unsigned long harmless_value(const struct pt_regs *regs, unsigned int reg, u32 value)
{
	if (reg == PORTAL_REG_ARM_CPSR)
		return (regs->ARM_cpsr & ~USER_FLAGS) | (value & USER_FLAGS);
	return value;
}

void arch_set_reg(struct pt_regs *regs, unsigned int reg, u64 value)
{
	regs->uregs[reg] = harmless_value(regs, reg, value);
}
