/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/coro.h"

#define MAX_STEPS     400u
#define MAX_ADDRESSES 4u

/* what a step accesses; @flag: it can begin when *@flag == @value */
struct access {
	bool writes;
	const void *at[MAX_ADDRESSES];
	const bool *flag;
	bool value;
};

/**
 * struct task - a task
 * @coro: its stack; NULL: it has ended
 * @next: its next step
 */
struct task {
	struct coro *coro;
	struct access next;
	void (*run)(void);
};

/**
 * struct choice - a point in the order that is run; sets of tasks are masks
 * @ready: tasks whose next step can begin
 * @asleep: those of @ready whose step here leads only to orders that were run before
 * @task: the one that makes the step
 * @next: next step of each task
 */
struct choice {
	unsigned int ready;
	unsigned int asleep;
	unsigned int task;
	struct access next[SCHEDULE_MAX_TASKS];
};

static struct {
	const struct schedule *schedule;
	struct schedule_result result;
	struct coro_pool pool;
	struct task tasks[SCHEDULE_MAX_TASKS];
	struct task *running;
	struct choice path[MAX_STEPS];
	unsigned int nr_choices;
} search;

const char schedule_any;

/* ---- tasks ---- */

static void run_task(struct coro *coro, void *arg)
{
	struct task *task = arg;

	(void)coro;
	task->run();
}

static void yield(const struct access *next)
{
	struct task *task = search.running;

	if (!task)
		return;
	task->next = *next;
	search.running = NULL;
	coro_yield(task->coro);
	search.running = task;
}

static bool is_coarse(void)
{
	return search.running && search.schedule->coarse & 1u << (search.running - search.tasks);
}

void schedule_step(bool writes, const void *a, const void *b, const void *c, const void *d)
{
	if (writes || !is_coarse())
		yield(&(struct access){ .writes = writes, .at = { a, b, c, d } });
}

void schedule_sleep(void)
{
	if (is_coarse())
		yield(&(struct access){ .at = { &schedule_any } });
}

void schedule_wait(const bool *flag, bool value)
{
	assert(search.running || *flag == value);
	yield(&(struct access){ .writes = true, .at = { flag }, .flag = flag, .value = value });
}

static unsigned int ready_tasks(void)
{
	unsigned int ready = 0;

	for (unsigned int i = 0; i < search.schedule->nr; i++) {
		const struct task *task = &search.tasks[i];

		if (task->coro && (!task->next.flag || *task->next.flag == task->next.value))
			ready |= 1u << i;
	}
	return ready;
}

static void make_step(unsigned int i)
{
	struct task *task = &search.tasks[i];
	struct coro *coro = task->coro;

	search.schedule->enter(i);
	search.running = task;
	if (!coro_resume(coro)) {
		task->coro = NULL;
		search.running = NULL;
	}
	search.result.nr_steps++;
}

/* Up to the first step of each. */
static void start_tasks(void)
{
	for (unsigned int i = 0; i < search.schedule->nr; i++) {
		struct task *task = &search.tasks[i];

		*task = (struct task){ .run = search.schedule->run[i] };
		if (!task->run)
			continue;
		if (coro_take(&search.pool, run_task, task, &task->coro) < 0)
			abort();
		make_step(i);
	}
}

/* ---- conflicts ---- */

static bool are_in_conflict(const struct access *a, const struct access *b)
{
	if (!a->writes && !b->writes)
		return false;
	for (unsigned int i = 0; i < MAX_ADDRESSES; i++)
		for (unsigned int j = 0; j < MAX_ADDRESSES; j++)
			if (a->at[i] && a->at[i] == b->at[j])
				return true;
	return false;
}

/* Return: the tasks of @set whose next step is not in conflict with the one that is chosen. */
static unsigned int without_conflicts(const struct choice *choice, unsigned int set)
{
	for (unsigned int i = 0; i < search.schedule->nr; i++)
		if (set & 1u << i && are_in_conflict(&choice->next[i], &choice->next[choice->task]))
			set &= ~(1u << i);
	return set;
}

/* ---- the search ---- */

static unsigned int lowest(unsigned int set)
{
	return (unsigned int)__builtin_ctz(set);
}

static void add_choice(unsigned int ready, unsigned int asleep)
{
	struct choice *choice = &search.path[search.nr_choices++];

	choice->ready = ready;
	choice->asleep = asleep;
	choice->task = lowest(ready & ~asleep);
	for (unsigned int i = 0; i < search.schedule->nr; i++)
		choice->next[i] = search.tasks[i].next;
}

/* Return: the tasks that sleep after the step of the last choice. */
static unsigned int asleep_after(unsigned int depth)
{
	const struct choice *last;

	if (depth == 0)
		return 0;
	last = &search.path[depth - 1];
	return without_conflicts(last, last->asleep);
}

/* Runs one order: what the path says, then what comes first. */
static void run_order(void)
{
	unsigned int ready, asleep, depth;
	bool is_redundant = false;

	search.schedule->begin();
	start_tasks();
	for (depth = 0; (ready = ready_tasks()); depth++) {
		assert(depth < MAX_STEPS);
		if (depth == search.nr_choices && !is_redundant) {
			asleep = asleep_after(depth) & ready;
			is_redundant = asleep == ready;
			if (!is_redundant)
				add_choice(ready, asleep);
		}
		if (depth < search.nr_choices)
			assert(search.path[depth].ready == ready);
		make_step(is_redundant && depth >= search.nr_choices ? lowest(ready)
								     : search.path[depth].task);
	}
	for (unsigned int i = 0; i < search.schedule->nr; i++)
		if (search.tasks[i].coro) {
			search.result.nr_stuck++;
			return;
		}
	search.schedule->end();
	search.result.nr_orders++;
	search.result.nr_redundant += is_redundant;
	if (depth > search.result.longest)
		search.result.longest = depth;
}

/* Changes the last choice that has another task. Return: false: there is none. */
static bool next_order(void)
{
	while (search.nr_choices > 0) {
		struct choice *last = &search.path[search.nr_choices - 1];

		last->asleep |= 1u << last->task;
		if (last->ready & ~last->asleep) {
			last->task = lowest(last->ready & ~last->asleep);
			return true;
		}
		search.nr_choices--;
	}
	return false;
}

/* Tasks that are stuck have locks and sessions, so the search ends there. */
void schedule_all(const struct schedule *schedule, struct schedule_result *ret_result)
{
	memset(&search, 0, sizeof(search));
	search.schedule = schedule;
	coro_pool_init(&search.pool);
	do
		run_order();
	while (!search.result.nr_stuck && next_order());
	coro_pool_done(&search.pool);
	*ret_result = search.result;
}
