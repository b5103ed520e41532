/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirection: sends calls of selected system call functions to a wrapper, by ftrace or by the
 * kernel's system call tables. It counts the users of each function: the first redirects it, the
 * last ends that, and all other functions and entries are unchanged. It knows addresses and
 * numbers, not the names of system calls.
 *
 * Every redirected call takes a reference on the module before it enters the wrapper;
 * redirect_leave() drops it.
 */
#ifndef GUEST_REDIRECT_H
#define GUEST_REDIRECT_H

#include <linux/types.h>

#include "compat/kallsyms.h"

struct pt_regs;

/**
 * typedef redirect_fn - wrapper that runs instead of a redirected function
 * @regs: the task's user registers, with the function's arguments
 * @function: address of the function that was called
 */
typedef long redirect_fn(const struct pt_regs *regs, unsigned long function);

/**
 * struct redirect_calls - what a system call table of the kernel holds
 * @entries: by number, what the kernel's entry code calls; 0 if that is not known
 * @functions: by number, the function of the call: the same, or what the entry branches to
 * @len: numbers, 0 .. SYSCALL_MAX_NR
 */
struct redirect_calls {
	const unsigned long *entries;
	const unsigned long *functions;
	unsigned int len;
};

/**
 * redirect_bind() - learn what the kernel's system call tables hold
 * @calls: by SYSCALL_*; the arrays stay, and so does what they hold
 * @lookup: finds the kernel's symbols
 *
 * Context: may sleep; before anything else, and again before each redirect_open().
 * Return: 0; -ENXIO: redirection needs the kernel's tables, and they are not found.
 */
int __must_check redirect_bind(const struct redirect_calls *calls, compat_lookup_fn *lookup);

/**
 * redirect_open() - allow redirections
 * @wrapper: receives the calls; it may sleep
 *
 * Context: once before redirect_close().
 */
void redirect_open(redirect_fn *wrapper);

/**
 * redirect_close() - end all redirections at once and allow no more
 *
 * No call enters the wrapper after this; tasks may still be in it.
 *
 * Context: may sleep, for up to a second.
 */
void redirect_close(void);

/**
 * redirect_is_possible() - check whether a function can be redirected
 * @function: its address; 0 cannot be redirected
 *
 * Context: may sleep.
 */
bool redirect_is_possible(unsigned long function);

/**
 * redirect_get() - redirect functions; on an error, none of them
 * @functions: their addresses; duplicates are allowed
 * @nr_functions: at least 1
 * @ret_refused: set on -ENOSYS and -EBUSY: the function that cannot be redirected, 0 if that is not
 *	known
 *
 * Context: may sleep; serialized by a lock of the callers.
 * Return: 0; -ENOSYS: one of them cannot be redirected; -EBUSY: one of them is redirected by
 * something else; -ENOMEM; -ENODEV: closed, or ftrace is disabled.
 */
int __must_check redirect_get(const unsigned long *functions, unsigned int nr_functions,
			      unsigned long *ret_refused);

/**
 * redirect_put() - undo redirect_get()
 * @functions: the addresses that were passed to redirect_get()
 * @nr_functions: their number
 *
 * Context: may sleep; serialized by a lock of the callers.
 */
void redirect_put(const unsigned long *functions, unsigned int nr_functions);

/**
 * redirect_enter() - take the reference again that redirect_leave() has dropped
 */
void redirect_enter(void);

/**
 * redirect_try_enter() - take a reference on the module for a task that has none
 *
 * Context: any.
 * Return: false: the module is being unloaded.
 */
bool __must_check redirect_try_enter(void);

/**
 * redirect_leave() - drop this call's reference on the module
 *
 * After this the task leaves the module's text without sleeping; redirect_drain() waits for that.
 */
void redirect_leave(void);

/**
 * redirect_drain() - wait until tasks after redirect_leave() have left the module's text
 *
 * Context: may sleep; when the module is unloaded, after redirect_close(); redirect_open() must not
 * follow.
 */
void redirect_drain(void);

#endif /* GUEST_REDIRECT_H */
