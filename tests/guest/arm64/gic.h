/* SPDX-License-Identifier: MIT */
/* The interrupt controller, GICv3 or GICv2: only what interrupts from one CPU to another need. */
#ifndef GUEST_ARM64_GIC_H
#define GUEST_ARM64_GIC_H

#include <stdbool.h>
#include <stdint.h>

/** gic_is_v3() - Return: true for a GICv3, false for a GICv2. */
bool gic_is_v3(void);

/**
 * gic_redistributor() - address of @cpu's first frame of 64 KiB in a GICv3; the second frame
 * follows.
 */
uint64_t gic_redistributor(unsigned int cpu);

/** gic_reset() - reset the distributor: no interrupt is enabled, pending or active. */
void gic_reset(void);

/** gic_reset_cpu() - reset the part of the calling CPU, and enable interrupts from CPUs. */
void gic_reset_cpu(void);

/** gic_send() - send interrupt @id, 0 .. 15, to the CPUs in the bit mask @cpus. */
void gic_send(uint32_t cpus, uint32_t id);

/** gic_take() - acknowledge and end the pending interrupt. Return: false if none is pending. */
bool gic_take(void);

/** gic_cpu() - number of the calling CPU. */
unsigned int gic_cpu(void);

#endif
