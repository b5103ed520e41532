/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_SCHED_TASK_STACK_H
#define FAKE_LINUX_SCHED_TASK_STACK_H

#include <linux/sched.h>

static inline struct pt_regs *task_pt_regs(struct task_struct *task)
{
	return &task->regs;
}

#endif
