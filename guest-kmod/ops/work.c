// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/workqueue.h>

#include <portal/wire.h>

#include "ops/session.h"
#include "ops/work.h"

/* a work session's thread; @busy: it is queued or runs */
struct work_item {
	struct work_struct work;
	atomic_t busy;
};

/* @wanted: sessions to open */
static struct {
	struct workqueue_struct *queue;
	atomic_t wanted;
	struct work_item item[PORTAL_MAX_WORK];
} work;

/* Return: true if the item was idle. */
static bool item_take(struct work_item *item)
{
	return !atomic_xchg(&item->busy, 1);
}

static void serve(void)
{
	struct guest_session session;

	if (session_open(&session, true))
		return;
	if (session_run(&session, PORTAL_CALL_WORK, PORTAL_OPEN_WORK, 0) > 0)
		pr_warn_ratelimited("verdict in a work session ignored\n");
	session_close(&session);
}

/*
 * A request that finds all items busy is left to them. An item that has seen no request takes one
 * that came before it was marked idle.
 */
static void run_item(struct work_struct *work_struct)
{
	struct work_item *item = container_of(work_struct, struct work_item, work);

	do {
		while (atomic_dec_if_positive(&work.wanted) >= 0)
			serve();
		atomic_xchg(&item->busy, 0);
	} while (atomic_read(&work.wanted) > 0 && item_take(item));
}

int work_open(void)
{
	unsigned int n;

	work.queue = alloc_workqueue("portal", WQ_UNBOUND, PORTAL_MAX_WORK);
	if (!work.queue)
		return -ENOMEM;
	for (n = 0; n < PORTAL_MAX_WORK; n++)
		INIT_WORK(&work.item[n].work, run_item);
	return 0;
}

void work_want(u32 nr)
{
	unsigned int n;

	nr = min_t(u32, nr, PORTAL_MAX_WORK);
	atomic_add(nr, &work.wanted);
	for (n = 0; nr > 0 && n < PORTAL_MAX_WORK; n++) {
		if (!item_take(&work.item[n]))
			continue;
		queue_work(work.queue, &work.item[n].work);
		nr--;
	}
}

void work_stop(void)
{
	atomic_set(&work.wanted, 0);
}

void work_close(void)
{
	destroy_workqueue(work.queue);
}
