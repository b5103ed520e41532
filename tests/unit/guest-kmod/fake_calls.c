/* SPDX-License-Identifier: MIT */
#include "fake_calls.h"

#include <stdio.h>

#include <linux/sched.h>

#include "base/identity.h"
#include "redirect/redirect.h"
#include "syscalls/table.h"

struct fake_calls fake_calls;

void fake_calls_reset(void)
{
	fake_calls = (struct fake_calls){ .nr_redirected = fake_calls.nr_redirected };
}

/* the name of the task that makes a call; the rest of its identity is fake_task's */
void identity_comm(u8 *comm)
{
	memcpy(comm, current->comm, PORTAL_COMM_SIZE);
}

/* ---- redirect ---- */

void redirect_open(redirect_fn *wrapper)
{
	(void)wrapper;
}

void redirect_close(void)
{
	fake_calls.nr_redirected = 0;
}

int redirect_get(const unsigned long *functions, unsigned int nr_functions,
		 unsigned long *ret_refused)
{
	*ret_refused = fake_calls.redirect_err ? functions[0] : 0;
	if (!fake_calls.redirect_err)
		fake_calls.nr_redirected += nr_functions;
	return fake_calls.redirect_err;
}

void redirect_put(const unsigned long *functions, unsigned int nr_functions)
{
	(void)functions;
	fake_calls.nr_redirected -= nr_functions;
}

void redirect_enter(void)
{
	fake_calls.nr_references++;
}

bool redirect_try_enter(void)
{
	fake_calls.nr_references += !fake_calls.is_unloading;
	return !fake_calls.is_unloading;
}

void redirect_leave(void)
{
	fake_calls.nr_references--;
}

/* ---- signals ---- */

bool signal_open(const struct signal_ops *ops)
{
	fake_calls.signals = fake_calls.no_signals ? NULL : ops;
	return fake_calls.signals;
}

void signal_close(void)
{
	fake_calls.signals = NULL;
}

/* ---- tables ---- */

int syscall_table_init(void)
{
	return 0;
}

u32 syscall_table_abi(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? FAKE_COMPAT_ABI : FAKE_NATIVE_ABI;
}

int syscall_table_of_abi(u64 abi)
{
	if (abi == FAKE_NATIVE_ABI)
		return SYSCALL_NATIVE;
	return abi == FAKE_COMPAT_ABI ? SYSCALL_COMPAT : -EINVAL;
}

unsigned int syscall_table_len(enum syscall_table table)
{
	(void)table;
	return FAKE_NR_CALLS;
}

const char *syscall_table_name(enum syscall_table table, u32 nr)
{
	static char names[FAKE_NR_CALLS][sizeof("call99")];

	(void)table;
	snprintf(names[nr], sizeof(names[nr]), "call%u", nr);
	return names[nr];
}

/* tells the number that syscall_table_function() gave the function */
u64 syscall_table_call(unsigned long function)
{
	return function;
}

unsigned long syscall_table_function(enum syscall_table table, u32 nr)
{
	return nr >= FAKE_NR_CALLS || nr == FAKE_NR_ABSENT ? 0 : 1000 * (table + 1) + nr;
}

/* ---- registers: arguments are the first six; 32 is the program counter ---- */

bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr)
{
	*ret_table = regs->is_compat ? SYSCALL_COMPAT : SYSCALL_NATIVE;
	*ret_nr = regs->nr;
	return true;
}

bool arch_never_returns(enum syscall_table table, u32 nr)
{
	(void)table;
	return nr == FAKE_NR_EXIT;
}

bool arch_is_sigreturn(enum syscall_table table, u32 nr)
{
	(void)table;
	return nr == FAKE_NR_SIGRETURN;
}

bool arch_is_exec(enum syscall_table table, u32 nr)
{
	(void)table;
	return nr == FAKE_NR_EXEC;
}

u32 arch_restart_nr(enum syscall_table table)
{
	(void)table;
	return FAKE_NR_RESTART;
}

void arch_end_restart(enum syscall_table table, struct pt_regs *regs)
{
	(void)table;
	(void)regs;
	fake_calls.nr_moved++;
}

void arch_set_ret(enum syscall_table table, struct pt_regs *regs, long ret)
{
	(void)table;
	(void)regs;
	fake_calls.ret = ret;
}

u32 arch_long_bytes(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? 4 : 8;
}

void arch_get_args(enum syscall_table table, const struct pt_regs *regs, u64 *args)
{
	(void)table;
	for (u32 i = 0; i < ARCH_NR_ARGS; i++)
		args[i] = regs->reg[i];
}

void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value)
{
	(void)table;
	regs->reg[n] = value;
}

long arch_call(unsigned long function, const struct pt_regs *regs)
{
	(void)function;
	fake_calls.nr_runs++;
	return fake_calls.run ? fake_calls.run(regs) : 0;
}

u64 arch_pc(const struct pt_regs *regs)
{
	return regs->reg[32];
}

u32 arch_paging(void)
{
	return 12 | 48 << PORTAL_PAGING_VA_BITS_SHIFT;
}

bool arch_has_layout(const struct pt_regs *regs, u64 abi)
{
	return abi == (regs->is_compat ? FAKE_COMPAT_ABI : FAKE_NATIVE_ABI);
}

void arch_get_regs(const struct pt_regs *regs, __le64 *wire)
{
	for (u32 i = 0; i < PORTAL_NR_REGS; i++)
		wire[i] = i < ARRAY_SIZE(regs->reg) ? cpu_to_le64(regs->reg[i]) : 0;
}

u64 arch_writable_regs(enum syscall_table table)
{
	return (1ULL << (table == SYSCALL_COMPAT ? 17 : 34)) - 1;
}

void arch_set_reg(struct pt_regs *regs, unsigned int reg, u64 value)
{
	regs->reg[reg] = value;
}
