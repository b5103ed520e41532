/* SPDX-License-Identifier: MIT */
/* The running task. */
#ifndef FAKE_LINUX_SCHED_H
#define FAKE_LINUX_SCHED_H

#include <string.h>

#include "fake_kernel.h"

#define current		  fake_current
#define cond_resched()	  ((void)0)
#define task_pid_nr(task) ((task)->pid)

#define task_tgid_nr(task) ((task)->pid)

#endif
