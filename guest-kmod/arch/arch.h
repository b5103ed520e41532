/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface to an architecture: all code that names a register. <name>.c implements it; Kbuild
 * selects the file.
 */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <linux/types.h>

#include <portal/wire.h>

struct ftrace_regs;
struct pt_regs;

/* arguments of a system call */
#define ARCH_NR_ARGS 6

/* the two tables of a 64-bit kernel; syscall_table_abi() maps each to its PORTAL_ABI_* */
enum syscall_table {
	SYSCALL_NATIVE,
	SYSCALL_COMPAT,
	SYSCALL_NR_TABLES,
};

/* upper bound for the numbers of a table; the build fails if a kernel has more */
#define SYSCALL_MAX_NR 512

/**
 * arch_identify() - get the table and number of a system call
 * @regs: first argument of the wrapper
 * @ret_table: its table
 * @ret_nr: its number in that table, any value
 *
 * Return: false if the call's ABI is not hooked.
 */
bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr);

/**
 * arch_never_returns() - check whether a system call ends the task
 * @table: SYSCALL_*
 * @nr: from arch_identify(), also if that returned false
 */
bool arch_never_returns(enum syscall_table table, u32 nr);

/**
 * arch_is_sigreturn() - check whether a system call returns to where a signal interrupted the task
 * @table: SYSCALL_*
 * @nr: from arch_identify()
 */
bool arch_is_sigreturn(enum syscall_table table, u32 nr);

/**
 * arch_is_exec() - check whether a system call may replace the program
 * @table: SYSCALL_*
 * @nr: from arch_identify()
 */
bool arch_is_exec(enum syscall_table table, u32 nr);

/**
 * arch_restart_nr() - get the number of restart_syscall, by which a call is continued
 * @table: SYSCALL_*
 *
 * Return: its number, under which arch_identify() finds it.
 */
u32 arch_restart_nr(enum syscall_table table);

/**
 * arch_end_restart() - let an interrupted call return, which the kernel would make again
 * @table: SYSCALL_*
 * @regs: the current task's user registers, in get_signal() or right after it
 *
 * The task continues behind the call. arch_set_ret() must follow.
 */
void arch_end_restart(enum syscall_table table, struct pt_regs *regs);

/**
 * arch_set_ret() - set the result of a call that does not return to the kernel's entry code
 * @table: SYSCALL_*
 * @regs: the current task's user registers
 * @ret: what the program gets
 */
void arch_set_ret(enum syscall_table table, struct pt_regs *regs, long ret);

/**
 * arch_long_bytes() - get the size of a long of the tasks that use a table
 * @table: SYSCALL_*
 *
 * Return: 4 or 8.
 */
u32 arch_long_bytes(enum syscall_table table);

/**
 * arch_get_args() - get the arguments
 * @table: SYSCALL_*
 * @regs: registers at entry
 * @args: ARCH_NR_ARGS entries, written; zero-extended
 */
void arch_get_args(enum syscall_table table, const struct pt_regs *regs, u64 *args);

/**
 * arch_set_arg() - change an argument
 * @table: SYSCALL_*
 * @regs: the copy of the registers that the function will get
 * @n: below ARCH_NR_ARGS
 * @value: new value, truncated to the task's long
 */
void arch_set_arg(enum syscall_table table, struct pt_regs *regs, unsigned int n, u64 value);

/**
 * arch_call() - call the function of a system call, as the kernel's entry code does
 * @function: its address
 * @regs: registers with the arguments: the task's own, or a changed copy
 *
 * A function that takes a struct pt_regs gets a copy of @regs, never the task's own: by that the
 * ftrace backend knows these calls.
 *
 * Context: in the system call that @function belongs to.
 * Return: the result of the function.
 */
long arch_call(unsigned long function, const struct pt_regs *regs);

/**
 * arch_pc() - get the user program counter
 * @regs: user registers
 */
u64 arch_pc(const struct pt_regs *regs);

/**
 * arch_paging() - get the format of the tasks' page tables
 *
 * Return: PORTAL_PAGING_*; 0 if the host does not support the format.
 */
u32 arch_paging(void);

/**
 * arch_has_layout() - check whether user registers have the layout of an ABI
 * @regs: user registers
 * @abi: PORTAL_ABI_*, any value
 *
 * An execve that turns a 64-bit task into a 32-bit one, or back, may change the layout.
 */
bool arch_has_layout(const struct pt_regs *regs, u64 abi);

/**
 * arch_get_regs() - convert user registers to the wire format
 * @regs: user registers
 * @wire: PORTAL_NR_REGS entries, written in the layout of the task's ABI; unused ones become 0
 */
void arch_get_regs(const struct pt_regs *regs, __le64 *wire);

/**
 * arch_writable_regs() - get the registers that a verdict may set
 * @table: SYSCALL_*: their layout is that of its ABI
 *
 * Return: bit n = PORTAL_REG_* n.
 */
u64 arch_writable_regs(enum syscall_table table);

/**
 * arch_set_reg() - set a user register
 * @regs: the current task's user registers
 * @reg: PORTAL_REG_* in their layout, one of arch_writable_regs()
 * @value: new value; bits that could harm the kernel are left as they are
 */
void arch_set_reg(struct pt_regs *regs, unsigned int reg, u64 value);

/**
 * arch_traced_regs() - get the first argument of a traced system call function
 * @fregs: registers that ftrace saved at the function's entry
 *
 * In <name>_ftrace.c.
 */
const struct pt_regs *arch_traced_regs(struct ftrace_regs *fregs);

/**
 * arch_redirect_traced() - continue a traced function in another one
 * @fregs: registers that ftrace saved at the function's entry
 * @target: address of the other function
 *
 * In <name>_ftrace.c.
 */
void arch_redirect_traced(struct ftrace_regs *fregs, unsigned long target);

/**
 * arch_table_symbol() - get the name of a system call table in the kernel
 * @table: SYSCALL_*, one that the kernel has
 *
 * In <name>_table.c, for architectures whose entry code uses tables.
 */
const char *arch_table_symbol(enum syscall_table table);

/**
 * arch_table_entry() - get what a redirected entry of a system call table holds
 * @nr: its number
 *
 * Return: address of code in <name>_entry.S that is entered as the function would be, and jumps to
 * where redirect_table_target() says, with the same registers and the same stack.
 */
unsigned long arch_table_entry(u32 nr);

#endif /* GUEST_ARCH_H */
