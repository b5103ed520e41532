/* SPDX-License-Identifier: MIT */
/* Per-CPU variables; preemption is disabled between get_cpu_ptr() and put_cpu_ptr(). */
#ifndef FAKE_LINUX_PERCPU_H
#define FAKE_LINUX_PERCPU_H

#include "fake_kernel.h"

#define DEFINE_PER_CPU(type, name) __typeof__(type) name[FAKE_NR_CPUS]
#define per_cpu_ptr(ptr, cpu)	   (&(*(ptr))[(cpu)])
#define get_cpu_ptr(ptr)	   per_cpu_ptr(ptr, fake_kernel_preempt_disable())
#define put_cpu_ptr(ptr)	   ((void)(ptr), fake_kernel_preempt_enable())

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < FAKE_NR_CPUS; (cpu)++)

#endif
