/* SPDX-License-Identifier: GPL-2.0-only */
/* TASK_SIZE_MAX, the end of the largest user address space, for kernels that do not define it. */
#ifndef GUEST_COMPAT_TASK_SIZE_H
#define GUEST_COMPAT_TASK_SIZE_H

#include <linux/sched.h>
#include <linux/version.h>

/* access_ok() has the same limit there, also for 32-bit tasks */
#if defined(CONFIG_ARM64) && LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define TASK_SIZE_MAX TASK_SIZE_64
#endif

#endif /* GUEST_COMPAT_TASK_SIZE_H */
