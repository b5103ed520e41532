/* SPDX-License-Identifier: MIT */
/*
 * Accesses to devices that the processor does not describe to KVM, which has no decoder; code and
 * page tables where no memory is. The guest takes an abort, and nothing else happens.
 */
#include "virtio.h"

/* of ESR_EL1 (Arm ARM, "ESR_EL1") */
#define CLASS_SHIFT	    26
#define CLASS_CODE_ABORT    0x21
#define CLASS_DATA_ABORT    0x25
#define STATUS_MASK	    0x3f
#define STATUS_EXTERNAL	    0x10
#define STATUS_WALK_LEVEL_2 0x16 /* external, on the walk to a table of level 2 */

/* index of a GiB that start.S maps nowhere, and what makes an entry of table_1g one of a table */
#define SPARE_GIB 12
#define TABLE	  3
#define NR_ROUNDS 500

extern volatile uint64_t table_1g[];

static void load_pair(void)
{
	uint64_t a, b;

	__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(VIRTIO_BLK));
}

static void store_pair(void)
{
	__asm__ volatile("stp xzr, xzr, [%0]" : : "r"(VIRTIO_BLK) : "memory");
}

static void load_and_move_on(void)
{
	uint64_t value, at = VIRTIO_BLK;

	__asm__ volatile("ldr %w0, [%1], #4" : "=&r"(value), "+r"(at));
}

static void move_on_and_store(void)
{
	uint64_t at = VIRTIO_BLK;

	__asm__ volatile("str wzr, [%0, #4]!" : "+r"(at) : : "memory");
}

static void load_vector(void)
{
	__asm__ volatile(".arch_extension simd\n\tldr q0, [%0]" : : "r"(VIRTIO_BLK));
}

static void store_vector(void)
{
	__asm__ volatile(".arch_extension simd\n\tstr q0, [%0]" : : "r"(VIRTIO_BLK) : "memory");
}

static void load_nothing(void)
{
	uint64_t a, b;

	__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(MMIO_HOLE));
}

/* its first half is memory */
static void load_across_end(void)
{
	uint64_t a, b;

	__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(guest_ram_end() - 8));
}

static void zero_block(void)
{
	__asm__ volatile("dc zva, %0" : : "r"(VIRTIO_BLK + VA_UNALIGNED) : "memory");
}

static void load_exclusive(void)
{
	uint64_t value;

	__asm__ volatile("ldxr %w0, [%1]" : "=r"(value) : "r"(VIRTIO_BLK + VA_UNALIGNED));
}

static void add_at_once(void)
{
	__asm__ volatile(".arch_extension lse\n\tldadd %w0, wzr, [%1]"
			 :
			 : "r"(1), "r"(VIRTIO_BLK + VA_UNALIGNED)
			 : "memory");
}

static void clean_line(void)
{
	__asm__ volatile("dc civac, %0" : : "r"(VIRTIO_BLK) : "memory");
}

static void run_nothing(void)
{
	((void (*)(void))(uintptr_t)VA_NO_MEMORY)();
}

static void walk_nowhere(void)
{
	(void)*(volatile uint64_t *)((uintptr_t)SPARE_GIB << 30);
}

static bool aborts(void (*entry)(void), uint32_t class, uint32_t status)
{
	uint64_t syndrome = attempt(entry);

	return syndrome >> CLASS_SHIFT == class && (syndrome & STATUS_MASK) == status;
}

static bool data_aborts(void (*entry)(void))
{
	return aborts(entry, CLASS_DATA_ABORT, STATUS_EXTERNAL);
}

static void without_syndrome(void)
{
	check(data_aborts(load_pair) && data_aborts(store_pair), "pairs abort");
	check(data_aborts(load_and_move_on) && data_aborts(move_on_and_store),
	      "accesses that write their address back abort");
	check(data_aborts(load_vector) && data_aborts(store_vector), "vectors abort");
	check(data_aborts(load_nothing), "so does a pair where nothing is");
	check(data_aborts(load_across_end), "and one that memory ends in");
	check(data_aborts(zero_block), "a block of zeros aborts");
	/* an abort, or what a processor says that cannot do it there, or at all */
	check(attempt(load_exclusive) != 0 && attempt(add_at_once) != 0, "atomic accesses fault");
	check(attempt(clean_line) == 0, "cleaning the cache does nothing");
}

static void walk(uint64_t table)
{
	table_1g[SPARE_GIB] = table | TABLE;
	__asm__ volatile("dsb ish\n\ttlbi vmalle1\n\tdsb ish\n\tisb" : : : "memory");
	check(aborts(walk_nowhere, CLASS_DATA_ABORT, STATUS_WALK_LEVEL_2) ||
		      data_aborts(walk_nowhere),
	      "a page table that is none aborts");
}

static void storm(void)
{
	bool truth = true;

	for (unsigned int i = 0; i < NR_ROUNDS; i++)
		truth &= data_aborts(load_pair);
	check(truth, "a storm of them");
}

void guest_main(void)
{
	without_syndrome();
	check(aborts(run_nothing, CLASS_CODE_ABORT, STATUS_EXTERNAL),
	      "code where nothing is aborts");
	walk(VIRTIO_BLK);
	walk(PA_NO_MEMORY);
	storm();
	check(blk_works(), "the disk works in the end");
}
