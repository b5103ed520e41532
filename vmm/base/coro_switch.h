/* SPDX-License-Identifier: MIT */
/*
 * The switch from one stack to another, in assembly: coro_switch_<architecture>.S. Unlike
 * swapcontext() it makes no system call, and unlike longjmp() it may go to another stack.
 */
#ifndef BASE_CORO_SWITCH_H
#define BASE_CORO_SWITCH_H

/**
 * coro_switch() - suspend this stack and continue another one
 * @ret_here: set to the stack pointer with which this stack is continued
 * @to: the other stack's, from coro_switch() or coro_switch_first()
 *
 * Registers that a function must preserve are kept on the stack. The signal mask and the
 * floating-point environment belong to the thread and are not changed.
 */
void coro_switch(void **ret_here, void *to);

/**
 * coro_switch_first() - prepare a stack that has not run yet
 * @top: the end of the stack, 16-byte aligned
 * @fn: runs on it when it is continued for the first time; must not return
 * @arg: passed to @fn
 *
 * Return: the stack pointer for coro_switch().
 */
void *coro_switch_first(void *top, void (*fn)(void *arg), void *arg);

#endif
