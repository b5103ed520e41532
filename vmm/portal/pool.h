/* SPDX-License-Identifier: MIT */
/*
 * The pages that one hello registered, the pages that were added since, and their sessions. The
 * host address of each page is computed once. A pool is reference counted: the channel holds one
 * reference and so does each open session. For channel.c only.
 */
#ifndef PORTAL_POOL_H
#define PORTAL_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "base/cold.h"
#include "portal/session_state.h"

/* the pages of one range, and a session for each */
struct pool_range {
	struct page_range pages;
	struct session **sessions;
};

/**
 * struct pool - registered pages
 * @env: what its sessions use of the channel
 * @hello: the hello that registered them; its ranges are the first of @ranges
 * @table: format of the tasks' page tables; its root is not set
 * @refs: reference count, protected by the channel's lock
 * @nr_detached: sessions that are open without a page, see pool_detach()
 * @nr_pages: pages in all ranges, at most PORTAL_MAX_PAGES; protected by the channel's lock
 * @nr_ranges: entries of @ranges, which grow under the channel's lock; any thread may read them
 * @ranges: all ranges, in the order of their indices
 */
struct pool {
	struct session_env *env;
	struct hello hello;
	struct page_table table;
	unsigned int refs;
	size_t nr_detached;
	size_t nr_pages;
	_Atomic size_t nr_ranges;
	struct pool_range ranges[PORTAL_MAX_PAGES];
};

/**
 * pool_create() - create a pool with one reference
 * @env: what the sessions use of the channel, borrowed; guest RAM must contain every page
 * @hello: checked hello, copied
 * @ret_pool: the pool
 *
 * Return: 0; -EFAULT: a page is not RAM; -ENOMEM.
 */
must_check int pool_create(struct session_env *env, const struct hello *hello,
			   struct pool **ret_pool);

/**
 * pool_grow() - append pages
 * @pool: the pool; unchanged on an error
 * @added: checked ranges, of pages of guest RAM
 *
 * Context: under the channel's lock.
 * Return: 0; -EPROTO: they overlap pages of the pool, or there are too many; -EFAULT: a page is not
 * RAM; -ENOMEM.
 */
must_check int pool_grow(struct pool *pool, const struct page_ranges *added);

/** pool_for_each_session() - call @fn for the session of each page. */
void pool_for_each_session(struct pool *pool, void (*fn)(struct session *session, void *ctx),
			   void *ctx);

/** pool_overlaps() - check whether any of the @len bytes at @gpa is in the pool; any values. */
bool pool_overlaps(const struct pool *pool, gpa_t gpa, uint64_t len);

/**
 * pool_find() - find the session of the page at @gpa. @pool may be NULL.
 *
 * Return: the session; NULL: not a page of the pool.
 */
struct session *pool_find(struct pool *pool, gpa_t gpa);

/**
 * pool_page() - get the address of a page by its index. @pool may be NULL.
 *
 * Return: the address; an address that pool_find() does not find when there is no such page.
 */
gpa_t pool_page(const struct pool *pool, size_t index);

/**
 * pool_detach() - take an open session off its page, which gets a new session that is free
 * @session: open, and not detached
 *
 * The pool keeps as many detached sessions as it has pages, so that a guest cannot pile them up.
 *
 * Context: under the channel's lock.
 * Return: 0; -EAGAIN: there are as many already; -ENOMEM.
 */
must_check int pool_detach(struct session *session);

/* for pool_free_detached() and pool_put() only */
void pool_free_session(struct session *session);
void pool_free(struct pool *pool);

/**
 * pool_free_detached() - free a session that is no longer open
 * @session: the session; nothing happens when it is not detached
 *
 * Context: under the channel's lock; the caller still holds the session's reference on the pool.
 */
static inline void pool_free_detached(struct session *session)
{
	if (unlikely(*session->slot != session))
		pool_free_session(session);
}

/**
 * pool_put() - drop a reference; the last one frees the pool. @pool may be NULL.
 *
 * Context: under the channel's lock.
 */
static inline void pool_put(struct pool *pool)
{
	if (pool && --pool->refs == 0)
		pool_free(pool);
}

#endif
