/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pool: the pages the module shares with the VMM. It owns their memory and hands them to
 * sessions; it does not know what is written into them. There is one portal device and so one pool.
 */
#ifndef GUEST_POOL_H
#define GUEST_POOL_H

#include <linux/list.h>
#include <linux/types.h>

#include <portal/wire.h>

struct task_struct;

/**
 * struct pool_page - one shared page and what belongs to it
 * @region: the page itself
 * @scratch: PORTAL_PAGE_SIZE private bytes of whoever has the page
 * @record: PORTAL_TRACE_RECORD_MAX more, after pool_add_records()
 * @gpa: guest physical address of @region
 * @index: its place in the pool, counted through pool_ranges()
 * @generation: number of the last session on this page, see docs/protocol.md section 1
 * @owner: task that has it, NULL when free
 * @waited: the pool was empty when @owner came for it
 * @free: link in the pool's list of free pages
 */
struct pool_page {
	struct portal_region *region;
	u8 *scratch;
	void *record;
	phys_addr_t gpa;
	u32 index;
	u32 generation;
	struct task_struct *owner;
	bool waited;
	struct list_head free;
};

/**
 * pool_create() - allocate the pages and open the pool
 * @nr_pages: 1 .. PORTAL_MAX_PAGES; fewer are kept when memory is so fragmented that they make more
 *	than PORTAL_MAX_RANGES ranges
 *
 * Context: may sleep; once before pool_destroy().
 * Return: 0 or -ENOMEM.
 */
int __must_check pool_create(unsigned int nr_pages);

/**
 * pool_add_records() - have room for a record with each page
 *
 * Context: may sleep; one at a time; the pool exists.
 * Return: 0 or -ENOMEM; what was made then stays, and is found by the next one.
 */
int __must_check pool_add_records(void);

/**
 * pool_close() - give out no more pages, and wait until all are back
 *
 * Tasks that wait for a page are sent away with -ENODEV. Does nothing on a pool that is closed.
 *
 * Context: may sleep.
 */
void pool_close(void);

/**
 * pool_destroy() - close the pool and free its pages; nothing on a pool that was not made
 *
 * Context: may sleep.
 */
void pool_destroy(void);

/**
 * pool_get() - take a page, waiting for one when there is none
 * @urgent: may use the reserve, which tasks that have a page already may use as well
 * @ret_page: the page, the one last given back on this CPU if there is one
 *
 * Context: may sleep, killably.
 * Return: 0; -EINTR the task is being killed; -ENODEV the pool is closed.
 */
int __must_check pool_get(bool urgent, struct pool_page **ret_page);

/**
 * pool_put() - give a page back
 * @page: from pool_get() of the same task, which may have changed its CPU since
 *
 * Context: any but interrupts. Takes a lock and wakes only when the CPU has a page already, or when
 * pages are short.
 */
void pool_put(struct pool_page *page);

/**
 * pool_ranges() - describe the pool as hello wants it
 * @ranges: PORTAL_MAX_RANGES entries, filled from the start, ascending
 *
 * Return: number of ranges.
 */
unsigned int pool_ranges(struct portal_wire_range *ranges);

/**
 * pool_first_gpa() - address of page 0 of the pool, for a ring that carries nothing
 *
 * Return: guest physical address; only while the pool exists.
 */
phys_addr_t pool_first_gpa(void);

#endif /* GUEST_POOL_H */
