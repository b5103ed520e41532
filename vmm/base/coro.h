/* SPDX-License-Identifier: MIT */
/*
 * Coroutines: functions that can wait in the middle while their thread does something else. Owns
 * stacks and the switching between them; must not know what runs on them.
 *
 * A pool belongs to one thread, and so do its coroutines: compilers keep thread-local addresses in
 * registers over calls, so a coroutine that went on elsewhere would use another thread's variables.
 */
#ifndef BASE_CORO_H
#define BASE_CORO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

#define CORO_STACK_SIZE (256u * 1024)

struct coro;

/** typedef coro_fn - what a coroutine runs. @self: the coroutine, for coro_yield(). */
typedef void coro_fn(struct coro *self, void *arg);

/**
 * struct coro_pool - coroutines that are not in use, kept because making one costs some 15 us
 * @free: head of the list
 * @nr_created: coroutines made so far, in use or not
 */
struct coro_pool {
	struct coro *free;
	size_t nr_created;
};

/** coro_pool_init() - an empty pool; cannot fail. */
void coro_pool_init(struct coro_pool *pool);

/** coro_pool_done() - frees the coroutines in the pool; those in use stay what they are. */
void coro_pool_done(struct coro_pool *pool);

/**
 * coro_take() - a coroutine from the pool, or a new one
 * @pool: the calling thread's pool
 * @fn: what it will run at the first coro_resume()
 * @arg: handed to @fn
 * @ret_coro: the coroutine; coro_resume() gives it back to the pool when @fn has returned
 *
 * The stack has CORO_STACK_SIZE bytes and a page without access below it.
 *
 * Return: 0; -ENOMEM.
 */
must_check int coro_take(struct coro_pool *pool, coro_fn *fn, void *arg, struct coro **ret_coro);

/**
 * coro_resume() - run the coroutine until it yields or its function returns
 * @coro: on the thread that took it, not running
 *
 * Return: true when it yielded; false when its function has returned and @coro is back in its pool.
 */
bool coro_resume(struct coro *coro);

/** coro_yield() - go back to coro_resume()'s caller. Only from inside @self. */
void coro_yield(struct coro *self);

/**
 * coro_discard() - free a coroutine that will never run again, what its stack owns leaks. NULL is
 * fine.
 */
void coro_discard(struct coro *coro);

#endif
