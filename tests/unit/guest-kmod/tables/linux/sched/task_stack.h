/* SPDX-License-Identifier: MIT */
/* The current task; the test defines it. */
#ifndef FAKE_LINUX_SCHED_TASK_STACK_H
#define FAKE_LINUX_SCHED_TASK_STACK_H

struct pt_regs;

extern struct pt_regs *current;

#define task_pt_regs(task) (task)

#endif
