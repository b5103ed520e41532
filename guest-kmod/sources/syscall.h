/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System call hooks: what happens in a redirected call. It asks the table which hooks match, tells
 * the host about the call before and after it, and carries out what the host decides.
 */
#ifndef GUEST_SYSCALL_HOOK_H
#define GUEST_SYSCALL_HOOK_H

struct pt_regs;

/**
 * syscall_hook_wrapper() - stands in for every redirected system call function
 * @regs: the task's user registers
 * @function: the function that was called
 *
 * Context: process, as the function itself; may sleep and fault.
 * Return: the result for user space.
 */
long syscall_hook_wrapper(const struct pt_regs *regs, unsigned long function);

#endif /* GUEST_SYSCALL_HOOK_H */
