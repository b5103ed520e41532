/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What happens to a task between a system call's function and user mode: the kernel's
 * get_signal(), which says whether a signal handler is going to run, and the task's death. The part
 * that makes get_signal() continue here is signal_ftrace.c or, without ftrace, signal_kprobe.c.
 */
#ifndef GUEST_REDIRECT_SIGNAL_H
#define GUEST_REDIRECT_SIGNAL_H

#include <linux/types.h>

struct callback_head;
struct ksignal;

/**
 * struct signal_ops - functions that are called for it
 * @enters: the current task calls get_signal(). Does not sleep. Return: true: @leaves follows, or
 *	@dies; a reference on the module has been taken for that, which is dropped here
 * @leaves: get_signal() has returned. @runs: a signal handler is going to run, @restarts: with
 *	SA_RESTART. May sleep
 * @dies: the current task is exiting. Does not sleep. Return: to be passed to @died where that may
 *	sleep; NULL: nothing is
 * @died: what @dies has returned; may sleep. The reference of @enters is dropped behind it
 */
struct signal_ops {
	bool (*enters)(void);
	void (*leaves)(bool runs, bool restarts);
	struct callback_head *(*dies)(void);
	void (*died)(struct callback_head *work);
};

/**
 * signal_open() - begin to call the functions
 * @ops: stays
 *
 * Context: may sleep; once before signal_close().
 * Return: false: this kernel does not allow it, none of them is called.
 */
bool signal_open(const struct signal_ops *ops);

/**
 * signal_close() - end it; @leaves and @dies may still come for tasks that are in get_signal()
 *
 * Context: may sleep.
 */
void signal_close(void);

/**
 * signal_drain() - wait until none of the functions is called any more
 *
 * Context: may sleep; when the module is unloaded, after signal_close().
 */
void signal_drain(void);

/* ---- what signal_ftrace.c and signal_kprobe.c implement, and what they call ---- */

/**
 * signal_backend_add() - make get_signal() continue in signal_wrapper() when signal_is_wanted()
 * @function: address of get_signal()
 *
 * Return: 0; an error of ftrace or of kprobes.
 */
int __must_check signal_backend_add(unsigned long function);

/** signal_backend_remove() - undo it; no task enters signal_wrapper() after this */
void signal_backend_remove(void);

/** signal_backend_free() - free what signal_backend_add() keeps; it must not follow */
void signal_backend_free(void);

/** signal_is_wanted() - check whether the task's call of get_signal() is to be redirected */
bool signal_is_wanted(void);

/** signal_wrapper() - run instead of get_signal() */
bool signal_wrapper(struct ksignal *signal);

#endif /* GUEST_REDIRECT_SIGNAL_H */
