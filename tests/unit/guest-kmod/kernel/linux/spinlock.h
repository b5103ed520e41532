/* SPDX-License-Identifier: MIT */
/* Spinlocks, counted. */
#ifndef FAKE_LINUX_SPINLOCK_H
#define FAKE_LINUX_SPINLOCK_H

#include "fake_kernel.h"

typedef struct fake_lock spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name)        \
	{                                 \
		PTHREAD_MUTEX_INITIALIZER \
	}
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

#define spin_lock(lock)	  fake_kernel_lock(lock)
#define spin_unlock(lock) fake_kernel_unlock(lock)

typedef struct fake_lock raw_spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name) __SPIN_LOCK_UNLOCKED(name)
#define raw_spin_lock(lock)	       fake_kernel_lock(lock)
#define raw_spin_unlock(lock)	       fake_kernel_unlock(lock)

#endif
