/* SPDX-License-Identifier: MIT */
/*
 * All interleavings of four tasks, with two events each, on a pool of three pages that cannot grow:
 * each task ends, whatever faults when. The tasks 0 to 2 may fault in each event, and only task 3
 * resolves these faults, after its own events; it may be the user of a userfaultfd or the server of
 * a file system.
 *
 * The steps are calls of the pool's own functions, so channel/pool.c is included. A step stands for
 * the code that its comment names, and is one step for the others: what happens within hot_take()
 * and hot_put() is test_pool.c's. Time is not modelled: a wait that is bounded may end at any time.
 *
 * The graph of the states is searched depth first. It must have no cycle, and its only states
 * without a successor must be those in which all tasks have ended: then every task ends in every
 * interleaving. The same search finds the deadlocks of what was done before: every event, those of
 * trace hooks too, took a page before its items were fetched, and waits were not bounded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

/* the pool with its static functions */
#include "channel/pool.c"

#include "arch/doorbell.h"
#include "fake_kernel.h"

#define NR_TASKS  4u
#define NR_PAGES  3u
#define NR_EVENTS 2u
#define RESOLVER  (NR_TASKS - 1)

/* CPU of each task; a CPU has one hot page */
#define CPU(task) ((task) % 2)
#define NR_CPUS	  2u

/* what a task does next, with the code that the step stands for */
enum place {
	AT_EVENT,	/* build_event(): fetches the items */
	AT_EVENT_FAULT, /* the same: in a page fault */
	AT_HOT,		/* pool_try(): hot_take() */
	AT_LIST,	/* pool_try(): list_try() */
	AT_GROW,	/* get_slowly(): pool_grow() */
	AT_WAIT,	/* wait_event_killable_timeout(): the task enters the queue */
	AT_WAIT_HOT,	/* its condition: hot_take() */
	AT_WAIT_LIST,	/* its condition: list_try() */
	AT_SLEEP,	/* asleep; a wake-up since AT_WAIT or the last AT_SLEEP ends it */
	AT_LATE_HOT,	/* the time is over: the condition once more */
	AT_LATE_LIST,
	AT_SESSION,	  /* session_run() */
	AT_SESSION_FAULT, /* an operation of the session is in a page fault */
	AT_PUT,		  /* pool_put(): hot_put() */
	AT_PUT_LIST,	  /* pool_put(): list_return() */
	AT_WAKE,	  /* pool_put(): wake_waiters() */
	AT_REPORT_HOT,	  /* missed_report(): pool_get_now(): hot_take() */
	AT_REPORT_LIST,	  /* the same: list_try() */
	AT_RESOLVE,	  /* task 3: the faults end */
	AT_END,
};

/* @woken: there was a wake-up while the task was in the queue; @reports: it reports a miss */
struct state_task {
	u8 place;
	u8 nr_done;
	bool woken;
	bool reports;
	struct pool_page *page;
};

/*
 * @fetches_first: items are fetched before a page is taken; @is_bounded: waits are;
 * @keeps_pages: events leave a page to reports; @has_no_faults: no task faults
 */
struct variant {
	const char *name;
	bool fetches_first;
	bool is_bounded;
	bool keeps_pages;
	bool has_no_faults;
};

static struct task_struct task[NR_TASKS];
static struct state_task at[NR_TASKS];
static bool is_resolved;
static const struct variant *variant;

bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	(void)gpa;
	(void)index;
	(void)kind;
	return false;
}

/* ---- a state as a number: pages are all alike, only their places count ---- */

static bool is_in_queue(const struct state_task *of)
{
	return of->place >= AT_WAIT_HOT && of->place <= AT_LATE_LIST;
}

