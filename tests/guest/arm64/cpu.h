/* SPDX-License-Identifier: MIT */
/* The functions that start.S calls, and a hook for interrupts. */
#ifndef GUEST_ARM64_CPU_H
#define GUEST_ARM64_CPU_H

#include <stdint.h>

extern const uint8_t second_start[];

/* called for each interrupt; NULL: an interrupt is an error */
extern void (*volatile on_interrupt)(void);

/** guest_start() - entry of each CPU. @given: the device tree for CPU 0. */
void guest_start(unsigned int cpu, const uint8_t *given) __attribute__((noreturn));

/**
 * guest_exception() - report an exception and power off. @syndrome: ESR_EL1; -1: an unexpected
 * vector or interrupt.
 */
void guest_exception(uint64_t syndrome, uint64_t at, uint64_t address) __attribute__((noreturn));

void guest_interrupt(void);

#endif
