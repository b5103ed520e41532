/* SPDX-License-Identifier: MIT */
/* Wait queues. As in the kernel, a task enters the queue before it checks its condition. */
#ifndef FAKE_LINUX_WAIT_H
#define FAKE_LINUX_WAIT_H

#include "fake_kernel.h"

typedef struct fake_wait wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) \
	{                                   \
		.seq = 0                    \
	}

/* @killable: a killed task does not wait; @timed: nor does any when time has passed */
#define fake_wait_event(head, condition, killable, timed)                                \
	({                                                                               \
		bool fake_done = false, fake_killed = false, fake_late = false;          \
                                                                                         \
		while (!fake_done && !fake_killed && !fake_late) {                       \
			unsigned int fake_seq = fake_wait_enter(&(head));                \
                                                                                         \
			fake_done = (condition);                                         \
			fake_killed = !fake_done && (killable) && current->killed;       \
			fake_late = !fake_done && (timed) && fake_kernel.late;           \
			if (!fake_done && !fake_killed && !fake_late)                    \
				fake_wait_sleep(&(head), fake_seq, (killable), (timed)); \
			fake_wait_leave(&(head));                                        \
		}                                                                        \
		fake_done ? 1 : fake_killed ? -EINTR : 0;                                \
	})

#define wait_event(head, condition) ((void)fake_wait_event(head, condition, false, false))
#define wait_event_killable(head, condition) \
	(fake_wait_event(head, condition, true, false) < 0 ? -EINTR : 0)
#define wait_event_killable_timeout(head, condition, timeout) \
	((long)fake_wait_event(head, condition, true, (timeout) != MAX_SCHEDULE_TIMEOUT))
#define wake_up_all(head)    fake_wait_wake(head)
#define wq_has_sleeper(head) fake_wait_is_used(head)

#endif