static u64 state_save(void)
{
	unsigned int nr_pages = pool.nr_free;
	u64 state = 1;

	for (unsigned int i = 0; i < NR_TASKS; i++) {
		const bool woken = is_in_queue(&at[i]) && (at[i].woken || pool.wait.seq != 0);

		state = state << 5 | at[i].place;
		state = state << 2 | at[i].nr_done;
		state = state << 1 | woken;
		state = state << 1 | at[i].reports;
		state = state << 1 | (at[i].page != NULL);
		nr_pages += at[i].page != NULL;
	}
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		state = state << 1 | (pool_hot[cpu] != NULL);
		nr_pages += pool_hot[cpu] != NULL;
	}
	/* no page is lost or there twice */
	assert_int_equal(nr_pages, NR_PAGES);
	return state << 2 | (u64)pool.tight << 1 | is_resolved;
}

static u64 take_bits(u64 *state, unsigned int nr)
{
	u64 bits = *state & ((1ull << nr) - 1);

	*state >>= nr;
	return bits;
}

static void state_load(u64 state)
{
	unsigned int n = 0;

	is_resolved = take_bits(&state, 1);
	pool.tight = take_bits(&state, 1);
	for (unsigned int cpu = NR_CPUS; cpu-- > 0;)
		pool_hot[cpu] = take_bits(&state, 1) ? pool.page[n++] : NULL;
	pool.wait = (wait_queue_head_t){ .seq = 0 };
	for (unsigned int i = NR_TASKS; i-- > 0;) {
		at[i].page = take_bits(&state, 1) ? pool.page[n++] : NULL;
		at[i].reports = take_bits(&state, 1);
		at[i].woken = take_bits(&state, 1);
		at[i].nr_done = (u8)take_bits(&state, 2);
		at[i].place = (u8)take_bits(&state, 5);
		pool.wait.nr_waiting += is_in_queue(&at[i]);
	}
	INIT_LIST_HEAD(&pool.free);
	pool.nr_free = 0;
	while (n < NR_PAGES)
		list_put(pool.page[n++]);
}

/* ---- steps ---- */

static enum pool_use use_of(const struct state_task *of)
{
	return of->reports || !variant->keeps_pages ? POOL_REPORT : POOL_EVENT;
}

/* Return: true with a page. */
static bool try_hot(struct state_task *of)
{
	of->page = hot_take();
	return of->page != NULL;
}

static bool try_list(struct state_task *of)
{
	int err = list_try(use_of(of), &of->page);

	assert_true(err == 0 || err == -EAGAIN);
	return err == 0;
}

static void next_event(unsigned int i)
{
	at[i].reports = false;
	at[i].nr_done++;
	if (at[i].nr_done < NR_EVENTS)
		at[i].place = variant->fetches_first ? AT_EVENT : AT_HOT;
	else
		at[i].place = i == RESOLVER ? AT_RESOLVE : AT_END;
}

/* The task has a page now. */
static void with_page(struct state_task *of)
{
	of->place = variant->fetches_first ? AT_SESSION : AT_EVENT;
}

/* The items are there. */
static void fetched(struct state_task *of)
{
	of->place = variant->fetches_first ? AT_HOT : AT_SESSION;
}

/*
 * Makes a step of task @i. Where it may fault, and where time may be over, @other is that case.
 * Return: false: the task cannot make this step.
 */
