/* SPDX-License-Identifier: MIT */
/* Work that a test runs when it wants. */
#ifndef FAKE_LINUX_WORKQUEUE_H
#define FAKE_LINUX_WORKQUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct work_struct {
	void (*run)(struct work_struct *work);
	bool is_queued;
};

struct workqueue_struct;

#define WQ_UNBOUND 2u

#define INIT_WORK(work, function) ((work)->run = (function))

/** fake_workqueue - what alloc_workqueue() returns, NULL: ENOMEM */
extern struct workqueue_struct *fake_workqueue;

/** queue_work() - queue work; the test implements it */
bool queue_work(struct workqueue_struct *queue, struct work_struct *work);

#define alloc_workqueue(name, flags, max) ((void)(flags), (void)(max), fake_workqueue)
#define destroy_workqueue(queue)	  ((void)(queue))

#endif
