/* SPDX-License-Identifier: MIT */
/*
 * Storms of INIT, SIPI and NMI to the second CPU and to CPUs that do not exist; and a local APIC
 * that is moved.
 */
#include "apic.h"
#include "guest.h"
#include "smp.h"

#define NR_STORM      2000
#define IDLE_PAGE     0x9000
#define MSR_APIC_BASE 0x1b
#define APIC_ID	      0x20

static volatile uint64_t turns;

static void count(void)
{
	for (;;)
		turns++;
}

static bool start_second(void)
{
	uint64_t before;

	if (!smp_start(count))
		return false;
	before = turns;
	for (unsigned int i = 0; i < 10000000 && turns == before; i++)
		cpu_relax();
	return turns != before;
}

/* half of the SIPIs start the CPU at a page with only "cli; 1: hlt; jmp 1b" */
static void init_storm(void)
{
	static const uint8_t idle[] = { 0xfa, 0xf4, 0xeb, 0xfd };

	memcpy((void *)(uintptr_t)IDLE_PAGE, idle, sizeof(idle));
	for (unsigned int i = 0; i < NR_STORM; i++) {
		ipi_send(1, IPI_INIT);
		ipi_send(1, IPI_STARTUP ^ (i & 1));
	}
	check(start_second(), "the second CPU starts after a storm of INITs and SIPIs");
}

static void nmi_storm(void)
{
	uint32_t before = nmi_count;

	for (unsigned int i = 0; i < NR_STORM; i++) {
		ipi_send(1, IPI_NMI);
		ipi_send(0, IPI_NMI);
	}
	check(nmi_count > before, "a storm of NMIs arrives");
}

static void absent_cpus(void)
{
	/* 255 is the broadcast address */
	for (uint32_t id = 2; id < 255; id++) {
		ipi_send(id, IPI_INIT);
		ipi_send(id, IPI_STARTUP);
		ipi_send(id, IPI_FIXED);
		ipi_send(id, IPI_NMI);
	}
	check(true, "interrupts to CPUs that do not exist are dropped");
}

static void write_msr(uint32_t index, uint64_t value)
{
	__asm__ volatile("wrmsr"
			 :
			 : "c"(index), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static uint64_t read_msr(uint32_t index)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index));
	return low | (uint64_t)high << 32;
}

static void moved_apic(void)
{
	uint64_t base = read_msr(MSR_APIC_BASE);

	write_msr(MSR_APIC_BASE, (base & 0xfff) | MMIO_HOLE);
	write_msr(MSR_APIC_BASE, base);
	check(mmio_read32(LAPIC + APIC_ID) >> 24 == 0, "the local APIC is back where it was");
}

void guest_main(void)
{
	apic_enable();
	check(start_second(), "the second CPU runs");
	nmi_storm();
	init_storm();
	absent_cpus();
	moved_apic();
	ipi_send(1, IPI_INIT);
	check(start_second(), "the second CPU runs at the end");
}
