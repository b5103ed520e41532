/* SPDX-License-Identifier: MIT */
/*
 * Coroutines: functions that can suspend themselves while their thread does something else. Owns
 * the stacks and the switching between them; must not know what runs on them.
 *
 * A pool and its coroutines belong to one thread. Compilers keep addresses of thread-local
 * variables in registers across calls, so a coroutine resumed on another thread would use the
 * variables of the first one.
 */
#ifndef BASE_CORO_H
#define BASE_CORO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"

#define CORO_STACK_SIZE (256u * 1024)

struct coro;

/** typedef coro_fn - function of a coroutine. @self: the coroutine, for coro_yield(). */
typedef void coro_fn(struct coro *self, void *arg);

/**
 * struct coro_pool - unused coroutines, kept because creating one costs about 15 us
 * @free: head of the list
 * @nr_created: coroutines created so far, whether in use or not
 */
struct coro_pool {
	struct coro *free;
	size_t nr_created;
};

/** coro_pool_init() - initialise an empty pool */
void coro_pool_init(struct coro_pool *pool);

/** coro_pool_done() - free the unused coroutines; those in use are not touched. */
void coro_pool_done(struct coro_pool *pool);

/**
 * coro_take() - take a coroutine from the pool, or create one
 * @pool: the calling thread's pool
 * @fn: function to run at the first coro_resume()
 * @arg: passed to @fn
 * @ret_coro: the coroutine; coro_resume() returns it to the pool when @fn has returned
 *
 * The stack has CORO_STACK_SIZE bytes and a guard page below it.
 *
 * Return: 0; -ENOMEM.
 */
must_check int coro_take(struct coro_pool *pool, coro_fn *fn, void *arg, struct coro **ret_coro);

/**
 * coro_resume() - run the coroutine until it yields or its function returns
 * @coro: not running
 *
 * Context: the thread that called coro_take().
 * Return: true if it yielded; false if its function has returned and @coro is back in its pool.
 */
bool coro_resume(struct coro *coro);

/** coro_yield() - return to the caller of coro_resume(). Only from inside @self. */
void coro_yield(struct coro *self);

/**
 * coro_discard() - free a coroutine that must never run again
 * @coro: suspended, or NULL; what is owned by its stack leaks
 */
void coro_discard(struct coro *coro);

#endif