static bool step(unsigned int i, bool other)
{
	struct state_task *of = &at[i];
	bool may_fault = i != RESOLVER && !is_resolved && !of->reports && !variant->has_no_faults;

	fake_current = &task[i];
	if (other) {
		switch (of->place) {
		case AT_EVENT:
			of->place = AT_EVENT_FAULT;
			return may_fault;
		case AT_SESSION:
			of->place = AT_SESSION_FAULT;
			return may_fault;
		case AT_SLEEP:
			of->place = AT_LATE_HOT;
			return variant->is_bounded;
		default:
			return false;
		}
	}
	switch (of->place) {
	case AT_EVENT:
		fetched(of);
		return true;
	case AT_EVENT_FAULT:
		fetched(of);
		return is_resolved;
	case AT_HOT:
		of->place = AT_LIST;
		if (try_hot(of))
			with_page(of);
		return true;
	case AT_LIST:
		of->place = AT_GROW;
		if (try_list(of))
			with_page(of);
		return true;
	case AT_GROW:
		assert_int_equal(pool_grow(), -ENOSPC);
		of->place = AT_WAIT;
		return true;
	case AT_WAIT:
		of->woken = false;
		of->place = AT_WAIT_HOT;
		return true;
	case AT_WAIT_HOT:
		of->place = AT_WAIT_LIST;
		if (try_hot(of))
			with_page(of);
		return true;
	case AT_WAIT_LIST:
		of->place = AT_SLEEP;
		if (try_list(of))
			with_page(of);
		return true;
	case AT_SLEEP:
		if (!of->woken)
			return false;
		of->woken = false;
		of->place = AT_WAIT_HOT;
		return true;
	case AT_LATE_HOT:
		of->place = AT_LATE_LIST;
		if (try_hot(of))
			with_page(of);
		return true;
	case AT_LATE_LIST:
		if (try_list(of)) {
			with_page(of);
		} else {
			of->reports = true;
			of->place = AT_REPORT_HOT;
		}
		return true;
	case AT_REPORT_HOT:
		of->place = try_hot(of) ? AT_SESSION : AT_REPORT_LIST;
		return true;
	case AT_REPORT_LIST:
		if (try_list(of))
			of->place = AT_SESSION;
		else
			next_event(i);
		return true;
	case AT_SESSION:
		of->place = AT_PUT;
		return true;
	case AT_SESSION_FAULT:
		of->place = AT_PUT;
		return is_resolved;
	case AT_PUT: {
		struct pool_page *page = of->page;

		if (hot_put(page)) {
			of->page = NULL;
			next_event(i);
		} else {
			of->place = AT_PUT_LIST;
		}
		return true;
	}
	case AT_PUT_LIST:
		list_return(of->page);
		of->page = NULL;
		of->place = AT_WAKE;
		return true;
	case AT_WAKE:
		wake_waiters();
		next_event(i);
		return true;
	case AT_RESOLVE:
		is_resolved = true;
		of->place = AT_END;
		return true;
	}
	return false;
}

/* ---- the search ---- */

enum colour { NEW, OPEN, DONE };

/* states that were seen, by open addressing; 0 is no state */
#define TABLE_SIZE (1u << 24)

static struct {
	u64 *states;
	u8 *colours;
	u64 nr_states, nr_steps, nr_ends, nr_stuck;
	bool has_cycle;
	u64 first_stuck;
} search;

static u32 find(u64 state)
{
	u64 hash = state * 0x9e3779b97f4a7c15ull;
	u32 slot = (u32)(hash >> 40) % TABLE_SIZE;

	while (search.states[slot] && search.states[slot] != state)
		slot = (slot + 1) % TABLE_SIZE;
	if (!search.states[slot]) {
		assert_true(++search.nr_states < TABLE_SIZE / 2);
		search.states[slot] = state;
	}
	return slot;
}

static bool all_ended(void)
{
	for (unsigned int i = 0; i < NR_TASKS; i++)
		if (at[i].place != AT_END)
			return false;
	return true;
}

static void count_end(u64 state)
{
	state_load(state);
	if (all_ended()) {
		search.nr_ends++;
		return;
	}
	if (!search.nr_stuck++)
		search.first_stuck = state;
}

/* Each path is at most some hundred steps long. */
static void explore(u64 state)
{
	u32 slot = find(state);
	bool moved = false;

	if (search.colours[slot] != NEW) {
		search.has_cycle |= search.colours[slot] == OPEN;
		return;
	}
	search.colours[slot] = OPEN;
	for (unsigned int choice = 0; choice < 2 * NR_TASKS; choice++) {
		state_load(state);
		if (!step(choice / 2, choice % 2))
			continue;
		moved = true;
		search.nr_steps++;
		explore(state_save());
	}
	if (!moved)
		count_end(state);
	search.colours[slot] = DONE;
}

