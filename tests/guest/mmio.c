/* SPDX-License-Identifier: MIT */
/*
 * Accesses of every width, aligned or not: to registers, across the boundaries of windows, and to
 * addresses without a device.
 */
#include "virtio.h"

#define REGISTERS_END 0x110

static void sweep(uint64_t base, uint64_t len)
{
	for (uint64_t offset = 0; offset < len; offset++) {
		for (unsigned int width = 1; width <= 8; width *= 2) {
			mmio_read(base + offset, width);
			mmio_write(base + offset, width, -1ull);
			mmio_write(base + offset, width, 0);
		}
	}
}

/* accesses across the beginning and the end of a window */
static void boundaries(uint64_t base, uint64_t size)
{
	for (unsigned int width = 2; width <= 8; width *= 2) {
		for (uint64_t back = 1; back < width; back++) {
			mmio_read(base + size - back, width);
			mmio_write(base + size - back, width, -1ull);
			mmio_read(base - back, width);
			mmio_write(base - back, width, -1ull);
		}
	}
}

static void unaligned_registers(void)
{
	bool truth = true;

	for (unsigned int width = 1; width <= 2; width++)
		truth &= mmio_read(VIRTIO_BLK + REG_MAGIC, width) == (1ull << (8 * width)) - 1;
	truth &= mmio_read(VIRTIO_BLK + REG_MAGIC, 8) == -1ull;
	truth &= mmio_read(VIRTIO_BLK + REG_MAGIC + 2, 4) == 0xffffffff;
	check(truth, "a register read with a wrong width or offset is all ones");
	check(mmio_read(VIRTIO_BLK + REG_CONFIG, 8) != -1ull,
	      "the configuration can be read in any width");
}

static void unassigned_addresses(void)
{
	static const uint64_t bases[] = NOTHING_THERE;
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		for (unsigned int width = 1; width <= 8; width *= 2) {
			uint64_t all = width == 8 ? -1ull : (1ull << (8 * width)) - 1;

			mmio_write(bases[i], width, 0);
			truth &= mmio_read(bases[i], width) == all;
		}
	}
	check(truth, "addresses without a device read as all ones");
}

void guest_main(void)
{
	unaligned_registers();
	unassigned_addresses();
	sweep(VIRTIO_BLK, REGISTERS_END);
	sweep(VIRTIO_RNG, REGISTERS_END);
	/* an invalid state is ignored; state 0 means that no guest module has reported yet */
	sweep(PORTAL_DEVICE, 0x20);
	boundaries(VIRTIO_BLK, VIRTIO_SIZE);
	boundaries(PORTAL_DEVICE, PORTAL_DEVICE_SIZE);
	check(blk_works(), "the disk works after the sweep");
	check(rng_works(), "the entropy source works after the sweep");
}
