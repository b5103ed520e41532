/* SPDX-License-Identifier: MIT */
/* Order with the host. Other tasks may run at a barrier between two stores. */
#ifndef INTERLEAVE_ASM_BARRIER_H
#define INTERLEAVE_ASM_BARRIER_H

#include <linux/srcu.h>

#include "kernel/asm/barrier.h"

/* a load after virt_rmb() is a step of its own */
#undef virt_wmb
#define virt_wmb() schedule_step(true, &srcu_point, &schedule_any, NULL, NULL)

#endif