static void explore_all(const struct variant *of)
{
	variant = of;
	memset(&search, 0, sizeof(search));
	search.states = calloc(TABLE_SIZE, sizeof(*search.states));
	search.colours = calloc(TABLE_SIZE, sizeof(*search.colours));
	assert_true(search.states && search.colours);
	fake_kernel_reset();
	memset(at, 0, sizeof(at));
	is_resolved = false;
	for (unsigned int i = 0; i < NR_TASKS; i++) {
		task[i] = (struct task_struct){ .cpu = CPU(i) };
		at[i].place = of->fetches_first ? AT_EVENT : AT_HOT;
	}
	fake_current = &task[0];
	assert_int_equal(pool_create(NR_PAGES), 0);
	explore(state_save());
	printf("%s: %llu states, %llu steps, %llu ends, %llu deadlocks\n", of->name,
	       (unsigned long long)search.nr_states, (unsigned long long)search.nr_steps,
	       (unsigned long long)search.nr_ends, (unsigned long long)search.nr_stuck);
	free(search.states);
	free(search.colours);
}

/* All pages back into the list, so that pool_destroy() frees them. */
static int teardown(void **state)
{
	(void)state;
	memset(pool_hot, 0, sizeof(pool_hot));
	pool_destroy();
	return fake_kernel.nr_allocated != 0;
}

static void test_every_task_ends_in_every_interleaving(void **state)
{
	static const struct variant now = {
		.name = "now", .fetches_first = true, .is_bounded = true, .keeps_pages = true
	};

	(void)state;
	explore_all(&now);
	assert_int_equal(search.nr_stuck, 0);
	assert_false(search.has_cycle);
	assert_true(search.nr_ends > 0);
	assert_true(search.nr_states > 100000);
}

/*
 * The tasks that have not ended have the pages and are in faults, or wait for a page; so does the
 * one that would resolve the faults.
 */
static void assert_is_the_deadlock(void)
{
	assert_true(search.nr_stuck > 0);
	state_load(search.first_stuck);
	assert_int_equal(at[RESOLVER].place, AT_SLEEP);
	for (unsigned int i = 0; i < RESOLVER; i++) {
		if (at[i].page)
			assert_true(at[i].place == AT_EVENT_FAULT ||
				    at[i].place == AT_SESSION_FAULT);
		else
			assert_true(at[i].place == AT_SLEEP || at[i].place == AT_EVENT_FAULT ||
				    at[i].place == AT_END);
	}
}

static void test_page_before_the_items_and_unbounded_waits_deadlock(void **state)
{
	static const struct variant before = { .name = "before" };

	(void)state;
	explore_all(&before);
	assert_is_the_deadlock();
}

/* Items that are fetched first do not suffice: operations of a session may fault, too. */
static void test_unbounded_waits_deadlock(void **state)
{
	static const struct variant unbounded = { .name = "unbounded",
						  .fetches_first = true,
						  .keeps_pages = true };

	(void)state;
	explore_all(&unbounded);
	assert_is_the_deadlock();
}

/* The bound is not what wakes tasks: without faults each gets its page, however long it takes. */
static void test_no_wake_up_is_lost(void **state)
{
	static const struct variant no_faults = {
		.name = "no faults",
		.fetches_first = true,
		.keeps_pages = true,
		.has_no_faults = true,
	};

	(void)state;
	explore_all(&no_faults);
	assert_int_equal(search.nr_stuck, 0);
	assert_false(search.has_cycle);
	assert_true(search.nr_states > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_task_ends_in_every_interleaving, teardown),
		cmocka_unit_test_teardown(test_page_before_the_items_and_unbounded_waits_deadlock,
					  teardown),
		cmocka_unit_test_teardown(test_unbounded_waits_deadlock, teardown),
		cmocka_unit_test_teardown(test_no_wake_up_is_lost, teardown),
	};

	return cmocka_run_group_tests_name("guest-kmod/pool_deadlock", tests, NULL, NULL);
}
