/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool: the pages that the guest module shares with the VMM. It owns their memory and lends
 * them to sessions; it does not know what is written to them. There is one portal device and so one
 * pool.
 *
 * The pool grows when it is empty. When it cannot, a system call that needs a page waits for a
 * bounded time: the task that would return one may be waiting for that call. A page is kept for
 * work of the host, and one for reports, in pools that are not too small for it. No page is kept
 * for a task that holds one: sessions of one task do not nest, because the module makes no hooked
 * call itself.
 */
#ifndef GUEST_POOL_H
#define GUEST_POOL_H

#include <linux/list.h>
#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct pool_page - a shared page and its private buffers
 * @region: the shared page
 * @scratch: PORTAL_PAGE_SIZE private bytes for the owner
 * @gpa: guest physical address of @region
 * @index: index in the pool, counted through pool_ranges()
 * @generation: number of the last session on this page, see docs/protocol.md section 1
 * @cancelled: the host has cancelled the session with this generation
 * @waited: the pool was empty, so the task waited for the page
 * @free: link in the pool's list of free pages
 */
struct pool_page {
	struct portal_region *region;
	u8 *scratch;
	phys_addr_t gpa;
	u32 index;
	u32 generation;
	u32 cancelled;
	bool waited;
	struct list_head free;
};

/**
 * pool_create() - open the pool; allocate its pages unless they exist already
 * @nr_pages: 1 .. PORTAL_MAX_PAGES, always the same; fewer are kept if memory is so fragmented that
 *	they form more than PORTAL_MAX_RANGES ranges
 *
 * The pages keep their places, also those that were added. Those that were not returned before
 * pool_close() are still with their owners. No pages are added until pool_let_grow().
 *
 * Context: may sleep; the pool is closed.
 * Return: 0 or -ENOMEM.
 */
int __must_check pool_create(unsigned int nr_pages);

/**
 * pool_let_grow() - let tasks that find no page add some, until pool_close()
 * @max_pages: most pages that the pool may have, up to PORTAL_MAX_PAGES; it has fewer if memory is
 *	so fragmented that they form more than PORTAL_MAX_RANGES ranges. 0: add none
 *
 * Context: any but interrupts; hello has announced the pages that the pool has. Does nothing if the
 * pool is closed.
 */
void pool_let_grow(unsigned int max_pages);

/**
 * pool_close() - stop lending pages
 *
 * Tasks that wait for a page get -ENODEV.
 *
 * Context: any but interrupts; the pool exists.
 */
void pool_close(void);

/**
 * pool_drain() - wait until all pages are returned
 * @timeout: jiffies, at least 1, or MAX_SCHEDULE_TIMEOUT
 *
 * An owner keeps its page for as long as a fault of its task takes, which is not bounded. Pages
 * that a task is adding are waited for as well.
 *
 * Context: may sleep, killably; after pool_close().
 * Return: true; false: there are pages in use after @timeout, or when the task was killed.
 */
bool pool_drain(long timeout);

/**
 * pool_destroy() - close the pool and free its pages; does nothing if there is no pool
 *
 * Context: may sleep; all pages are returned, and no task is in pool_get().
 */
void pool_destroy(void);

/**
 * pool_get() - take a page; if none is free add pages, and wait if that is not possible
 * @urgent: for work of the host: may use the page that is kept for it, and waits without limit
 * @ret_page: the page; the one last returned on this CPU if it is free
 *
 * Context: may sleep, killably and, unless @urgent, not longer than PORTAL_WAIT_MS.
 * Return: 0; -EBUSY: no page was free for that time; -EINTR: the task is being killed; -ENODEV: the
 * pool is closed.
 */
int __must_check pool_get(bool urgent, struct pool_page **ret_page);

/**
 * pool_get_own() - take a page for a call of the module itself: any, if necessary the last one
 * @ret_page: the page
 *
 * Context: may sleep, killably and not longer than a second.
 * Return: 0; -EBUSY: all pages are in use; -EINTR: the task is being killed; -ENODEV: the pool is
 * closed.
 */
int __must_check pool_get_own(struct pool_page **ret_page);

/**
 * pool_get_now() - take a page for a report, if necessary the last one
 * @ret_page: the page
 *
 * Context: any but interrupts.
 * Return: 0; -EAGAIN: all pages are in use; -ENODEV: the pool is closed.
 */
int __must_check pool_get_now(struct pool_page **ret_page);

/**
 * pool_put() - return a page
 * @page: from pool_get() of the same task, which may have moved to another CPU since
 *
 * Takes the lock and wakes waiters only if the CPU already has a hot page or the pool is tight.
 *
 * Context: any but interrupts.
 */
void pool_put(struct pool_page *page);

/**
 * pool_ranges() - describe the pool for hello
 * @ranges: PORTAL_MAX_RANGES entries, written from the start in the order of the pages
 *
 * Context: the pool is open, and pool_let_grow() was not called since.
 * Return: number of ranges.
 */
unsigned int pool_ranges(struct portal_wire_range *ranges);

/**
 * pool_list_ranges() - describe pages as ranges
 * @pages: the pages, in the order of their indices
 * @nr: number of @pages
 * @ranges: written from the start; as many entries as @pages has are enough
 *
 * Return: number of ranges.
 */
unsigned int pool_list_ranges(struct pool_page *const *pages, unsigned int nr,
			      struct portal_wire_range *ranges);

/**
 * pool_find() - find a page by its index
 * @index: any number
 *
 * Context: any; only while the pool exists.
 * Return: the page, free or not; NULL: the pool has no such page.
 */
struct pool_page *pool_find(u32 index);

/**
 * pool_first_gpa() - get the address of page 0, for calls that carry no message
 *
 * Return: guest physical address; only while the pool exists.
 */
phys_addr_t pool_first_gpa(void);

#endif /* GUEST_POOL_H */
