/* SPDX-License-Identifier: MIT */
/*
 * Device accesses by instructions that the processor does not describe to KVM, which has no
 * decoder; code and page tables at addresses without memory. The guest takes an abort, and nothing
 * else happens.
 */
#include "virtio.h"

/* fields of ESR_EL1 (Arm ARM, "ESR_EL1") */
#define CLASS_SHIFT	    26
#define CLASS_CODE_ABORT    0x21
#define CLASS_DATA_ABORT    0x25
#define STATUS_MASK	    0x3f
#define STATUS_EXTERNAL	    0x10
#define STATUS_WALK_LEVEL_2 0x16 /* external abort on a table walk, level 2 */

/* index of a GiB that start.S does not map, and the type bits of a table entry in table_1g */
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

static void load_post_index(void)
{
	uint64_t value, at = VIRTIO_BLK;

	__asm__ volatile("ldr %w0, [%1], #4" : "=&r"(value), "+r"(at));
}

static void store_pre_index(void)
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

static void load_pair_from_hole(void)
{
	uint64_t a, b;

	__asm__ volatile("ldp %0, %1, [%2]" : "=&r"(a), "=&r"(b) : "r"(MMIO_HOLE));
}

/* the first half of the pair is in RAM */
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

static void atomic_add(void)
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

static void run_without_memory(void)
{
	((void (*)(void))(uintptr_t)VA_NO_MEMORY)();
}

static void walk_bad_table(void)
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
	check(data_aborts(load_pair) && data_aborts(store_pair), "loads and stores of pairs abort");
	check(data_aborts(load_post_index) && data_aborts(store_pre_index),
	      "accesses that write their address back abort");
	check(data_aborts(load_vector) && data_aborts(store_vector),
	      "loads and stores of vectors abort");
	check(data_aborts(load_pair_from_hole), "a pair at an address without memory aborts");
	check(data_aborts(load_across_end), "a pair across the end of RAM aborts");
	check(data_aborts(zero_block), "zeroing a block (DC ZVA) aborts");
	/*
	 * the kind of fault depends on whether the processor supports this instruction, and on
	 * device memory
	 */
	check(attempt(load_exclusive) != 0 && attempt(atomic_add) != 0, "atomic accesses fault");
	check(attempt(clean_line) == 0, "cleaning the cache does nothing");
}

static void walk(uint64_t table)
{
	table_1g[SPARE_GIB] = table | TABLE;
	__asm__ volatile("dsb ish\n\ttlbi vmalle1\n\tdsb ish\n\tisb" : : : "memory");
	check(aborts(walk_bad_table, CLASS_DATA_ABORT, STATUS_WALK_LEVEL_2) ||
		      data_aborts(walk_bad_table),
	      "a page table at an address without memory aborts");
}

static void storm(void)
{
	bool truth = true;

	for (unsigned int i = 0; i < NR_ROUNDS; i++)
		truth &= data_aborts(load_pair);
	check(truth, "a storm of such accesses aborts each time");
}

void guest_main(void)
{
	without_syndrome();
	check(aborts(run_without_memory, CLASS_CODE_ABORT, STATUS_EXTERNAL),
	      "code at an address without memory aborts");
	walk(VIRTIO_BLK);
	walk(PA_NO_MEMORY);
	storm();
	check(blk_works(), "the disk works at the end");
}
