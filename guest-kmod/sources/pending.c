// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "sources/pending.h"

#define NR_BUCKETS 64

/* A task_struct is larger than this, and most of them begin at a multiple of it. */
#define TASK_ALIGN_SHIFT 7

/* Never held for long, and also taken where a spinlock must not sleep. */
static raw_spinlock_t lock = __RAW_SPIN_LOCK_UNLOCKED(lock);
static struct hlist_head buckets[NR_BUCKETS];
/* read without the lock: a task always sees its own */
static unsigned int nr_pending;
static bool is_open;

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &buckets[((unsigned long)task >> TASK_ALIGN_SHIFT) % NR_BUCKETS];
}

static struct pending *find(void)
{
	struct pending *pending;

	hlist_for_each_entry(pending, bucket_of(current), node)
		if (pending->task == current)
			return pending;
	return NULL;
}

static void take(struct pending *pending)
{
	hlist_del(&pending->node);
	WRITE_ONCE(nr_pending, nr_pending - 1);
}

void pending_open(void)
{
	raw_spin_lock(&lock);
	is_open = true;
	raw_spin_unlock(&lock);
}

bool pending_add(struct pending *pending, enum pending_state state)
{
	bool added;

	kfree(pending_take(BIT(PENDING_RESTARTS)));
	pending->task = current;
	pending->state = state;
	raw_spin_lock(&lock);
	added = is_open;
	if (added) {
		hlist_add_head(&pending->node, bucket_of(current));
		WRITE_ONCE(nr_pending, nr_pending + 1);
	}
	raw_spin_unlock(&lock);
	return added;
}

bool pending_enter_signal(void)
{
	struct pending *pending;
	bool entered;

	if (!READ_ONCE(nr_pending))
		return false;
	raw_spin_lock(&lock);
	pending = find();
	entered = pending && pending->state == PENDING_RETURNS;
	if (entered)
		pending->state = PENDING_IN_SIGNAL;
	raw_spin_unlock(&lock);
	return entered;
}

struct pending *pending_take(unsigned int states)
{
	struct pending *pending;

	if (!READ_ONCE(nr_pending))
		return NULL;
	raw_spin_lock(&lock);
	pending = find();
	if (pending && !(states & BIT(pending->state)))
		pending = NULL;
	if (pending)
		take(pending);
	raw_spin_unlock(&lock);
	return pending;
}

/* Return: one whose task is not in get_signal(); NULL: there are no more. */
static struct pending *take_any(void)
{
	struct pending *pending, *found = NULL;
	unsigned int i;

	raw_spin_lock(&lock);
	is_open = false;
	for (i = 0; i < NR_BUCKETS && !found; i++)
		hlist_for_each_entry(pending, &buckets[i], node)
			if (pending->state != PENDING_IN_SIGNAL)
				found = pending;
	if (found)
		take(found);
	raw_spin_unlock(&lock);
	return found;
}

unsigned int pending_close(void)
{
	struct pending *pending;
	unsigned int nr = 0;

	while ((pending = take_any())) {
		nr += pending->state == PENDING_RETURNS;
		kfree(pending);
	}
	return nr;
}
