/* SPDX-License-Identifier: MIT */
/*
 * Runs tasks in every order of their steps. A task is a function on a stack of its own; a step ends
 * where the function calls schedule_step() or schedule_wait(), which say what the next step
 * accesses. What a task does before the first one, it does in order of the tasks. Two steps of
 * different tasks are in conflict if both access an address and one of them writes there. Of the
 * orders that differ only by steps that are not in conflict, one is run, and some are run again
 * (sleep sets: P. Godefroid, Partial-Order Methods for the Verification of Concurrent Systems,
 * 1996, chapter 5). A task must do the same things whenever it sees the same.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#define SCHEDULE_MAX_TASKS 4u

/**
 * struct schedule - tasks to run
 * @begin: called before each order is run, not in a task; sets up what the tasks use
 * @enter: called before each step of task @task, not in a task
 * @end: called after all tasks have ended
 * @run: the tasks; NULL: there is none with this number
 * @nr: entries of @run, at most SCHEDULE_MAX_TASKS
 * @coarse: mask of tasks whose reads are no steps: their steps end where they write or sleep
 */
struct schedule {
	void (*begin)(void);
	void (*enter)(unsigned int task);
	void (*end)(void);
	void (*run[SCHEDULE_MAX_TASKS])(void);
	unsigned int nr;
	unsigned int coarse;
};

/* to be among the addresses of every write that coarse tasks may read */
extern const char schedule_any;

/**
 * struct schedule_result - what schedule_all() has done
 * @nr_orders: orders that were run
 * @nr_redundant: those of them that differ from another one only by steps that are not in conflict
 * @nr_steps: steps that were run
 * @nr_stuck: orders in which the tasks that have not ended all wait
 * @longest: steps of the longest order
 */
struct schedule_result {
	uint64_t nr_orders, nr_redundant, nr_steps, nr_stuck;
	unsigned int longest;
};

/** schedule_all() - run the tasks in every order. Not while it runs. */
void schedule_all(const struct schedule *schedule, struct schedule_result *ret_result);

/**
 * schedule_step() - end a step
 * @writes: the next step writes
 * @a: address that it accesses; NULL: none
 * @b, @c, @d: further addresses, or NULL
 *
 * Does nothing outside of a task.
 */
void schedule_step(bool writes, const void *a, const void *b, const void *c, const void *d);

/** schedule_sleep() - end a step of a coarse task; the next one may read anything */
void schedule_sleep(void);

/** schedule_wait() - end a step; the next one writes to @flag, and begins when *@flag == @value */
void schedule_wait(const bool *flag, bool value);

#endif
