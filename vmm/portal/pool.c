/* SPDX-License-Identifier: MIT */
#include "portal/pool.h"

#include <errno.h>
#include <stdlib.h>

static struct session *session_create(struct pool *pool, void *page, size_t index)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->page = page;
	session->index = index;
	session->pool = pool;
	atomic_init(&session->doomed, false);
	atomic_init(&session->accesses, false);
	return session;
}

static int map_pages(const struct guest_ram *ram, struct pool *pool)
{
	size_t index = 0;

	for (size_t i = 0; i < pool->hello.nr_ranges; i++) {
		const struct hello_range *range = &pool->hello.ranges[i];

		for (uint64_t n = 0; n < range->nr_pages; n++) {
			gpa_t gpa = GPA(range->gpa.value + n * PORTAL_PAGE_SIZE);
			void *page = ram->slice(ram->ctx, gpa, PORTAL_PAGE_SIZE);

			if (!page)
				return -EFAULT;
			pool->sessions[index] = session_create(pool, page, index);
			if (!pool->sessions[index])
				return -ENOMEM;
			index++;
		}
	}
	return 0;
}

int pool_create(const struct guest_ram *ram, const struct hello *hello, struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool) + hello->nr_pages * sizeof(pool->sessions[0]));
	int ret;

	if (!pool)
		return -ENOMEM;
	pool->hello = *hello;
	pool->refs = 1;
	pool->nr_sessions = hello->nr_pages;
	ret = map_pages(ram, pool);
	if (ret < 0) {
		pool_put(pool);
		return ret;
	}
	*ret_pool = pool;
	return 0;
}

struct session *pool_find(struct pool *pool, gpa_t gpa)
{
	size_t index = 0;

	if (!pool || gpa.value % PORTAL_PAGE_SIZE != 0)
		return NULL;
	for (size_t i = 0; i < pool->hello.nr_ranges; i++) {
		const struct hello_range *range = &pool->hello.ranges[i];
		uint64_t offset = (gpa.value - range->gpa.value) / PORTAL_PAGE_SIZE;

		if (gpa.value >= range->gpa.value && offset < range->nr_pages)
			return pool->sessions[index + offset];
		index += range->nr_pages;
	}
	return NULL;
}

bool pool_overlaps(const struct pool *pool, gpa_t gpa, uint64_t len)
{
	for (size_t i = 0; i < pool->hello.nr_ranges; i++) {
		const struct hello_range *range = &pool->hello.ranges[i];
		uint64_t size = (uint64_t)range->nr_pages * PORTAL_PAGE_SIZE;

		/* a negative difference wraps and is larger than any size */
		if (gpa.value - range->gpa.value < size || range->gpa.value - gpa.value < len)
			return true;
	}
	return false;
}

gpa_t pool_page(const struct pool *pool, size_t index)
{
	for (size_t i = 0; pool && i < pool->hello.nr_ranges; i++) {
		const struct hello_range *range = &pool->hello.ranges[i];

		if (index < range->nr_pages)
			return GPA(range->gpa.value + index * PORTAL_PAGE_SIZE);
		index -= range->nr_pages;
	}
	return GPA(UINT64_MAX);
}

int pool_detach(struct session *session)
{
	struct pool *pool = session->pool;
	struct session *fresh;

	if (pool->nr_detached >= pool->nr_sessions)
		return -EAGAIN;
	fresh = session_create(pool, session->page, session->index);
	if (!fresh)
		return -ENOMEM;
	pool->sessions[session->index] = fresh;
	pool->nr_detached++;
	return 0;
}

void pool_free_detached(struct session *session)
{
	struct pool *pool = session->pool;

	if (pool->sessions[session->index] == session)
		return;
	pool->nr_detached--;
	free(session);
}

void pool_put(struct pool *pool)
{
	if (!pool || --pool->refs > 0)
		return;
	for (size_t i = 0; i < pool->nr_sessions; i++)
		free(pool->sessions[i]);
	free(pool);
}
