/* SPDX-License-Identifier: MIT */
/* Preemption of the task on its CPU. */
#ifndef FAKE_LINUX_PREEMPT_H
#define FAKE_LINUX_PREEMPT_H

#include "fake_kernel.h"

#define preempt_disable() ((void)fake_kernel_preempt_disable())
#define preempt_enable()  fake_kernel_preempt_enable()

#endif
