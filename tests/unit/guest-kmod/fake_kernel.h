/* SPDX-License-Identifier: MIT */
/*
 * A fake kernel for files of the guest module that need locks, CPUs and memory. Threads are its
 * tasks, each on the CPU that its task_struct names. The headers in kernel/linux/ map the kernel's
 * API to these functions. It counts locks, wake-ups and allocations.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define FAKE_NR_CPUS 4

struct pt_regs;

/** struct mm_struct - an address space; @pgd: its top page table */
struct mm_struct {
	void *pgd;
};

/**
 * struct task_struct - a task
 * @cpu: CPU that it runs on, 0 .. FAKE_NR_CPUS - 1; only the task changes it, with preemption on
 * @killed: killable waits end at once; set by the task or by fake_kernel_kill()
 * @signalled: a signal is pending that does not kill it
 * @pid: its thread group id
 * @comm: its name
 * @mm: its address space
 * @regs: its user registers
 */
struct task_struct {
	unsigned int cpu;
	atomic_bool killed;
	bool signalled;
	unsigned int pid;
	char comm[16];
	struct mm_struct *mm;
	struct pt_regs *regs;
};

/** struct fake_lock - a spinlock */
struct fake_lock {
	pthread_mutex_t mutex;
};

/**
 * struct fake_wait - a wait queue
 * @seq: number of wake-ups, protected by the lock of all wait queues
 * @nr_waiting: number of tasks in it
 */
struct fake_wait {
	unsigned int seq;
	atomic_uint nr_waiting;
};

/**
 * struct fake_kernel - counters and switches
 * @nr_locks: spinlocks taken; @nr_wakes: wake-ups; @nr_allocated: allocations not freed yet
 * @nr_warnings: messages at the level of a warning; @warning: the last one
 * @late: waits with a time limit end at once; set by fake_kernel_pass_time()
 * @nr_until_enomem: allocations up to the one that fails; 0: none fails
 * @no_memory: all allocations fail
 * @is_fragmented: no two pages have consecutive addresses
 * @jiffies: time, in the kernel's unit
 * @offline: CPUs that are offline
 * @step: if set, called before and after each atomic exchange, to act for other CPUs
 */
struct fake_kernel {
	atomic_uint nr_locks;
	atomic_uint nr_wakes;
	atomic_uint nr_allocated;
	unsigned int nr_warnings;
	char warning[128];
	atomic_bool late;
	unsigned int nr_until_enomem;
	atomic_bool no_memory;
	bool is_fragmented;
	unsigned long jiffies;
	bool offline[FAKE_NR_CPUS];
	void (*step)(void);
};

extern struct fake_kernel fake_kernel;

/** fake_current - the task of this thread */
extern _Thread_local struct task_struct *fake_current;

/** fake_kernel_reset() - set all counters and switches to 0; does not free allocations */
void fake_kernel_reset(void);

/** fake_kernel_kill() - kill a task, and wake it from a killable wait */
void fake_kernel_kill(struct task_struct *task);

/** fake_kernel_pass_time() - end all waits with a time limit, also those to come until the reset */
void fake_kernel_pass_time(void);

/** fake_kernel_await_asleep() - wait until exactly @nr tasks are asleep in wait queues */
void fake_kernel_await_asleep(unsigned int nr);

/* ---- used by the headers in kernel/linux/ ---- */

static inline void fake_kernel_step(void)
{
	if (fake_kernel.step)
		fake_kernel.step();
}

/** fake_kernel_alloc() - allocate zeroed memory. Return: NULL: ENOMEM. */
void *fake_kernel_alloc(size_t nr, size_t size, int gfp);

/** fake_kernel_pages() - allocate zeroed pages at consecutive addresses. Return: NULL: ENOMEM. */
void *fake_kernel_pages(size_t size);

/** fake_kernel_free_page() - free one page; does nothing for 0 */
void fake_kernel_free_page(unsigned long page);

/** fake_kernel_free() - free memory; does nothing for NULL */
void fake_kernel_free(const void *ptr);

/** fake_kernel_preempt_disable() - keep other tasks off this CPU until enabled. Return: the CPU. */
unsigned int fake_kernel_preempt_disable(void);
void fake_kernel_preempt_enable(void);

/** fake_kernel_warn() - keep a message */
__attribute__((format(printf, 1, 2))) void fake_kernel_warn(const char *format, ...);

/**
 * fake_kernel_call_on() - call a function as in an interrupt of another CPU
 *
 * Return: 0; -ENXIO: the CPU is offline.
 */
int fake_kernel_call_on(unsigned int cpu, void (*fn)(void *info), void *info);

/** fake_kernel_is_in_call() - check whether this thread is inside fake_kernel_call_on() */
bool fake_kernel_is_in_call(void);

/** fake_kernel_cpu() - the CPU that executes: the task's, or that of fake_kernel_call_on() */
unsigned int fake_kernel_cpu(void);

void fake_kernel_lock(struct fake_lock *lock);
void fake_kernel_unlock(struct fake_lock *lock);

/** fake_wait_enter() - add the current task to the queue. Return: @seq for fake_wait_sleep(). */
unsigned int fake_wait_enter(struct fake_wait *wait);
void fake_wait_leave(struct fake_wait *wait);

/**
 * fake_wait_sleep() - sleep until a wake-up after @seq
 *
 * It also ends, if @killably, when the task is killed, and, if @timed, when time passes.
 */
void fake_wait_sleep(struct fake_wait *wait, unsigned int seq, bool killably, bool timed);

void fake_wait_wake(struct fake_wait *wait);
bool fake_wait_is_used(struct fake_wait *wait);

#endif
