/* SPDX-License-Identifier: MIT */
#include "base/coro.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "base/cold.h"
#include "base/coro_note.h"
#include "base/coro_switch.h"

#define GUARD_SIZE 4096u

struct coro {
	void *here, *caller;
	struct coro_note note, caller_note;
	uint8_t *mapping;
	struct coro_pool *pool;
	struct coro *next;
	pthread_t thread;
	coro_fn *fn;
	void *arg;
	bool finished;
};

/* for functions that switch stacks: sanitizers must not instrument them, because they return on a
 * stack other than the one they were called on */
#define SWITCHES __attribute__((noinline, no_sanitize_address, no_sanitize_thread))

SWITCHES static void jump(void **from, void *to)
{
	coro_switch(from, to);
}

/*
 * The bottom frame of every coroutine. It never returns: after each function it waits for the next
 * one. AddressSanitizer's fake stack is freed after each function, so this frame must not be on it.
 */
__attribute__((no_sanitize_address, noinline)) static void run(void *arg)
{
	struct coro *coro = arg;

	coro_note_arrive(&coro->note, &coro->caller_note);
	for (;;) {
		coro->fn(coro, coro->arg);
		coro->finished = true;
		coro_note_leave(&coro->note, &coro->caller_note, 1);
		jump(&coro->here, coro->caller);
		coro_note_arrive(&coro->note, &coro->caller_note);
	}
}

static int create(struct coro_pool *pool, struct coro **ret_coro)
{
	auto_free struct coro *coro = calloc(1, sizeof(*coro));

	if (!coro)
		return -ENOMEM;
	coro->mapping = mmap(NULL, GUARD_SIZE + CORO_STACK_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	if (coro->mapping == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(coro->mapping, GUARD_SIZE, PROT_NONE) < 0) {
		munmap(coro->mapping, GUARD_SIZE + CORO_STACK_SIZE);
		return -ENOMEM;
	}
	coro->pool = pool;
	coro->thread = pthread_self();
	coro->here = coro_switch_first(coro->mapping + GUARD_SIZE + CORO_STACK_SIZE, run, coro);
	coro_note_create(&coro->note, coro->mapping + GUARD_SIZE, CORO_STACK_SIZE);
	pool->nr_created++;
	*ret_coro = take_ptr(coro);
	return 0;
}

void coro_discard(struct coro *coro)
{
	if (!coro)
		return;
	coro_note_destroy(&coro->note);
	munmap(coro->mapping, GUARD_SIZE + CORO_STACK_SIZE);
	free(coro);
}

void coro_pool_init(struct coro_pool *pool)
{
	*pool = (struct coro_pool){ 0 };
}

void coro_pool_done(struct coro_pool *pool)
{
	while (pool->free) {
		struct coro *coro = pool->free;

		pool->free = coro->next;
		coro_discard(coro);
	}
}

static int take_free(struct coro_pool *pool, coro_fn *fn, void *arg, struct coro **ret_coro)
{
	struct coro *coro = pool->free;

	pool->free = coro->next;
	coro->fn = fn;
	coro->arg = arg;
	coro->finished = false;
	*ret_coro = coro;
	return 0;
}

cold_fn static int take_new(struct coro_pool *pool, coro_fn *fn, void *arg, struct coro **ret_coro)
{
	int ret = create(pool, &pool->free);

	return ret < 0 ? ret : take_free(pool, fn, arg, ret_coro);
}

int coro_take(struct coro_pool *pool, coro_fn *fn, void *arg, struct coro **ret_coro)
{
	return pool->free ? take_free(pool, fn, arg, ret_coro) : take_new(pool, fn, arg, ret_coro);
}

bool coro_resume(struct coro *coro)
{
	assert(pthread_equal(coro->thread, pthread_self()));
	coro_note_thread(&coro->caller_note);
	coro_note_leave(&coro->caller_note, &coro->note, 0);
	jump(&coro->caller, coro->here);
	coro_note_arrive(&coro->caller_note, &coro->note);
	if (!coro->finished)
		return true;
	coro->next = coro->pool->free;
	coro->pool->free = coro;
	return false;
}

void coro_yield(struct coro *self)
{
	coro_note_leave(&self->note, &self->caller_note, 0);
	jump(&self->here, self->caller);
	coro_note_arrive(&self->note, &self->caller_note);
}
