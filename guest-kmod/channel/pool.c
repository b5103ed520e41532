// SPDX-License-Identifier: GPL-2.0-only
/*
 * A free page is either in the list or the hot page of the CPU on which it was returned. Tasks on
 * that CPU take the hot page without a lock. A task that finds too few pages in the list marks the
 * pool as tight and moves the hot pages of all CPUs to the list. While the pool is tight every
 * returned page goes to the list, so that under the lock the list has all free pages.
 *
 * A task that finds the list empty adds pages. One task does so at a time; the others wait for it
 * no longer than for a page. A page is lent only after the host knows it.
 */
#include <asm/barrier.h>
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

#include "channel/grow.h"
#include "channel/pool.h"

/* what a page is taken for; each use leaves the pages to the next ones that these need */
enum pool_use {
	POOL_EVENT,
	POOL_WORK,
	POOL_REPORT,
};

/* the smallest pools in which a page is kept for work sessions, and one for reports */
#define POOL_KEEPS_WORK	  4
#define POOL_KEEPS_REPORT 2

/* pages that are added at a time */
#define POOL_STEP 16

/*
 * The task that adds pages waits for no device and no file system meanwhile: a server of these may
 * itself wait for a page of the pool.
 */
#define POOL_GROW_GFP (GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN)

/* maximum time for which the module itself waits for a page */
#define POOL_OWN_WAIT HZ

/*
 * @free, @nr_free: the list; @tight: no page is hot; @growing: a task adds pages; @max_pages: size
 * up to which tasks may add pages now. @lock protects these, @open and @nr_pages. Only the task
 * that adds pages changes @page, @nr_pages and @nr_ranges of an open pool.
 */
static struct {
	spinlock_t lock;
	wait_queue_head_t wait;
	struct list_head free;
	struct pool_page *page[PORTAL_MAX_PAGES];
	unsigned int nr_pages;
	unsigned int nr_ranges;
	unsigned int max_pages;
	unsigned int nr_free;
	bool open;
	bool tight;
	bool growing;
} pool = {
	.lock = __SPIN_LOCK_UNLOCKED(pool.lock),
	.wait = __WAIT_QUEUE_HEAD_INITIALIZER(pool.wait),
	.free = LIST_HEAD_INIT(pool.free),
};

static DEFINE_PER_CPU(struct pool_page *, pool_hot);

/* ---- memory ---- */

static void page_destroy(struct pool_page *page)
{
	free_page((unsigned long)page->region);
	free_page((unsigned long)page->scratch);
	kfree(page);
}

/*
 * @region is zeroed, so that the VMM does not see old kernel data. It belongs to the page, or is
 * freed.
 * Return: the page; NULL: @region is 0, or there is no memory.
 */
static struct pool_page *page_create(unsigned long region, gfp_t gfp)
{
	struct pool_page *page = region ? kzalloc(sizeof(*page), gfp) : NULL;

	if (page)
		page->scratch = (u8 *)__get_free_page(gfp);
	if (!page || !page->scratch) {
		kfree(page);
		free_page(region);
		return NULL;
	}
	page->region = (struct portal_region *)region;
	page->gpa = virt_to_phys(page->region);
	return page;
}

static int page_order(const void *a, const void *b)
{
	const struct pool_page *const *left = a, *const *right = b;

	return (*left)->gpa < (*right)->gpa ? -1 : (*left)->gpa > (*right)->gpa;
}

static bool page_follows(const struct pool_page *page, const struct pool_page *before)
{
	return before->gpa + PORTAL_PAGE_SIZE == page->gpa;
}

/*
 * Gives the last pages of the pool their index, from @first on.
 * Return: number of pages up to the one with which there would be more than PORTAL_MAX_RANGES
 * ranges, for which hello has no room.
 */
static unsigned int pages_count(struct pool_page **pages, unsigned int first, unsigned int nr)
{
	unsigned int i, nr_ranges = pool.nr_ranges;

	for (i = 0; i < nr; i++) {
		const struct pool_page *before = i ? pages[i - 1] : NULL;

		if (!i && first)
			before = pool.page[first - 1];
		if (!before || !page_follows(pages[i], before))
			nr_ranges++;
		if (nr_ranges > PORTAL_MAX_RANGES)
			break;
		pages[i]->index = first + i;
		pool.nr_ranges = nr_ranges;
	}
	return i;
}

static void pages_destroy(struct pool_page **pages, unsigned int nr)
{
	while (nr > 0)
		page_destroy(pages[--nr]);
}

