/* SPDX-License-Identifier: MIT */
/* Mutexes of tests with one thread: locking twice fails. */
#ifndef FAKE_LINUX_MUTEX_H
#define FAKE_LINUX_MUTEX_H

#include <stdlib.h>

struct mutex {
	int is_locked;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline void mutex_lock(struct mutex *mutex)
{
	if (mutex->is_locked)
		abort();
	mutex->is_locked = 1;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	mutex->is_locked = 0;
}

#endif
