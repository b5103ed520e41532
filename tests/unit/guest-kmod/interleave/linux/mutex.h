/* SPDX-License-Identifier: MIT */
/* Mutexes of scheduled tasks: to take one and to release it are steps. */
#ifndef INTERLEAVE_LINUX_MUTEX_H
#define INTERLEAVE_LINUX_MUTEX_H

#include "schedule.h"

struct mutex {
	bool is_locked;
};

#define DEFINE_MUTEX(name) struct mutex name

static inline void mutex_lock(struct mutex *mutex)
{
	schedule_wait(&mutex->is_locked, false);
	mutex->is_locked = true;
}

static inline void mutex_unlock(struct mutex *mutex)
{
	schedule_step(true, &mutex->is_locked, NULL, NULL, NULL);
	mutex->is_locked = false;
}

#endif
