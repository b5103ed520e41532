/* SPDX-License-Identifier: MIT */
/* Storms of interrupts between two CPUs and to CPUs that do not exist; writes to every register. */
#include "cpu.h"
#include "gic.h"
#include "guest.h"
#include "smp.h"

#define NR_STORM   2000
#define SPINS	   10000000
#define FRAME_IDS  0xffd0 /* the last registers of a frame of 64 KiB */
#define ROUTES	   0x6000 /* in the distributor of a GICv3, 8 bytes for each interrupt */
#define ROUTES_END 0x6400
#define BETWEEN	   0x08080000 /* where other machines have an ITS */

static volatile uint32_t nr_taken[NR_CPUS];

static void take(void)
{
	if (gic_take())
		nr_taken[gic_cpu()]++;
}

static void enable_interrupts(void)
{
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

static void disable_interrupts(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

static void second(void)
{
	gic_reset_cpu();
	enable_interrupts();
	for (;;)
		cpu_relax();
}

static bool can_interrupt(unsigned int cpu)
{
	uint32_t before = nr_taken[cpu];

	gic_send(1u << cpu, 1);
	for (unsigned int i = 0; i < SPINS && nr_taken[cpu] == before; i++)
		cpu_relax();
	return nr_taken[cpu] != before;
}

static void storm(void)
{
	uint32_t before = nr_taken[0];

	for (unsigned int i = 0; i < NR_STORM; i++) {
		gic_send(3, i % 16);
		gic_send(0xfc, i % 16);
		gic_send(0, i % 16);
	}
	check(nr_taken[0] > before && can_interrupt(1), "a storm of interrupts arrives");
}

/* This CPU takes no interrupts meanwhile. The other CPU may take some. */
static void write_all(uint64_t base, uint64_t end)
{
	for (uint64_t at = base; at < end; at += 4) {
		mmio_read32(at);
		mmio_write32(at, UINT32_MAX);
		mmio_write32(at, 0);
		mmio_write(at, 1, 0x55);
		mmio_write(at + 1, 1, 0xaa);
		mmio_read(at, 2);
		mmio_write(at & ~7ull, 8, UINT64_MAX);
	}
}

static void write_redistributors(void)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		uint64_t frame = gic_redistributor(cpu);

		write_all(frame, frame + 0x200);
		write_all(frame + FRAME_IDS, frame + 0x11000);
		write_all(frame + 0x10000 + FRAME_IDS, frame + 0x20000);
	}
}

static void registers(void)
{
	disable_interrupts();
	write_all(ARM64_GICD, ARM64_GICD + 0x1000);
	if (gic_is_v3()) {
		write_all(ARM64_GICD + ROUTES, ARM64_GICD + ROUTES_END);
		write_all(ARM64_GICD + FRAME_IDS, ARM64_GICD + 0x10000);
		write_redistributors();
	}
	check(true, "every register accepts any value");
	check(mmio_read32(BETWEEN) == UINT32_MAX,
	      "an address between the registers reads as all ones");
}

void guest_main(void)
{
	on_interrupt = take;
	gic_reset();
	gic_reset_cpu();
	enable_interrupts();
	if (!check(smp_start(second), "the second CPU runs"))
		return;
	check(can_interrupt(0) && can_interrupt(1), "both CPUs get interrupts");
	storm();
	registers();
	gic_reset();
	gic_reset_cpu();
	enable_interrupts();
	check(can_interrupt(0), "this CPU gets interrupts at the end");
}
