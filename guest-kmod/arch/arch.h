/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract of an architecture: all that has a register's name in it. <name>.c keeps it,
 * and Kbuild picks the file.
 */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <linux/types.h>

#include <portal/wire.h>

struct ftrace_regs;
struct pt_regs;

/* the two tables of a 64-bit kernel; PORTAL_ABI_* of each is said by syscall_table_abi() */
enum syscall_table {
	SYSCALL_NATIVE,
	SYSCALL_COMPAT,
	SYSCALL_NR_TABLES,
};

/**
 * arch_identify() - which call is this
 * @regs: what the wrapper was called with
 * @ret_table: its table
 * @ret_nr: its number there, any number
 *
 * Return: false for a call by an ABI that is not hooked.
 */
bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr);

/**
 * arch_never_returns() - does this call end the task
 * @table: SYSCALL_*
 * @nr: as arch_identify() has it, also of an ABI that is not hooked
 */
bool arch_never_returns(enum syscall_table table, u32 nr);

/**
 * arch_long_bytes() - size of a long of the tasks that use a table
 * @table: SYSCALL_*
 *
 * Return: 4 or 8.
 */
u32 arch_long_bytes(enum syscall_table table);

/**
 * arch_get_args() - the six arguments
 * @table: SYSCALL_*
 * @regs: registers at entry
 * @args: filled, zero-extended
 */
void arch_get_args(enum syscall_table table, const struct pt_regs *regs, u64 *args);

/**
 * arch_set_arg() - change an argument
 * @table: SYSCALL_*
 * @regs: the copy of the registers that the function is going to see
 * @n: 0 .. 5
 * @value: cut to the task's long
 */
void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value);

/**
 * arch_call() - call the function behind a system call, as the kernel's entry code does
 * @function: its address
 * @regs: where it finds its arguments: the task's own registers, or a changed copy
 *
 * Context: in the call that @function belongs to. The function's caller is in the module.
 * Return: the result of the function.
 */
long arch_call(unsigned long function, const struct pt_regs *regs);

/**
 * arch_pc() - the user program counter
 * @regs: user registers
 */
u64 arch_pc(const struct pt_regs *regs);

/**
 * arch_paging() - how the page tables of tasks are to be read
 *
 * Return: PORTAL_PAGING_*; 0: not as the host could.
 */
u32 arch_paging(void);

/**
 * arch_get_regs() - user registers as the wire has them
 * @regs: user registers
 * @wire: PORTAL_NR_REGS entries by the ABI of the task, unused ones become 0
 */
void arch_get_regs(const struct pt_regs *regs, __le64 *wire);

/**
 * arch_writable_regs() - which registers a verdict may set
 * @regs: user registers of the task in question
 *
 * Return: bit n = PORTAL_REG_* n.
 */
u64 arch_writable_regs(const struct pt_regs *regs);

/**
 * arch_set_regs() - set user registers
 * @regs: the current task's user registers
 * @mask: which, within arch_writable_regs() of @regs
 * @wire: PORTAL_NR_REGS values, made harmless where a value could hurt the kernel
 */
void arch_set_regs(struct pt_regs *regs, u64 mask, const __le64 *wire);

/**
 * arch_redirect_traced() - let the function that ftrace stopped go on in the wrapper
 * @fregs: what ftrace saved at its entry
 * @wrapper: address of a redirect_fn
 * @function: its second argument
 *
 * In <name>_ftrace.c.
 */
void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long wrapper, unsigned long function);

/**
 * arch_redirect_probed() - the same for a function that a kprobe stopped at its first instruction
 * @regs: kernel registers there
 * @wrapper: address of a redirect_fn
 * @function: its second argument
 *
 * In <name>_kprobe.c, where an architecture needs it.
 */
void arch_redirect_probed(struct pt_regs *regs, unsigned long wrapper, unsigned long function);

/**
 * arch_probed_caller() - where that function returns to
 * @regs: kernel registers at its first instruction
 */
unsigned long arch_probed_caller(const struct pt_regs *regs);

#endif /* GUEST_ARCH_H */
