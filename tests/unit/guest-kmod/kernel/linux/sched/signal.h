/* SPDX-License-Identifier: MIT */
/* Signals of the running task. */
#ifndef FAKE_LINUX_SCHED_SIGNAL_H
#define FAKE_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#define fatal_signal_pending(task) ((bool)(task)->killed)
#define signal_pending(task)	   ((bool)(task)->killed || (task)->signalled)

#endif
