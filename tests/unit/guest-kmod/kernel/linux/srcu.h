/* SPDX-License-Identifier: MIT */
/* SRCU of tests with one thread: what is freed is freed when the last reader has left. */
#ifndef FAKE_LINUX_SRCU_H
#define FAKE_LINUX_SRCU_H

#include <stddef.h>

/* in the kernel, too, these are one type */
#define callback_head rcu_head

struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *rcu);
};

struct srcu_struct {
	int nr_readers;
	struct rcu_head *waiting;
};

#define DEFINE_STATIC_SRCU(name)  static struct srcu_struct name
#define srcu_read_lock_held(srcu) ((srcu)->nr_readers > 0)

static inline void srcu_run(struct srcu_struct *srcu)
{
	struct rcu_head *rcu;

	while (srcu->nr_readers == 0 && srcu->waiting) {
		rcu = srcu->waiting;
		srcu->waiting = rcu->next;
		rcu->func(rcu);
	}
}

static inline int srcu_read_lock(struct srcu_struct *srcu)
{
	return srcu->nr_readers++;
}

static inline void srcu_read_unlock(struct srcu_struct *srcu, int idx)
{
	(void)idx;
	srcu->nr_readers--;
	srcu_run(srcu);
}

static inline void call_srcu(struct srcu_struct *srcu, struct rcu_head *rcu,
			     void (*func)(struct rcu_head *rcu))
{
	rcu->func = func;
	rcu->next = srcu->waiting;
	srcu->waiting = rcu;
	srcu_run(srcu);
}

static inline void srcu_barrier(struct srcu_struct *srcu)
{
	srcu_run(srcu);
}

#endif
