/* SPDX-License-Identifier: MIT */
/* Queues of impossible sizes and at impossible addresses, and drivers that skip steps. */
#include "virtio.h"

/* reset the device and go up to FEATURES_OK, with empty rings */
static void fresh(void)
{
	vq.avail.idx = 0;
	virtio_negotiate(VIRTIO_BLK, FEATURE_VERSION_1);
}

static bool breaks_with_size(uint32_t size)
{
	fresh();
	virtio_layout(VIRTIO_BLK, size);
	virtio_run(VIRTIO_BLK);
	mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
	return virtio_broken(VIRTIO_BLK);
}

static void sizes(void)
{
	uint32_t most = mmio_read32(VIRTIO_BLK + REG_QUEUE_NUM_MAX);
	const uint32_t bad[] = { 0,	 3,	  7,	      most + 1,	 2 * most,
				 0xffff, 0x10000, 0x80000000, 0xffffffff };
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		truth &= breaks_with_size(bad[i]);
	check(truth, "bad queue sizes break the device and nothing else");
	check(!breaks_with_size(1), "a queue of one descriptor works");
	check(blk_works(), "the disk works after bad queue sizes");
}

static bool breaks_with_address(uint32_t reg, uint64_t addr)
{
	fresh();
	virtio_layout(VIRTIO_BLK, QUEUE_SIZE);
	virtio_set64(VIRTIO_BLK, reg, addr);
	virtio_run(VIRTIO_BLK);
	mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
	return virtio_broken(VIRTIO_BLK);
}

static void addresses(void)
{
	static const uint32_t regs[] = { REG_QUEUE_DESC, REG_QUEUE_DRIVER, REG_QUEUE_DEVICE };
	uint64_t end = guest_ram_end();
	const uint64_t bad[] = {
		1,	 end - 16,   end - 4,	 end,	 MMIO_HOLE, VIRTIO_BLK,
		IRQCHIP, 1ull << 40, 1ull << 63, -16ull, -1ull,
	};
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(regs); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(bad); j++)
			truth &= breaks_with_address(regs[i], bad[j]);
	}
	check(truth, "rings outside RAM break the device and nothing else");
	check(breaks_with_address(REG_QUEUE_DEVICE, gpa_of(&vq.avail)) &&
		      breaks_with_address(REG_QUEUE_DRIVER, gpa_of(vq.desc)),
	      "rings that overlap break the device and nothing else");
	check(!breaks_with_address(REG_QUEUE_DESC, end - sizeof(vq.desc)),
	      "a ring may end where RAM ends");
	check(blk_works(), "the disk works after bad rings");
}

static void steps(void)
{
	mmio_write32(VIRTIO_BLK + REG_STATUS, 0);
	mmio_write32(VIRTIO_BLK + REG_STATUS, STATUS_DRIVER_OK);
	check(mmio_read32(VIRTIO_BLK + REG_STATUS) == 0, "DRIVER_OK is not the first step");
	check(!virtio_negotiate(VIRTIO_BLK, FEATURE_VERSION_1 | 1ull << 63),
	      "features that were not offered are not accepted");
	check(!virtio_negotiate(VIRTIO_BLK, 0), "VERSION_1 has to be accepted");
	mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
	check(mmio_read32(VIRTIO_BLK + REG_STATUS) == STATUS_DRIVER,
	      "a notification that comes too early is ignored");
	check(blk_works(), "the disk works after skipped steps");
}

/* changes of the queue registers have no effect while the queue runs */
static void changes_while_running(void)
{
	virtio_start(VIRTIO_BLK, 0);
	virtio_layout(VIRTIO_BLK, 0x8000);
	virtio_set64(VIRTIO_BLK, REG_QUEUE_DEVICE, guest_ram_end() - 8);
	for (uint32_t ready = 0; ready < 3; ready++)
		mmio_write32(VIRTIO_BLK + REG_QUEUE_READY, ready);
	mmio_write32(VIRTIO_BLK + REG_STATUS, STATUS_FEATURES_OK);
	check(blk_request(BLK_IN, 0, SECTOR_SIZE, true) == BLK_OK && vq.used.idx == 1,
	      "queue registers have no effect while the queue runs");
}

static void notifications(void)
{
	static const uint32_t queues[] = { 1, 2, 7, 8, 0xffff, 0x10000, 0xffffffff };

	virtio_start(VIRTIO_BLK, 0);
	for (size_t i = 0; i < ARRAY_SIZE(queues); i++) {
		mmio_write32(VIRTIO_BLK + REG_QUEUE_SEL, queues[i]);
		mmio_write32(VIRTIO_BLK + REG_QUEUE_NUM, 8);
		mmio_write32(VIRTIO_BLK + REG_QUEUE_READY, 1);
		mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, queues[i]);
	}
	check(!virtio_broken(VIRTIO_BLK), "accesses to queues that do not exist are ignored");
	check(mmio_read32(VIRTIO_BLK + REG_QUEUE_NUM_MAX) == 0,
	      "queues that do not exist have no size");
}

void guest_main(void)
{
	check(mmio_read32(VIRTIO_BLK) == VIRTIO_MAGIC, "there is a disk");
	check(blk_works(), "the disk works at first");
	sizes();
	addresses();
	steps();
	changes_while_running();
	notifications();
	check(blk_works(), "the disk works at the end");
	check(rng_works(), "the entropy source works at the end");
}
