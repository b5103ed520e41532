/* SPDX-License-Identifier: MIT */
/* What start.S calls, and interrupts for the program that wants them. */
#ifndef GUEST_ARM64_CPU_H
#define GUEST_ARM64_CPU_H

#include <stdint.h>

extern const uint8_t second_start[];

/* called with each interrupt that is let in; NULL: nobody expects one */
extern void (*volatile on_interrupt)(void);

/** guest_start() - @cpu 0 has the device tree in @given. */
void guest_start(unsigned int cpu, const uint8_t *given) __attribute__((noreturn));

/** guest_exception() - @syndrome: ESR_EL1, -1: no exception that there should be. */
void guest_exception(uint64_t syndrome, uint64_t at, uint64_t address) __attribute__((noreturn));

void guest_interrupt(void);

#endif
