/* SPDX-License-Identifier: MIT */
/*
 * SRCU of scheduled tasks. What is freed is freed as soon as it may be: when the last of the
 * readers has left that were there at call_srcu(). Readers that came later do not count.
 */
#ifndef INTERLEAVE_LINUX_SRCU_H
#define INTERLEAVE_LINUX_SRCU_H

#include <stdbool.h>
#include <stddef.h>

#include "schedule.h"

#define SRCU_MAX_READERS 8

#define callback_head rcu_head

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *rcu);
	unsigned int readers;
};

/* @readers: bits of the readers that are there */
struct srcu_struct {
	unsigned int readers;
	struct rcu_head *waiting;
};

/* what accesses of readers and writers that are not links of a list are in conflict about */
extern char srcu_point;

#define DEFINE_STATIC_SRCU(name)  static struct srcu_struct name
#define srcu_read_lock_held(srcu) ((srcu)->readers != 0)

static inline void srcu_leave(struct srcu_struct *srcu, unsigned int reader)
{
	struct rcu_head **at = &srcu->waiting, *rcu;

	while ((rcu = *at)) {
		rcu->readers &= ~reader;
		if (rcu->readers) {
			at = &rcu->next;
			continue;
		}
		*at = rcu->next;
		rcu->func(rcu);
	}
}

static inline int srcu_read_lock(struct srcu_struct *srcu)
{
	int idx = 0;

	schedule_step(false, &srcu_point, NULL, NULL, NULL);
	while (srcu->readers & 1u << idx)
		idx++;
	if (idx >= SRCU_MAX_READERS)
		__builtin_trap();
	srcu->readers |= 1u << idx;
	return idx;
}

static inline void srcu_read_unlock(struct srcu_struct *srcu, int idx)
{
	srcu->readers &= ~(1u << idx);
	srcu_leave(srcu, 1u << idx);
}

static inline void call_srcu(struct srcu_struct *srcu, struct rcu_head *rcu,
			     void (*func)(struct rcu_head *rcu))
{
	rcu->func = func;
	rcu->readers = srcu->readers;
	rcu->next = srcu->waiting;
	srcu->waiting = rcu;
	srcu_leave(srcu, 0);
}

static inline void srcu_barrier(struct srcu_struct *srcu)
{
	srcu_leave(srcu, ~0u);
}

#endif
