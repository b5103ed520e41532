/* SPDX-License-Identifier: MIT */
/* The interrupt controller, GICv3 or GICv2, as far as interrupts from one CPU to another need it.
 */
#ifndef GUEST_ARM64_GIC_H
#define GUEST_ARM64_GIC_H

#include <stdbool.h>
#include <stdint.h>

/** gic_is_v3() - else it is a GICv2. */
bool gic_is_v3(void);

/** gic_redistributor() - of a GICv3: @cpu's first frame, 64 KiB; the second one follows. */
uint64_t gic_redistributor(unsigned int cpu);

/** gic_reset() - the distributor, with nothing enabled, pending or active in it. */
void gic_reset(void);

/** gic_reset_cpu() - the calling CPU's own part: it hears interrupts from CPUs from now on. */
void gic_reset_cpu(void);

/** gic_send() - interrupt @id, 0 .. 15, to the CPUs of the bits in @cpus. */
void gic_send(uint32_t cpus, uint32_t id);

/** gic_take() - the interrupt that is there, at its end. Return: false: there is none. */
bool gic_take(void);

/** gic_cpu() - number of the calling CPU. */
unsigned int gic_cpu(void);

#endif
