/* SPDX-License-Identifier: MIT */
/*
 * A kernel for the guest module's files that need locks, CPUs and memory: threads are its tasks,
 * each on the CPU it says it is on. The words of the kernel are in kernel/linux/, made from these.
 * It counts what costs, and knows nothing of who uses it.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define FAKE_NR_CPUS 4

/**
 * struct task_struct - a task
 * @cpu: where it runs, 0 .. FAKE_NR_CPUS - 1; changed by itself, not with preemption off
 * @killed: it does not wait killably; set by itself, or by fake_kernel_kill()
 */
struct task_struct {
	unsigned int cpu;
	atomic_bool killed;
};

/** struct fake_lock - a spinlock */
struct fake_lock {
	pthread_mutex_t mutex;
};

/**
 * struct fake_wait - a wait queue
 * @seq: wake-ups so far, under the kernel's lock
 * @nr_waiting: tasks in it
 */
struct fake_wait {
	unsigned int seq;
	atomic_uint nr_waiting;
};

/**
 * struct fake_kernel - counters and switches
 * @nr_locks: spinlocks taken; @nr_wakes: wake-ups; @nr_allocated: allocations that live
 * @nr_until_enomem: allocations until one fails; 0 = none does
 * @step: called before and after each exchange between CPUs, if set: what other CPUs do meanwhile
 */
struct fake_kernel {
	atomic_uint nr_locks;
	atomic_uint nr_wakes;
	atomic_uint nr_allocated;
	unsigned int nr_until_enomem;
	void (*step)(void);
};

extern struct fake_kernel fake_kernel;

/** fake_current - the task this thread is */
extern _Thread_local struct task_struct *fake_current;

/** fake_kernel_reset() - all counters 0, all switches off; what is allocated is forgotten */
void fake_kernel_reset(void);

/** fake_kernel_kill() - kill a task, and wake it when it waits killably */
void fake_kernel_kill(struct task_struct *task);

/** fake_kernel_await_asleep() - return once just @nr tasks are asleep in wait queues */
void fake_kernel_await_asleep(unsigned int nr);

/* ---- what kernel/linux/ is made from ---- */

static inline void fake_kernel_step(void)
{
	if (fake_kernel.step)
		fake_kernel.step();
}

/** fake_kernel_alloc(), fake_kernel_page() - zeroed memory. Return: NULL or 0: none left. */
void *fake_kernel_alloc(size_t nr, size_t size, int gfp);
unsigned long fake_kernel_page(int gfp);

/** fake_kernel_free() - NULL is fine */
void fake_kernel_free(const void *ptr);

/** fake_kernel_preempt_disable() - no other task is on this CPU until enabled. Return: the CPU. */
unsigned int fake_kernel_preempt_disable(void);
void fake_kernel_preempt_enable(void);

void fake_kernel_lock(struct fake_lock *lock);
void fake_kernel_unlock(struct fake_lock *lock);

/** fake_wait_enter() - the current task is in the queue. Return: for fake_wait_sleep(). */
unsigned int fake_wait_enter(struct fake_wait *wait);
void fake_wait_leave(struct fake_wait *wait);

/** fake_wait_sleep() - until a wake-up after @seq; killably: or until the task is killed */
void fake_wait_sleep(struct fake_wait *wait, unsigned int seq, bool killably);

void fake_wait_wake(struct fake_wait *wait);
bool fake_wait_is_used(struct fake_wait *wait);

#endif
