/* SPDX-License-Identifier: MIT */
#include "smp.h"

#include "apic.h"
#include "guest.h"

#define APIC_SPURIOUS	 0xf0
#define APIC_ICR_LOW	 0x300
#define APIC_ICR_HIGH	 0x310
#define SPURIOUS_ENABLED 0x1ff

#define NR_ATTEMPTS   100
#define ATTEMPT_SPINS 100000

extern const uint8_t ap_trampoline[], ap_trampoline_end[];

volatile uint32_t nmi_count;
static void (*volatile second_entry)(void);
static volatile bool has_arrived;

void ipi_send(uint32_t apic_id, uint32_t command)
{
	mmio_write32(LAPIC + APIC_ICR_HIGH, apic_id << 24);
	mmio_write32(LAPIC + APIC_ICR_LOW, command);
}

void apic_enable(void)
{
	mmio_write32(LAPIC + APIC_SPURIOUS, SPURIOUS_ENABLED);
}

static void wait(void)
{
	for (unsigned int i = 0; i < ATTEMPT_SPINS && !has_arrived; i++)
		cpu_relax();
}

/*
 * A SIPI that arrives before the INIT is handled is lost, so it is repeated. An extra one does no
 * harm.
 */
bool smp_start(void (*entry)(void))
{
	uint8_t *trampoline = (uint8_t *)(uintptr_t)AP_TRAMPOLINE;

	memcpy(trampoline, ap_trampoline, (size_t)(ap_trampoline_end - ap_trampoline));
	second_entry = entry;
	has_arrived = false;
	apic_enable();
	ipi_send(1, IPI_INIT);
	for (unsigned int i = 0; i < NR_ATTEMPTS && !has_arrived; i++) {
		ipi_send(1, IPI_STARTUP);
		wait();
	}
	return has_arrived;
}

void smp_second(void)
{
	apic_enable();
	has_arrived = true;
	second_entry();
}
