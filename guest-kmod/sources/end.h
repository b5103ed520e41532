/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a hooked call: by its result, by the task's death, or by what get_signal() decides for
 * a call that a signal has interrupted. It finds the return hooks, and does not know how
 * events reach them.
 */
#ifndef GUEST_END_H
#define GUEST_END_H

#include <linux/types.h>

struct hooked_call;

/**
 * end_open() - begin to see the ends of calls that signals interrupt
 *
 * Context: may sleep; before the first hook, once before end_close().
 */
void end_open(void);

/**
 * end_is_seen() - check whether that is possible in this kernel
 *
 * Context: after end_open(). If not, a call that a handled signal ends has no return event.
 */
bool end_is_seen(void);

/**
 * end_close() - see no more of them
 *
 * Context: may sleep; after hook_table_close().
 */
void end_close(void);

/**
 * end_call() - end a call, or keep it until it has an end
 * @call: the call, whose function has returned @ret or was not run
 *
 * Context: may sleep.
 */
void end_call(struct hooked_call *call);

/**
 * end_find_restarted() - find out which call restart_syscall continues
 * @call: with its table and number, which is changed: to hooks it is the same call, made again
 *
 * Context: at the entry of each hooked call.
 */
void end_find_restarted(struct hooked_call *call);

#endif /* GUEST_END_H */
