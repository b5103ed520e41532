/* SPDX-License-Identifier: MIT */
/* Accesses of every width, aligned or not, to registers, across the borders of windows, and to
 * nothing. */
#include "virtio.h"

#define REGISTERS_END 0x110

static uint64_t read_width(uint64_t gpa, unsigned int width)
{
	uint64_t value = 0;

	switch (width) {
	case 1:
		__asm__ volatile("movb (%1), %b0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	case 2:
		__asm__ volatile("movw (%1), %w0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	case 4:
		__asm__ volatile("movl (%1), %k0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	default:
		__asm__ volatile("movq (%1), %0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	}
	return value;
}

static void write_width(uint64_t gpa, unsigned int width, uint64_t value)
{
	switch (width) {
	case 1:
		__asm__ volatile("movb %b0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	case 2:
		__asm__ volatile("movw %w0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	case 4:
		__asm__ volatile("movl %k0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	default:
		__asm__ volatile("movq %0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	}
}

static void sweep(uint64_t base, uint64_t len)
{
	for (uint64_t offset = 0; offset < len; offset++) {
		for (unsigned int width = 1; width <= 8; width *= 2) {
			read_width(base + offset, width);
			write_width(base + offset, width, -1ull);
			write_width(base + offset, width, 0);
		}
	}
}

/* the last bytes of a window and the first of what follows it */
static void borders(uint64_t base)
{
	for (unsigned int width = 2; width <= 8; width *= 2) {
		for (uint64_t back = 1; back < width; back++) {
			read_width(base + PAGE_SIZE - back, width);
			write_width(base + PAGE_SIZE - back, width, -1ull);
			read_width(base - back, width);
			write_width(base - back, width, -1ull);
		}
	}
}

static void unaligned_registers(void)
{
	bool truth = true;

	for (unsigned int width = 1; width <= 2; width++)
		truth &= read_width(VIRTIO_BLK + REG_MAGIC, width) == (1ull << (8 * width)) - 1;
	truth &= read_width(VIRTIO_BLK + REG_MAGIC, 8) == -1ull;
	truth &= read_width(VIRTIO_BLK + REG_MAGIC + 2, 4) == 0xffffffff;
	check(truth, "a register read in another way is all ones");
	check(read_width(VIRTIO_BLK + REG_CONFIG, 8) != -1ull,
	      "the configuration can be read in any width");
}

static void nothing_there(void)
{
	static const uint64_t bases[] = { VIRTIO_NONE, MMIO_HOLE, 0xfe000000u, 0xfffff000u };
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		for (unsigned int width = 1; width <= 8; width *= 2) {
			uint64_t all = width == 8 ? -1ull : (1ull << (8 * width)) - 1;

			write_width(bases[i], width, 0);
			truth &= read_width(bases[i], width) == all;
		}
	}
	check(truth, "where nothing is, there are all ones");
}

void guest_main(void)
{
	unaligned_registers();
	nothing_there();
	sweep(VIRTIO_BLK, REGISTERS_END);
	sweep(VIRTIO_RNG, REGISTERS_END);
	/* the state register takes no value that is none; 0 says that no module has spoken */
	sweep(PORTAL_DEVICE, 0x20);
	borders(VIRTIO_BLK);
	borders(PORTAL_DEVICE);
	check(blk_works(), "the disk works after the sweep");
	check(rng_works(), "the entropy source works after the sweep");
}
