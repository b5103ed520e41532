/* SPDX-License-Identifier: MIT */
#include "fake_kernel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BYTES 4096u

struct fake_kernel fake_kernel;
_Thread_local struct task_struct *fake_current;

static pthread_mutex_t cpu_lock[FAKE_NR_CPUS] = {
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
	PTHREAD_MUTEX_INITIALIZER,
};

/* for all wait queues */
static pthread_mutex_t sleep_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sleep_changed = PTHREAD_COND_INITIALIZER;
static unsigned int nr_asleep;

void fake_kernel_reset(void)
{
	memset(&fake_kernel, 0, sizeof(fake_kernel));
}

/* ---- memory ---- */

static bool is_enomem(void)
{
	return fake_kernel.no_memory ||
	       (fake_kernel.nr_until_enomem > 0 && --fake_kernel.nr_until_enomem == 0);
}

static void *allocate(size_t alignment, size_t size)
{
	void *memory;

	if (is_enomem())
		return NULL;
	memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
	if (!memory)
		return NULL;
	fake_kernel.nr_allocated++;
	return memset(memory, 0, size);
}

void *fake_kernel_alloc(size_t nr, size_t size, int gfp)
{
	(void)gfp;
	return allocate(_Alignof(max_align_t), nr * size);
}

/* Mappings, because one page of several may be freed alone. */
void *fake_kernel_pages(size_t size)
{
	size_t gap = fake_kernel.is_fragmented ? PAGE_BYTES : 0;
	char *memory;

	if (is_enomem() || (gap && size > PAGE_BYTES))
		return NULL;
	memory = mmap(NULL, size + gap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;
	fake_kernel.nr_allocated += (unsigned int)(size / PAGE_BYTES);
	return memory;
}

void fake_kernel_free_page(unsigned long page)
{
	if (!page)
		return;
	fake_kernel.nr_allocated--;
	munmap((void *)page, PAGE_BYTES);
}

void fake_kernel_free(const void *ptr)
{
	if (!ptr)
		return;
	fake_kernel.nr_allocated--;
	free((void *)(unsigned long)ptr);
}

/* ---- CPUs ---- */

unsigned int fake_kernel_preempt_disable(void)
{
	pthread_mutex_lock(&cpu_lock[fake_current->cpu]);
	return fake_current->cpu;
}

void fake_kernel_preempt_enable(void)
{
	pthread_mutex_unlock(&cpu_lock[fake_current->cpu]);
}

void fake_kernel_warn(const char *format, ...)
{
	va_list args;

	fake_kernel.nr_warnings++;
	va_start(args, format);
	vsnprintf(fake_kernel.warning, sizeof(fake_kernel.warning), format, args);
	va_end(args);
}

static _Thread_local int called_cpu = -1;

int fake_kernel_call_on(unsigned int cpu, void (*fn)(void *info), void *info)
{
	if (fake_kernel.offline[cpu])
		return -ENXIO;
	called_cpu = (int)cpu;
	fn(info);
	called_cpu = -1;
	return 0;
}

bool fake_kernel_is_in_call(void)
{
	return called_cpu >= 0;
}

unsigned int fake_kernel_cpu(void)
{
	return called_cpu >= 0 ? (unsigned int)called_cpu : fake_current->cpu;
}

void fake_kernel_lock(struct fake_lock *lock)
{
	fake_kernel.nr_locks++;
	pthread_mutex_lock(&lock->mutex);
}

void fake_kernel_unlock(struct fake_lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

/* ---- waiting ---- */

unsigned int fake_wait_enter(struct fake_wait *wait)
{
	unsigned int seq;

	pthread_mutex_lock(&sleep_lock);
	seq = wait->seq;
	wait->nr_waiting++;
	pthread_mutex_unlock(&sleep_lock);
	return seq;
}

void fake_wait_leave(struct fake_wait *wait)
{
	wait->nr_waiting--;
}

void fake_wait_sleep(struct fake_wait *wait, unsigned int seq, bool killably, bool timed)
{
	pthread_mutex_lock(&sleep_lock);
	nr_asleep++;
	pthread_cond_broadcast(&sleep_changed);
	while (wait->seq == seq && !(killably && fake_current->killed) &&
	       !(timed && fake_kernel.late))
		pthread_cond_wait(&sleep_changed, &sleep_lock);
	nr_asleep--;
	pthread_cond_broadcast(&sleep_changed);
	pthread_mutex_unlock(&sleep_lock);
}

void fake_wait_wake(struct fake_wait *wait)
{
	fake_kernel.nr_wakes++;
	pthread_mutex_lock(&sleep_lock);
	wait->seq++;
	pthread_cond_broadcast(&sleep_changed);
	pthread_mutex_unlock(&sleep_lock);
}

bool fake_wait_is_used(struct fake_wait *wait)
{
	return wait->nr_waiting > 0;
}

void fake_kernel_kill(struct task_struct *task)
{
	pthread_mutex_lock(&sleep_lock);
	task->killed = true;
	pthread_cond_broadcast(&sleep_changed);
	pthread_mutex_unlock(&sleep_lock);
}

void fake_kernel_pass_time(void)
{
	pthread_mutex_lock(&sleep_lock);
	fake_kernel.late = true;
	pthread_cond_broadcast(&sleep_changed);
	pthread_mutex_unlock(&sleep_lock);
}

void fake_kernel_await_asleep(unsigned int nr)
{
	pthread_mutex_lock(&sleep_lock);
	while (nr_asleep != nr)
		pthread_cond_wait(&sleep_changed, &sleep_lock);
	pthread_mutex_unlock(&sleep_lock);
}
