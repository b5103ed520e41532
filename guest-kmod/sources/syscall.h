/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System call hooks: the wrapper of a redirected system call. It looks up the matching hooks in the
 * table, sends events to the host before and after the call, and applies the host's verdicts.
 */
#ifndef GUEST_SYSCALL_HOOK_H
#define GUEST_SYSCALL_HOOK_H

struct pt_regs;

/**
 * syscall_hook_wrapper() - run instead of a redirected system call function
 * @regs: the task's user registers
 * @function: address of the function that was called
 *
 * Context: process, as the function itself; may sleep and fault.
 * Return: the result for user space.
 */
long syscall_hook_wrapper(const struct pt_regs *regs, unsigned long function);

#endif /* GUEST_SYSCALL_HOOK_H */
