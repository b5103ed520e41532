/* SPDX-License-Identifier: MIT */
/*
 * The pages one hello has registered, with the host address of each computed once, and their
 * sessions.
 * Counted references: the channel holds one, every open session holds one. For channel.c only.
 */
#ifndef PORTAL_POOL_H
#define PORTAL_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "portal/session_state.h"

/**
 * struct pool - registered pages
 * @hello: what registered them
 * @refs: the channel's and the open sessions', under the channel's lock
 * @nr_sessions: pages
 * @sessions: by page index
 */
struct pool {
	struct hello hello;
	unsigned int refs;
	size_t nr_sessions;
	struct session sessions[];
};

/**
 * pool_create() - a pool with one reference
 * @ram: guest RAM, finds every page
 * @hello: checked hello, copied
 * @ret_pool: the pool
 *
 * Return: 0; -EFAULT: a page is not RAM; -ENOMEM.
 */
must_check int pool_create(const struct guest_ram *ram, const struct hello *hello,
			   struct pool **ret_pool);

/** pool_overlaps() - is any of the @len bytes at @gpa, any numbers, in a page of the pool. */
bool pool_overlaps(const struct pool *pool, gpa_t gpa, uint64_t len);

/**
 * pool_find() - the session of the page at @gpa; NULL: not a page of the pool. @pool may be NULL.
 */
struct session *pool_find(struct pool *pool, gpa_t gpa);

/** pool_page() - address of the page at @index; without one an address that pool_find() refuses. */
gpa_t pool_page(const struct pool *pool, size_t index);

/**
 * pool_put() - give a reference back, under the channel's lock; the last one frees. NULL is fine.
 */
void pool_put(struct pool *pool);

#endif
