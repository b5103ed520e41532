/* SPDX-License-Identifier: MIT */
/* The type of a task's work. */
#ifndef FAKE_LINUX_TASK_WORK_H
#define FAKE_LINUX_TASK_WORK_H

#include <linux/srcu.h>

#endif
