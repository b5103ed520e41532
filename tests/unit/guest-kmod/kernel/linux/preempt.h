/* SPDX-License-Identifier: MIT */
/* Preemption, as for per-CPU variables. Tasks do not migrate by themselves. */
#ifndef FAKE_LINUX_PREEMPT_H
#define FAKE_LINUX_PREEMPT_H

#include "fake_kernel.h"

#define preempt_disable() ((void)fake_kernel_preempt_disable())
#define preempt_enable()  fake_kernel_preempt_enable()
#define cond_resched()	  ((void)0)

#endif
