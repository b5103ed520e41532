/* SPDX-License-Identifier: MIT */
/* The slow paths: futex(2). The states are those of mutex2 in "Futexes Are Tricky" (Drepper). */
#include "base/lock.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The lock is taken as waited for, since other threads may wait as well. That may cost a wake-up of
 * nobody, and never loses one.
 */
void lock_wait(struct lock *lock)
{
	while (atomic_exchange_explicit(&lock->state, LOCK_WAITED, memory_order_acquire) !=
	       LOCK_FREE)
		syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, LOCK_WAITED, NULL, NULL, 0);
}

void lock_wake(struct lock *lock)
{
	syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
