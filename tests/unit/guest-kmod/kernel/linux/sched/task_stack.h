/* SPDX-License-Identifier: MIT */
/* A task's user registers. */
#ifndef FAKE_LINUX_SCHED_TASK_STACK_H
#define FAKE_LINUX_SCHED_TASK_STACK_H

#include "fake_kernel.h"

#define task_pt_regs(task) ((task)->regs)

#endif
