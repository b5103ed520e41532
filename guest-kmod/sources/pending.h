/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that a signal has interrupted, and whose end is decided on the task's way to user mode. A
 * task has at most one. It knows the tasks, not what the call is.
 */
#ifndef GUEST_PENDING_H
#define GUEST_PENDING_H

#include <linux/list.h>
#include <linux/types.h>

struct task_struct;

/* what the task does, and so what comes next for its call */
enum pending_state {
	PENDING_RETURNS,   /* it returns from the call's function: get_signal() */
	PENDING_IN_SIGNAL, /* it is in get_signal(): what that decides */
	PENDING_RESTARTS,  /* it continues the call by restart_syscall */
};

/**
 * struct pending - part of an interrupted call, which is allocated with kmalloc()
 * @node: link in the bucket of its task
 * @task: its task
 * @state: what the task does
 */
struct pending {
	struct hlist_node node;
	const struct task_struct *task;
	enum pending_state state;
};

/**
 * pending_open() - accept calls
 */
void pending_open(void);

/**
 * pending_add() - add a call of the current task
 * @pending: first member of what kfree() frees; a call that it had before is forgotten
 * @state: its state
 *
 * Return: false: closed, it is not added.
 */
bool pending_add(struct pending *pending, enum pending_state state);

/**
 * pending_enter_signal() - move the current task's call from PENDING_RETURNS to PENDING_IN_SIGNAL
 *
 * Context: any in which the task is the current one; does not sleep.
 * Return: false: it has none in that state.
 */
bool pending_enter_signal(void);

/**
 * pending_take() - remove the current task's call
 * @states: BIT() of the states to look for
 *
 * Context: as pending_enter_signal().
 * Return: the call, for the caller to free; NULL: it has none in one of the states.
 */
struct pending *pending_take(unsigned int states);

/**
 * pending_close() - accept no more calls, and forget those whose tasks are not in get_signal()
 *
 * Context: may sleep; when no task can get into pending_enter_signal() any more.
 * Return: how many were forgotten in the state PENDING_RETURNS.
 */
unsigned int pending_close(void);

#endif /* GUEST_PENDING_H */
