/* SPDX-License-Identifier: MIT */
/* Storms of interrupts between two CPUs and to CPUs that do not exist, and everything in every
 * register. */
#include "cpu.h"
#include "gic.h"
#include "guest.h"
#include "smp.h"

#define NR_STORM   2000
#define SPINS	   10000000
#define FRAME_IDS  0xffd0 /* the last registers of a frame of 64 KiB */
#define ROUTES	   0x6000 /* of a GICv3's distributor, 8 bytes for each interrupt */
#define ROUTES_END 0x6400
#define BETWEEN	   0x08080000 /* where a machine would have an ITS */

static volatile uint32_t heard[NR_CPUS];

static void take(void)
{
	if (gic_take())
		heard[gic_cpu()]++;
}

static void listen(void)
{
	__asm__ volatile("msr daifclr, #2" : : : "memory");
}

static void stop_listening(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

static void second(void)
{
	gic_reset_cpu();
	listen();
	for (;;)
		cpu_relax();
}

static bool hears(unsigned int cpu)
{
	uint32_t before = heard[cpu];

	gic_send(1u << cpu, 1);
	for (unsigned int i = 0; i < SPINS && heard[cpu] == before; i++)
		cpu_relax();
	return heard[cpu] != before;
}

static void storm(void)
{
	uint32_t before = heard[0];

	for (unsigned int i = 0; i < NR_STORM; i++) {
		gic_send(3, i % 16);
		gic_send(0xfc, i % 16);
		gic_send(0, i % 16);
	}
	check(heard[0] > before && hears(1), "a storm of interrupts arrives");
}

/* nothing of it is taken here meanwhile; what the other CPU takes of it is no matter */
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
	stop_listening();
	write_all(ARM64_GICD, ARM64_GICD + 0x1000);
	if (gic_is_v3()) {
		write_all(ARM64_GICD + ROUTES, ARM64_GICD + ROUTES_END);
		write_all(ARM64_GICD + FRAME_IDS, ARM64_GICD + 0x10000);
		write_redistributors();
	}
	check(true, "every register has had everything");
	check(mmio_read32(BETWEEN) == UINT32_MAX, "and beside them is nothing");
}

void guest_main(void)
{
	on_interrupt = take;
	gic_reset();
	gic_reset_cpu();
	listen();
	if (!check(smp_start(second), "the second CPU runs"))
		return;
	check(hears(0) && hears(1), "both CPUs hear each other");
	storm();
	registers();
	gic_reset();
	gic_reset_cpu();
	listen();
	check(hears(0), "this CPU hears in the end");
}
