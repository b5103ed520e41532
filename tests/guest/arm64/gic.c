/* SPDX-License-Identifier: MIT */
/* Sources: Arm IHI 0069 (GICv3) and IHI 0048 (GICv2). */
#include "gic.h"

#include "guest.h"

/* registers of the distributor; the second frame of a redistributor has some of them, too */
#define CTLR		0x000
#define IGROUPR		0x080
#define ISENABLER	0x100
#define ICENABLER	0x180
#define ICPENDR		0x280
#define ICACTIVER	0x380
#define SGIR		0xf00 /* GICv2 */
#define NR_WORDS	32    /* in a bitmap of interrupts */
#define CTLR_GROUPS	3
#define CTLR_V3_GROUP_1 0x12 /* group 1 and affinity routing */

#define REDISTRIBUTOR_WAKER 0x14
#define SECOND_FRAME	    0x10000

/* registers of the CPU interface of a GICv2 */
#define CPU_CTLR 0x00
#define CPU_PMR	 0x04
#define CPU_IAR	 0x0c
#define CPU_EOIR 0x10

#define ALL_PRIORITIES 0xff
#define FIRST_SPECIAL  1020
#define ID_MASK	       0x3ff
#define PFR0_GIC_SHIFT 24
#define CPUS_SHIFT_V2  16
#define SGI_SHIFT_V3   24

bool gic_is_v3(void)
{
	uint64_t features;

	__asm__ volatile("mrs %0, id_aa64pfr0_el1" : "=r"(features));
	return features >> PFR0_GIC_SHIFT & 0xf;
}

unsigned int gic_cpu(void)
{
	uint64_t affinity;

	__asm__ volatile("mrs %0, mpidr_el1" : "=r"(affinity));
	return affinity & 0xf;
}

uint64_t gic_redistributor(unsigned int cpu)
{
	return ARM64_GICR + (uint64_t)cpu * ARM64_GICV3_REDIST_SIZE;
}

static void silence(uint64_t frame, unsigned int word)
{
	mmio_write32(frame + ICENABLER + 4 * word, UINT32_MAX);
	mmio_write32(frame + ICPENDR + 4 * word, UINT32_MAX);
	mmio_write32(frame + ICACTIVER + 4 * word, UINT32_MAX);
	mmio_write32(frame + IGROUPR + 4 * word, gic_is_v3() ? UINT32_MAX : 0);
}

void gic_reset(void)
{
	mmio_write32(ARM64_GICD + CTLR, 0);
	for (unsigned int word = 1; word < NR_WORDS; word++)
		silence(ARM64_GICD, word);
	mmio_write32(ARM64_GICD + CTLR, gic_is_v3() ? CTLR_V3_GROUP_1 : CTLR_GROUPS);
}

static void reset_cpu_v3(void)
{
	uint64_t frame = gic_redistributor(gic_cpu());

	mmio_write32(frame + REDISTRIBUTOR_WAKER, 0);
	silence(frame + SECOND_FRAME, 0);
	mmio_write32(frame + SECOND_FRAME + ISENABLER, 0xffff);
	__asm__ volatile("msr s3_0_c12_c12_5, %0\n\t" /* ICC_SRE_EL1 */
			 "isb\n\t"
			 "msr s3_0_c4_c6_0, %1\n\t"   /* ICC_PMR_EL1 */
			 "msr s3_0_c12_c12_7, %2\n\t" /* ICC_IGRPEN1_EL1 */
			 "isb"
			 :
			 : "r"(7ull), "r"((uint64_t)ALL_PRIORITIES), "r"(1ull)
			 : "memory");
}

static void reset_cpu_v2(void)
{
	silence(ARM64_GICD, 0);
	mmio_write32(ARM64_GICD + ISENABLER, 0xffff);
	mmio_write32(ARM64_GICC + CPU_PMR, ALL_PRIORITIES);
	mmio_write32(ARM64_GICC + CPU_CTLR, 1);
}

void gic_reset_cpu(void)
{
	if (gic_is_v3())
		reset_cpu_v3();
	else
		reset_cpu_v2();
}

void gic_send(uint32_t cpus, uint32_t id)
{
	uint64_t sgi = (uint64_t)id << SGI_SHIFT_V3 | cpus;

	if (gic_is_v3()) /* ICC_SGI1R_EL1 */
		__asm__ volatile("dsb ish\n\tmsr s3_0_c12_c11_5, %0\n\tisb"
				 :
				 : "r"(sgi)
				 : "memory");
	else
		mmio_write32(ARM64_GICD + SGIR, cpus << CPUS_SHIFT_V2 | id);
}

static bool take_v3(void)
{
	uint64_t id;

	__asm__ volatile("mrs %0, s3_0_c12_c12_0\n\tdsb sy"
			 : "=r"(id)
			 :
			 : "memory"); /* ICC_IAR1_EL1 */
	if (id >= FIRST_SPECIAL)
		return false;
	__asm__ volatile("msr s3_0_c12_c12_1, %0\n\tisb"
			 :
			 : "r"(id)
			 : "memory"); /* ICC_EOIR1_EL1 */
	return true;
}

bool gic_take(void)
{
	uint32_t id;

	if (gic_is_v3())
		return take_v3();
	id = mmio_read32(ARM64_GICC + CPU_IAR);
	if ((id & ID_MASK) >= FIRST_SPECIAL)
		return false;
	mmio_write32(ARM64_GICC + CPU_EOIR, id);
	return true;
}
