/* SPDX-License-Identifier: MIT */
#include "portal/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct session *session_create(struct pool *pool, void *page, struct session **slot)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->page = page;
	session->slot = slot;
	session->pool = pool;
	session->env = pool->env;
	atomic_init(&session->doomed, false);
	atomic_init(&session->accesses, false);
	return session;
}

static size_t count_ranges(const struct pool *pool)
{
	return atomic_load_explicit(&pool->nr_ranges, memory_order_acquire);
}

static void free_range(struct pool_range *range)
{
	for (size_t n = 0; n < range->pages.nr_pages; n++)
		free(range->sessions[n]);
	free(range->sessions);
}

static int make_sessions(struct pool *pool, const struct pool_range *range)
{
	const struct guest_ram *ram = &pool->env->ram;
	const struct page_range *pages = &range->pages;

	for (uint64_t n = 0; n < pages->nr_pages; n++) {
		gpa_t gpa = GPA(pages->gpa.value + n * PORTAL_PAGE_SIZE);
		void *page = ram->slice(ram->ctx, gpa, PORTAL_PAGE_SIZE);

		if (!page)
			return -EFAULT;
		range->sessions[n] = session_create(pool, page, &range->sessions[n]);
		if (!range->sessions[n])
			return -ENOMEM;
	}
	return 0;
}

static int make_range(struct pool *pool, const struct page_range *pages,
		      struct pool_range *ret_range)
{
	struct pool_range range = { .pages = *pages };
	int ret;

	range.sessions = calloc(pages->nr_pages, sizeof(range.sessions[0]));
	if (!range.sessions)
		return -ENOMEM;
	ret = make_sessions(pool, &range);
	if (ret < 0) {
		free_range(&range);
		return ret;
	}
	*ret_range = range;
	return 0;
}

/* All of @added is appended, or nothing. There is room: a range has at least one page. */
static int append_ranges(struct pool *pool, const struct page_ranges *added)
{
	const size_t first = count_ranges(pool);
	size_t nr = first;
	int ret = 0;

	for (size_t i = 0; i < added->nr && ret == 0; i++) {
		ret = make_range(pool, &added->range[i], &pool->ranges[nr]);
		nr += ret == 0;
	}
	if (ret < 0) {
		while (nr > first)
			free_range(&pool->ranges[--nr]);
		return ret;
	}
	pool->nr_pages += added->nr_pages;
	atomic_store_explicit(&pool->nr_ranges, nr, memory_order_release);
	return 0;
}

int pool_create(struct session_env *env, const struct hello *hello, struct pool **ret_pool)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	int ret;

	if (!pool)
		return -ENOMEM;
	pool->env = env;
	pool->hello = *hello;
	pool->refs = 1;
	page_table_init(&pool->table, hello->abi, 0, hello->paging);
	ret = append_ranges(pool, &hello->pool);
	if (ret < 0) {
		pool_put(pool);
		return ret;
	}
	*ret_pool = pool;
	return 0;
}

int pool_grow(struct pool *pool, const struct page_ranges *added)
{
	if (added->nr_pages > PORTAL_MAX_PAGES - pool->nr_pages)
		return -EPROTO;
	for (size_t i = 0; i < added->nr; i++)
		if (pool_overlaps(pool, added->range[i].gpa,
				  (uint64_t)added->range[i].nr_pages * PORTAL_PAGE_SIZE))
			return -EPROTO;
	return append_ranges(pool, added);
}

void pool_for_each_session(struct pool *pool, void (*fn)(struct session *session, void *ctx),
			   void *ctx)
{
	for (size_t i = 0; i < count_ranges(pool); i++)
		for (size_t n = 0; n < pool->ranges[i].pages.nr_pages; n++)
			fn(pool->ranges[i].sessions[n], ctx);
}

struct session *pool_find(struct pool *pool, gpa_t gpa)
{
	if (!pool || gpa.value % PORTAL_PAGE_SIZE != 0)
		return NULL;
	for (size_t i = 0; i < count_ranges(pool); i++) {
		const struct page_range *pages = &pool->ranges[i].pages;
		uint64_t offset = (gpa.value - pages->gpa.value) / PORTAL_PAGE_SIZE;

		if (gpa.value >= pages->gpa.value && offset < pages->nr_pages)
			return pool->ranges[i].sessions[offset];
	}
	return NULL;
}

bool pool_overlaps(const struct pool *pool, gpa_t gpa, uint64_t len)
{
	for (size_t i = 0; i < count_ranges(pool); i++) {
		const struct page_range *pages = &pool->ranges[i].pages;
		uint64_t size = (uint64_t)pages->nr_pages * PORTAL_PAGE_SIZE;

		/* a negative difference wraps and is larger than any size */
		if (gpa.value - pages->gpa.value < size || pages->gpa.value - gpa.value < len)
			return true;
	}
	return false;
}

gpa_t pool_page(const struct pool *pool, size_t index)
{
	for (size_t i = 0; pool && i < count_ranges(pool); i++) {
		const struct page_range *pages = &pool->ranges[i].pages;

		if (index < pages->nr_pages)
			return GPA(pages->gpa.value + index * PORTAL_PAGE_SIZE);
		index -= pages->nr_pages;
	}
	return GPA(UINT64_MAX);
}

int pool_detach(struct session *session)
{
	struct pool *pool = session->pool;
	struct session *fresh;

	if (pool->nr_detached >= pool->nr_pages)
		return -EAGAIN;
	fresh = session_create(pool, session->page, session->slot);
	if (!fresh)
		return -ENOMEM;
	*session->slot = fresh;
	pool->nr_detached++;
	return 0;
}

void pool_free_session(struct session *session)
{
	session->pool->nr_detached--;
	free(session);
}

void pool_free(struct pool *pool)
{
	for (size_t i = 0; i < count_ranges(pool); i++)
		free_range(&pool->ranges[i]);
	free(pool);
}
