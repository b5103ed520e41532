/* SPDX-License-Identifier: MIT */
/*
 * A mutual exclusion lock that costs one atomic exchange to take and one to release when nobody
 * waits: an event takes several locks for a few instructions each. All zeros is an unlocked lock.
 * It has no owner, is not recursive, and has no condition variables; where these are needed, a
 * pthread_mutex_t is the better choice.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdatomic.h>
#include <stdint.h>

/* @state: LOCK_* */
struct lock {
	_Atomic uint32_t state;
};

enum {
	LOCK_FREE = 0,
	LOCK_HELD,   /* nobody waits */
	LOCK_WAITED, /* a thread may wait */
};

/* for lock_take() and lock_release() only */
void lock_wait(struct lock *lock);
void lock_wake(struct lock *lock);

/** lock_take() - wait until the lock is free, and take it. */
static inline void lock_take(struct lock *lock)
{
	uint32_t found = LOCK_FREE;

	if (!atomic_compare_exchange_strong_explicit(&lock->state, &found, LOCK_HELD,
						     memory_order_acquire, memory_order_relaxed))
		lock_wait(lock);
}

/** lock_release() - release a lock that this thread has taken. */
static inline void lock_release(struct lock *lock)
{
	if (atomic_exchange_explicit(&lock->state, LOCK_FREE, memory_order_release) == LOCK_WAITED)
		lock_wake(lock);
}

#endif
