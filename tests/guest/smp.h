/* SPDX-License-Identifier: MIT */
/* The second CPU, and interrupts from one to the other through the local APIC (Intel SDM volume 3,
 * chapter 11). */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include <stdbool.h>
#include <stdint.h>

/* command halves of the ICR */
#define IPI_INIT      0x4500
#define IPI_STARTUP   (0x4600 | AP_TRAMPOLINE >> 12)
#define IPI_NMI	      0x4400
#define IPI_FIXED     0x4000
#define IPI_TO_SELF   (1u << 18)
#define IPI_TO_OTHERS (3u << 18)

/* NMIs taken by any CPU */
extern volatile uint32_t nmi_count;

/** ipi_send() - write the ICR. @apic_id: used without a shorthand. */
void ipi_send(uint32_t apic_id, uint32_t command);

/** apic_enable() - let this CPU's local APIC take interrupts. */
void apic_enable(void);

/** smp_start() - run @entry on CPU 1. Return: it has come there within a second or so. */
bool smp_start(void (*entry)(void));

/** smp_second() - what CPU 1 does when it has arrived. */
void smp_second(void);

#endif
