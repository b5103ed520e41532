/* SPDX-License-Identifier: MIT */
/* Interrupts from one CPU to the other through the local APIC (Intel SDM volume 3, chapter 11). */
#ifndef GUEST_X86_APIC_H
#define GUEST_X86_APIC_H

#include <stdint.h>

/* values for the low half of the ICR */
#define IPI_INIT    0x4500
#define IPI_STARTUP (0x4600 | AP_TRAMPOLINE >> 12)
#define IPI_NMI	    0x4400
#define IPI_FIXED   0x4000

/* number of NMIs on all CPUs */
extern volatile uint32_t nmi_count;

/** ipi_send() - write the ICR. @apic_id: the destination, if @command has no shorthand. */
void ipi_send(uint32_t apic_id, uint32_t command);

/** apic_enable() - let the local APIC of this CPU accept interrupts. */
void apic_enable(void);

#endif
