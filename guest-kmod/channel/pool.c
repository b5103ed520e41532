// SPDX-License-Identifier: GPL-2.0-only
/*
 * A free page is either in the list or the hot page of the CPU on which it was returned. Tasks on
 * that CPU take the hot page without a lock. A task that finds too few pages in the list marks the
 * pool as tight and moves the hot pages of all CPUs to the list. While the pool is tight every
 * returned page goes to the list, so that under the lock the list has all free pages.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "channel/pool.h"

/* pages reserved for tasks that hold a page, and the smallest pool that has a reserve */
#define POOL_RESERVE	 2
#define POOL_RESERVE_MIN 4

/* maximum time for which the module itself waits for a page */
#define POOL_OWN_WAIT HZ

/* @free, @nr_free: the list; @tight: no page is hot. @lock protects these and @open. */
static struct {
	spinlock_t lock;
	wait_queue_head_t wait;
	struct list_head free;
	struct pool_page *pages;
	unsigned int nr_pages;
	unsigned int nr_free;
	bool open;
	bool tight;
} pool = {
	.lock = __SPIN_LOCK_UNLOCKED(pool.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(pool.wait),
	.free = LIST_HEAD_INIT(pool.free),
};

static DEFINE_PER_CPU(struct pool_page *, pool_hot);

static void page_free(struct pool_page *page)
{
	free_page((unsigned long)page->region);
	free_page((unsigned long)page->scratch);
}

/* The shared page is zeroed, so that the VMM does not see old kernel data. */
static int page_alloc(struct pool_page *page)
{
	page->region = (struct portal_region *)get_zeroed_page(GFP_KERNEL);
	page->scratch = (u8 *)__get_free_page(GFP_KERNEL);
	if (!page->region || !page->scratch) {
		page_free(page);
		return -ENOMEM;
	}
	page->gpa = virt_to_phys(page->region);
	return 0;
}

static int page_order(const void *a, const void *b)
{
	const struct pool_page *left = a, *right = b;

	return left->gpa < right->gpa ? -1 : left->gpa > right->gpa;
}

static bool page_follows(const struct pool_page *page)
{
	return page > pool.pages && page[-1].gpa + PORTAL_PAGE_SIZE == page->gpa;
}

/* Hello has room for PORTAL_MAX_RANGES ranges. Frees the pages that would not be in one of them. */
static void pool_trim(void)
{
	unsigned int i, nr_ranges = 0, nr_pages = pool.nr_pages;

	for (i = 0; i < nr_pages; i++) {
		if (!page_follows(&pool.pages[i]))
			nr_ranges++;
		if (nr_ranges > PORTAL_MAX_RANGES) {
			page_free(&pool.pages[i]);
			pool.nr_pages = min(pool.nr_pages, i);
		}
	}
}

static int pool_alloc(unsigned int nr_pages)
{
	unsigned int i;

	pool.pages = kcalloc(nr_pages, sizeof(*pool.pages), GFP_KERNEL);
	if (!pool.pages)
		return -ENOMEM;
	for (pool.nr_pages = 0; pool.nr_pages < nr_pages; pool.nr_pages++) {
		if (page_alloc(&pool.pages[pool.nr_pages])) {
			pool_destroy();
			return -ENOMEM;
		}
	}
	sort(pool.pages, pool.nr_pages, sizeof(*pool.pages), page_order, NULL);
	pool_trim();

	for (i = 0; i < pool.nr_pages; i++) {
		pool.pages[i].index = i;
		list_add_tail(&pool.pages[i].free, &pool.free);
	}
	pool.nr_free = pool.nr_pages;
	pool.tight = true;
	return 0;
}

/* ---- hot pages ---- */

static struct pool_page *hot_take(void)
{
	struct pool_page **hot = get_cpu_ptr(&pool_hot);
	struct pool_page *page = xchg(hot, NULL);

	put_cpu_ptr(&pool_hot);
	return page;
}

/*
 * Return: false if the page must go to the list. @tight is checked after the page was made hot:
 * either we see @tight, or tighten() sees the page. No task on this CPU can take the page before
 * the check, because preemption is disabled.
 */
static bool hot_put(struct pool_page *page)
{
	struct pool_page **hot = get_cpu_ptr(&pool_hot);
	bool done = !cmpxchg(hot, NULL, page);

	if (done && READ_ONCE(pool.tight))
		done = cmpxchg(hot, page, NULL) != page;
	put_cpu_ptr(&pool_hot);
	return done;
}

/* ---- the list, all under the lock ---- */

static unsigned int nr_reserved(void)
{
	return pool.nr_pages >= POOL_RESERVE_MIN ? POOL_RESERVE : 0;
}

static void list_put(struct pool_page *page)
{
	list_add(&page->free, &pool.free);
	pool.nr_free++;
}

static struct pool_page *list_take(void)
{
	struct pool_page *page = list_first_entry(&pool.free, struct pool_page, free);

	list_del(&page->free);
	pool.nr_free--;
	return page;
}

/* Afterwards the list has every free page, except for those that hot_put() is about to return. */
static void tighten(void)
{
	struct pool_page *page;
	unsigned int cpu;

	if (pool.tight)
		return;
	smp_store_mb(pool.tight, true);
	for_each_possible_cpu(cpu) {
		page = xchg(per_cpu_ptr(&pool_hot, cpu), NULL);
		if (page)
			list_put(page);
	}
}

static void loosen(void)
{
	if (pool.open && pool.nr_free > nr_reserved())
		WRITE_ONCE(pool.tight, false);
}

/* ---- opening and closing ---- */

int pool_create(unsigned int nr_pages)
{
	int err = pool.pages ? 0 : pool_alloc(nr_pages);

	if (err)
		return err;
	spin_lock(&pool.lock);
	pool.open = true;
	loosen();
	spin_unlock(&pool.lock);
	return 0;
}

void pool_close(void)
{
	spin_lock(&pool.lock);
	pool.open = false;
	tighten();
	spin_unlock(&pool.lock);
	wake_up_all(&pool.wait);
}

static bool pool_is_idle(void)
{
	bool idle;

	spin_lock(&pool.lock);
	idle = pool.nr_free == pool.nr_pages;
	spin_unlock(&pool.lock);
	return idle;
}

bool pool_drain(long timeout)
{
	return wait_event_killable_timeout(pool.wait, pool_is_idle(), timeout) > 0;
}

void pool_destroy(void)
{
	unsigned int i;

	pool_close();
	for (i = 0; i < pool.nr_pages; i++)
		page_free(&pool.pages[i]);
	kfree(pool.pages);
	INIT_LIST_HEAD(&pool.free);
	pool.pages = NULL;
	pool.nr_pages = 0;
	pool.nr_free = 0;
}

/* ---- taking and returning ---- */

/* Needs no lock: no other task sets @owner to this task. */
static bool current_has_page(void)
{
	unsigned int i;

	for (i = 0; i < pool.nr_pages; i++)
		if (READ_ONCE(pool.pages[i].owner) == current)
			return true;
	return false;
}

static int list_try(bool urgent, struct pool_page **ret_page)
{
	int err = 0;

	spin_lock(&pool.lock);
	if (pool.nr_free <= nr_reserved())
		tighten();
	if (!pool.open)
		err = -ENODEV;
	else if (pool.nr_free > (urgent ? 0 : nr_reserved()))
		*ret_page = list_take();
	else
		err = -EAGAIN;
	spin_unlock(&pool.lock);
	return err;
}

static int pool_try(bool urgent, struct pool_page **ret_page)
{
	struct pool_page *page = hot_take();
	int err = page ? 0 : list_try(urgent, &page);

	if (err)
		return err;
	WRITE_ONCE(page->owner, current);
	*ret_page = page;
	return 0;
}

int pool_get(bool urgent, struct pool_page **ret_page)
{
	int err = pool_try(urgent, ret_page);
	bool waited;

	if (err == -EAGAIN && !urgent && current_has_page()) {
		urgent = true;
		err = pool_try(urgent, ret_page);
	}
	waited = err == -EAGAIN;
	if (waited && wait_event_killable(pool.wait, (err = pool_try(urgent, ret_page)) != -EAGAIN))
		return -EINTR;
	if (!err)
		(*ret_page)->waited = waited;
	return err;
}

int pool_get_own(struct pool_page **ret_page)
{
	long left;
	int err;

	left = wait_event_killable_timeout(pool.wait, (err = pool_try(true, ret_page)) != -EAGAIN,
					   POOL_OWN_WAIT);
	if (left <= 0)
		return left ? -EINTR : -EBUSY;
	if (!err)
		(*ret_page)->waited = false;
	return err;
}

void pool_put(struct pool_page *page)
{
	WRITE_ONCE(page->owner, NULL);
	if (hot_put(page))
		return;
	spin_lock(&pool.lock);
	list_put(page);
	loosen();
	spin_unlock(&pool.lock);
	/* Wake all: only the waiters know whether they may use the reserve. */
	if (wq_has_sleeper(&pool.wait))
		wake_up_all(&pool.wait);
}

unsigned int pool_ranges(struct portal_wire_range *ranges)
{
	unsigned int i, nr_ranges = 0;

	for (i = 0; i < pool.nr_pages; i++) {
		if (page_follows(&pool.pages[i])) {
			le32_add_cpu(&ranges[nr_ranges - 1].nr_pages, 1);
			continue;
		}
		ranges[nr_ranges].gpa = cpu_to_le64(pool.pages[i].gpa);
		ranges[nr_ranges].nr_pages = cpu_to_le32(1);
		ranges[nr_ranges].reserved = 0;
		nr_ranges++;
	}
	return nr_ranges;
}

struct pool_page *pool_find(u32 index)
{
	return index < pool.nr_pages ? &pool.pages[index] : NULL;
}

phys_addr_t pool_first_gpa(void)
{
	return pool.pages[0].gpa;
}