/* Frees the pages that hello could not announce. */
static int pool_alloc(unsigned int nr_pages)
{
	unsigned int i, nr;

	for (i = 0; i < nr_pages; i++) {
		pool.page[i] = page_create(get_zeroed_page(GFP_KERNEL), GFP_KERNEL);
		if (!pool.page[i]) {
			pages_destroy(pool.page, i);
			return -ENOMEM;
		}
	}
	sort(pool.page, nr_pages, sizeof(pool.page[0]), page_order, NULL);
	nr = pages_count(pool.page, 0, nr_pages);
	pages_destroy(pool.page + nr, nr_pages - nr);
	for (i = 0; i < nr; i++)
		list_add_tail(&pool.page[i]->free, &pool.free);
	pool.nr_pages = nr;
	pool.nr_free = nr;
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

/* Return: number of pages that are kept from @use. */
static unsigned int nr_kept(enum pool_use use)
{
	unsigned int nr = 0;

	if (use < POOL_REPORT && pool.nr_pages >= POOL_KEEPS_REPORT)
		nr++;
	if (use < POOL_WORK && pool.nr_pages >= POOL_KEEPS_WORK)
		nr++;
	return nr;
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
	if (pool.open && pool.nr_free > nr_kept(POOL_EVENT))
		WRITE_ONCE(pool.tight, false);
}

/* ---- taking and returning ---- */

static int list_try(enum pool_use use, struct pool_page **ret_page)
{
	int err = 0;

	spin_lock(&pool.lock);
	if (pool.nr_free <= nr_kept(POOL_EVENT))
		tighten();
	if (!pool.open)
		err = -ENODEV;
	else if (pool.nr_free > nr_kept(use))
		*ret_page = list_take();
	else
		err = -EAGAIN;
	spin_unlock(&pool.lock);
	return err;
}

static int pool_try(enum pool_use use, struct pool_page **ret_page)
{
	struct pool_page *page = hot_take();
	int err = page ? 0 : list_try(use, &page);

	if (err)
		return err;
	page->waited = false;
	*ret_page = page;
	return 0;
}

static void list_return(struct pool_page *page)
{
	spin_lock(&pool.lock);
	list_put(page);
	loosen();
	spin_unlock(&pool.lock);
}

/* Wakes all: only the waiters know which pages they may use. */
static void wake_waiters(void)
{
	if (wq_has_sleeper(&pool.wait))
		wake_up_all(&pool.wait);
}

void pool_put(struct pool_page *page)
{
	if (hot_put(page))
		return;
	list_return(page);
	wake_waiters();
}

/* ---- growing ---- */

void pool_let_grow(unsigned int max_pages)
{
	spin_lock(&pool.lock);
	if (pool.open)
		pool.max_pages = max_pages;
	spin_unlock(&pool.lock);
}

static int grow_begin(unsigned int *ret_nr)
{
	int err = 0;

	spin_lock(&pool.lock);
	if (pool.growing) {
		err = -EBUSY;
	} else if (pool.nr_pages >= pool.max_pages) {
		err = -ENOSPC;
	} else {
		WRITE_ONCE(pool.growing, true);
		*ret_nr = min_t(unsigned int, POOL_STEP, pool.max_pages - pool.nr_pages);
	}
	spin_unlock(&pool.lock);
	return err;
}

/*
 * Allocates up to @nr pages, at consecutive addresses if possible.
 * Return: number of pages in @run.
 */
static unsigned int run_alloc(struct pool_page **run, unsigned int nr)
{
	unsigned int i, nr_run = 0;
	void *memory;

	memory = alloc_pages_exact(nr * PAGE_SIZE, POOL_GROW_GFP | __GFP_ZERO);
	while (!memory && nr > 1) {
		nr /= 2;
		memory = alloc_pages_exact(nr * PAGE_SIZE, POOL_GROW_GFP | __GFP_ZERO);
	}
	for (i = 0; memory && i < nr; i++) {
		run[nr_run] = page_create((unsigned long)memory + i * PAGE_SIZE, POOL_GROW_GFP);
		if (run[nr_run])
			nr_run++;
	}
	return nr_run;
}

/* Return: number of pages that the host knows; the others are freed. 0: none. */
static unsigned int run_announce(struct pool_page **run, unsigned int nr)
{
	unsigned int nr_ranges = pool.nr_ranges;
	unsigned int nr_known = pages_count(run, pool.nr_pages, nr);

	if (nr_known && !grow_announce(run, nr_known)) {
		/* refused: tried again after the next hello only */
		pool_let_grow(0);
		nr_known = 0;
	}
	if (!nr_known)
		pool.nr_ranges = nr_ranges;
	pages_destroy(run + nr_known, nr - nr_known);
	return nr_known;
}

/* pool_find() takes no lock. */
static void grow_end(struct pool_page **run, unsigned int nr)
{
	unsigned int i;

	spin_lock(&pool.lock);
	for (i = 0; i < nr; i++) {
		pool.page[pool.nr_pages + i] = run[i];
		list_put(run[i]);
	}
	smp_store_release(&pool.nr_pages, pool.nr_pages + nr);
	loosen();
	WRITE_ONCE(pool.growing, false);
	spin_unlock(&pool.lock);
	wake_up_all(&pool.wait);
}

/*
 * Return: 0: there are new pages; -EBUSY: another task is adding pages; -ENOSPC: the pool is as
 * large as it may be; -ENOMEM: there is no memory now, or the host refuses.
 */
static int pool_grow(void)
{
	struct pool_page *run[POOL_STEP];
	unsigned int nr;
	int err;

	err = grow_begin(&nr);
	if (err)
		return err;
	nr = run_announce(run, run_alloc(run, nr));
	grow_end(run, nr);
	return nr ? 0 : -ENOMEM;
}

/* ---- waiting ---- */

/* While another task adds pages, only that is waited for: more pages may be needed. */
static int get_slowly(enum pool_use use, struct pool_page **ret_page)
{
	long left = use == POOL_EVENT ? msecs_to_jiffies(PORTAL_WAIT_MS) : MAX_SCHEDULE_TIMEOUT;
	int err = -EAGAIN, grow_err;
	bool waited = false;

	while (err == -EAGAIN) {
		grow_err = pool_grow();
		if (!grow_err) {
			err = pool_try(use, ret_page);
			continue;
		}
		waited = true;
		left = wait_event_killable_timeout(
			pool.wait,
			(err = pool_try(use, ret_page)) != -EAGAIN ||
				(grow_err == -EBUSY && !READ_ONCE(pool.growing)),
			left);
		if (left <= 0)
			return left ? -EINTR : -EBUSY;
	}
	if (!err)
		(*ret_page)->waited = waited;
	return err;
}

int pool_get(bool urgent, struct pool_page **ret_page)
{
	enum pool_use use = urgent ? POOL_WORK : POOL_EVENT;
	int err = pool_try(use, ret_page);

	return err == -EAGAIN ? get_slowly(use, ret_page) : err;
}

int pool_get_own(struct pool_page **ret_page)
{
	long left;
	int err;

	left = wait_event_killable_timeout(
		pool.wait, (err = pool_try(POOL_REPORT, ret_page)) != -EAGAIN, POOL_OWN_WAIT);
	if (left <= 0)
		return left ? -EINTR : -EBUSY;
	return err;
}

int pool_get_now(struct pool_page **ret_page)
{
	return pool_try(POOL_REPORT, ret_page);
}

/* ---- opening and closing ---- */

/* Pages that are being added belong to the hello before, or to none. */
int pool_create(unsigned int nr_pages)
{
	int err;

	wait_event(pool.wait, !READ_ONCE(pool.growing));
	err = pool.nr_pages ? 0 : pool_alloc(nr_pages);
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
	pool.max_pages = 0;
	tighten();
	spin_unlock(&pool.lock);
	wake_up_all(&pool.wait);
}

static bool pool_is_idle(void)
{
	bool idle;

	spin_lock(&pool.lock);
	idle = pool.nr_free == pool.nr_pages && !pool.growing;
	spin_unlock(&pool.lock);
	return idle;
}

bool pool_drain(long timeout)
{
	return wait_event_killable_timeout(pool.wait, pool_is_idle(), timeout) > 0;
}

void pool_destroy(void)
{
	pool_close();
	pages_destroy(pool.page, pool.nr_pages);
	INIT_LIST_HEAD(&pool.free);
	pool.nr_pages = 0;
	pool.nr_ranges = 0;
	pool.nr_free = 0;
}

/* ---- what the host gets to know ---- */

unsigned int pool_list_ranges(struct pool_page *const *pages, unsigned int nr,
			      struct portal_wire_range *ranges)
{
	unsigned int i, nr_ranges = 0;

	for (i = 0; i < nr; i++) {
		if (i && page_follows(pages[i], pages[i - 1])) {
			le32_add_cpu(&ranges[nr_ranges - 1].nr_pages, 1);
			continue;
		}
		ranges[nr_ranges].gpa = cpu_to_le64(pages[i]->gpa);
		ranges[nr_ranges].nr_pages = cpu_to_le32(1);
		ranges[nr_ranges].reserved = 0;
		nr_ranges++;
	}
	return nr_ranges;
}

unsigned int pool_ranges(struct portal_wire_range *ranges)
{
	return pool_list_ranges(pool.page, pool.nr_pages, ranges);
}

struct pool_page *pool_find(u32 index)
{
	return index < smp_load_acquire(&pool.nr_pages) ? pool.page[index] : NULL;
}

phys_addr_t pool_first_gpa(void)
{
	return pool.page[0]->gpa;
}
