/* SPDX-License-Identifier: MIT */
/* The task that makes the call; the test defines it. */
#ifndef FAKE_LINUX_SCHED_H
#define FAKE_LINUX_SCHED_H

#include <linux/ptrace.h>

struct task_struct {
	struct pt_regs regs;
	u32 syscall_nr;
};

extern struct task_struct *current;

#endif
