/* SPDX-License-Identifier: MIT */
#include "virtio.h"

/* tests/e2e/cases/hostile.sh writes this to the start of the disk */
static const char disk_text[] = "hostile disk";

volatile struct virtq vq;
volatile struct blk_header blk_header;
volatile uint8_t blk_data[PAGE_SIZE], blk_status;

static void clear(volatile void *what, size_t len)
{
	volatile uint8_t *at = what;

	while (len-- > 0)
		*at++ = 0;
}

void virtio_set64(uint64_t base, uint32_t reg, uint64_t value)
{
	mmio_write32(base + reg, (uint32_t)value);
	mmio_write32(base + reg + 4, (uint32_t)(value >> 32));
}

bool virtio_negotiate(uint64_t base, uint64_t features)
{
	mmio_write32(base + REG_STATUS, 0);
	mmio_write32(base + REG_STATUS, STATUS_ACKNOWLEDGE);
	mmio_write32(base + REG_STATUS, STATUS_DRIVER);
	for (uint32_t half = 0; half < 2; half++) {
		mmio_write32(base + REG_DRIVER_FEATURES_SEL, half);
		mmio_write32(base + REG_DRIVER_FEATURES, (uint32_t)(features >> (32 * half)));
	}
	mmio_write32(base + REG_STATUS, STATUS_FEATURES_OK);
	return mmio_read32(base + REG_STATUS) == STATUS_FEATURES_OK;
}

void virtio_layout(uint64_t base, uint32_t size)
{
	mmio_write32(base + REG_QUEUE_SEL, 0);
	mmio_write32(base + REG_QUEUE_NUM, size);
	virtio_set64(base, REG_QUEUE_DESC, gpa_of(vq.desc));
	virtio_set64(base, REG_QUEUE_DRIVER, gpa_of(&vq.avail));
	virtio_set64(base, REG_QUEUE_DEVICE, gpa_of(&vq.used));
}

uint32_t virtio_run(uint64_t base)
{
	mmio_write32(base + REG_QUEUE_READY, 1);
	mmio_write32(base + REG_STATUS, STATUS_DRIVER_OK);
	return mmio_read32(base + REG_STATUS);
}

bool virtio_start(uint64_t base, uint64_t features)
{
	clear(&vq, sizeof(vq));
	if (!virtio_negotiate(base, features | FEATURE_VERSION_1))
		return false;
	virtio_layout(base, QUEUE_SIZE);
	return virtio_run(base) == STATUS_DRIVER_OK;
}

bool virtio_broken(uint64_t base)
{
	return mmio_read32(base + REG_STATUS) & STATUS_NEEDS_RESET;
}

void virtq_set(unsigned int index, uint64_t addr, uint32_t len, unsigned int flags,
	       unsigned int next)
{
	vq.desc[index].addr = addr;
	vq.desc[index].len = len;
	vq.desc[index].flags = (uint16_t)flags;
	vq.desc[index].next = (uint16_t)next;
}

void virtq_offer(uint64_t base, unsigned int head)
{
	vq.avail.ring[vq.avail.idx % QUEUE_SIZE] = (uint16_t)head;
	vq.avail.idx++;
	mmio_write32(base + REG_QUEUE_NOTIFY, 0);
}

void blk_prepare(uint32_t type, uint64_t sector, uint32_t len, bool is_read)
{
	blk_header.type = type;
	blk_header.reserved = 0;
	blk_header.sector = sector;
	blk_status = BLK_UNTOUCHED;
	virtq_set(0, gpa_of(&blk_header), sizeof(blk_header), DESC_NEXT, 1);
	virtq_set(1, gpa_of(blk_data), len, DESC_NEXT | (is_read ? DESC_WRITE : 0), 2);
	virtq_set(2, gpa_of(&blk_status), 1, DESC_WRITE, 0);
}

uint8_t blk_request(uint32_t type, uint64_t sector, uint32_t len, bool is_read)
{
	blk_prepare(type, sector, len, is_read);
	virtq_offer(VIRTIO_BLK, 0);
	return blk_status;
}

static bool data_is_disk_text(void)
{
	for (size_t i = 0; i < sizeof(disk_text) - 1; i++) {
		if (blk_data[i] != (uint8_t)disk_text[i])
			return false;
	}
	return true;
}

bool blk_works(void)
{
	uint16_t before;

	if (!virtio_start(VIRTIO_BLK, 0))
		return false;
	clear(blk_data, sizeof(blk_data));
	before = vq.used.idx;
	return blk_request(BLK_IN, 0, SECTOR_SIZE, true) == BLK_OK &&
	       vq.used.idx == (uint16_t)(before + 1) && data_is_disk_text();
}

bool rng_works(void)
{
	uint32_t sum = 0;

	if (!virtio_start(VIRTIO_RNG, 0))
		return false;
	clear(blk_data, sizeof(blk_data));
	virtq_set(0, gpa_of(blk_data), SECTOR_SIZE, DESC_WRITE, 0);
	virtq_offer(VIRTIO_RNG, 0);
	for (size_t i = 0; i < SECTOR_SIZE; i++)
		sum += blk_data[i];
	return vq.used.idx == 1 && vq.used.ring[0].len == SECTOR_SIZE && sum != 0;
}
