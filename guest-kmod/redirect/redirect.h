/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Redirection: sends calls of chosen kernel functions to one wrapper instead, by ftrace or kprobes.
 * Functions are counted: the first user redirects one, the last gives it back, and what nobody
 * asked for keeps the entry it had. It knows addresses; which calls they stand for is for others.
 *
 * Every redirected call holds a reference on the module, taken before it enters: what
 * redirect_leave() gives back.
 */
#ifndef GUEST_REDIRECT_H
#define GUEST_REDIRECT_H

#include <linux/types.h>

struct pt_regs;

/**
 * typedef redirect_fn - what a redirected function is called like
 * @regs: the task's user registers, in which the function's arguments are
 * @function: address of the function that was called
 */
typedef long redirect_fn(const struct pt_regs *regs, unsigned long function);

/**
 * redirect_open() - allow redirections
 * @wrapper: where to send the calls; it may sleep
 *
 * Context: once before redirect_close().
 */
void redirect_open(redirect_fn *wrapper);

/**
 * redirect_close() - give all functions back at once and allow no more
 *
 * No call enters the wrapper after this; tasks may still be inside.
 *
 * Context: may sleep, for up to a second.
 */
void redirect_close(void);

/**
 * redirect_is_possible() - can this function be redirected
 * @function: an address; 0 cannot
 *
 * Context: may sleep.
 */
bool redirect_is_possible(unsigned long function);

/**
 * redirect_get() - redirect functions; all of them or none
 * @functions: their addresses; the same one may be named more than once
 * @nr_functions: at least 1
 *
 * Context: may sleep; callers take turns by a lock of theirs.
 * Return: 0; -ENOSYS one of them cannot be redirected; -EBUSY something else redirects one of them,
 * which kprobes do not tell; -ENOMEM; -ENODEV closed, or ftrace is off.
 */
int __must_check redirect_get(const unsigned long *functions, unsigned int nr_functions);

/**
 * redirect_put() - undo redirect_get()
 * @functions: what was given there
 * @nr_functions: likewise
 *
 * Context: may sleep; callers take turns.
 */
void redirect_put(const unsigned long *functions, unsigned int nr_functions);

/**
 * redirect_enter() - take a reference again that redirect_leave() gave back
 */
void redirect_enter(void);

/**
 * redirect_leave() - let the module go as far as this task is concerned
 *
 * The task leaves the module's text after this without sleeping; redirect_drain() waits for that.
 */
void redirect_leave(void);

/**
 * redirect_drain() - wait for tasks after redirect_leave() until they are out of the module's text
 *
 * Context: may sleep; last, when the module is unloaded; never followed by another redirect_open().
 */
void redirect_drain(void);

#endif /* GUEST_REDIRECT_H */
