/* SPDX-License-Identifier: MIT */
/* Other CPUs: calls on them, and whether they are online. */
#ifndef FAKE_LINUX_SMP_H
#define FAKE_LINUX_SMP_H

#include "fake_kernel.h"

#define get_cpu()	       fake_kernel_preempt_disable()
#define put_cpu()	       fake_kernel_preempt_enable()
#define raw_smp_processor_id() (fake_current->cpu)

#define smp_call_function_single(cpu, fn, info, wait) fake_kernel_call_on((cpu), (fn), (info))

#endif
