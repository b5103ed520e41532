/* SPDX-License-Identifier: MIT */
/* Invalid descriptors and indices, and block requests that no driver would make. */
#include "virtio.h"

#define NR_FLUSHES 64

/* restart the device, with a valid read in descriptors 0, 1, 2 for the caller to modify */
static void fresh(uint64_t features)
{
	virtio_start(VIRTIO_BLK, features);
	blk_prepare(BLK_IN, 0, SECTOR_SIZE, true);
}

static bool breaks(void)
{
	virtq_offer(VIRTIO_BLK, 0);
	return virtio_broken(VIRTIO_BLK) && vq.used.idx == 0;
}

static void indices(void)
{
	static const uint16_t jumps[] = { QUEUE_SIZE + 1, 0x7fff, 0x8000, 0xffff };
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(jumps); i++) {
		fresh(0);
		vq.avail.idx = jumps[i];
		mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
		truth &= virtio_broken(VIRTIO_BLK);
	}
	check(truth, "an index more than a ring ahead breaks the device");
	fresh(0);
	truth = blk_request(BLK_IN, 0, SECTOR_SIZE, true) == BLK_OK;
	vq.avail.idx--;
	mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
	check(truth && virtio_broken(VIRTIO_BLK), "an index that runs backwards breaks the device");
	fresh(0);
	virtq_offer(VIRTIO_BLK, QUEUE_SIZE);
	truth = virtio_broken(VIRTIO_BLK);
	fresh(0);
	virtq_offer(VIRTIO_BLK, 0xffff);
	check(truth && virtio_broken(VIRTIO_BLK), "a head outside the table breaks the device");
}

static void chains(void)
{
	fresh(0);
	vq.desc[1].next = QUEUE_SIZE;
	check(breaks(), "a next field outside the table breaks the device");
	fresh(0);
	vq.desc[1].next = 1;
	check(breaks(), "a descriptor that follows itself breaks the device");
	fresh(0);
	virtq_set(2, gpa_of(blk_data), 16, DESC_NEXT | DESC_WRITE, 1);
	check(breaks(), "a loop of two breaks the device");
	fresh(0);
	for (unsigned int i = 0; i < QUEUE_SIZE; i++)
		virtq_set(i, 0, 0, DESC_NEXT | DESC_WRITE, (i + 1) % QUEUE_SIZE);
	check(breaks(), "a loop of empty descriptors breaks the device");
	fresh(0);
	virtq_set(0, gpa_of(blk_data), 16, DESC_NEXT | DESC_WRITE, 1);
	virtq_set(1, gpa_of(&blk_header), 16, DESC_NEXT, 2);
	check(breaks(), "a readable descriptor after a writable one breaks the device");
	fresh(0);
	vq.desc[1].flags = 0;
	check(breaks(), "a request without space for its status breaks the device");
	check(blk_works(), "the disk works after bad chains");
}

static void buffers(void)
{
	uint64_t end = guest_ram_end();
	const struct {
		uint64_t addr;
		uint32_t len;
	} bad[] = {
		{ end - 511, 512 },
		{ end, 1 },
		{ MMIO_HOLE, 512 },
		{ VIRTIO_BLK, 4 },
		{ RAM_BASE, 0xffffffff },
		{ -1ull, 1 },
		{ -16ull, 512 },
		{ 1ull << 63, 512 },
		{ RAM_BASE + 4096, 0xfffff000 },
		{ 0xffffffffull, 1 },
	};
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fresh(0);
		vq.desc[1].addr = bad[i].addr;
		vq.desc[1].len = bad[i].len;
		truth &= breaks();
		fresh(0);
		virtq_set(0, bad[i].addr, bad[i].len, DESC_NEXT, 1);
		truth &= breaks();
	}
	check(truth, "buffers outside RAM break the device");
	fresh(0);
	vq.desc[1].addr = end - SECTOR_SIZE;
	virtq_offer(VIRTIO_BLK, 0);
	check(blk_status == BLK_OK, "a buffer may end where RAM ends");
	check(blk_works(), "the disk works after bad buffers");
}

static bool indirect_breaks(uint64_t addr, uint32_t len, unsigned int flags)
{
	fresh(FEATURE_INDIRECT);
	virtq_set(0, addr, len, flags, 1);
	return breaks();
}

static void indirect_tables(void)
{
	static struct virtq_desc table[4];

	fresh(0);
	virtq_set(0, gpa_of(table), sizeof(table), DESC_INDIRECT, 0);
	check(breaks(), "an indirect table that was not negotiated breaks the device");
	check(indirect_breaks(gpa_of(table), 0, DESC_INDIRECT) &&
		      indirect_breaks(gpa_of(table), 15, DESC_INDIRECT) &&
		      indirect_breaks(gpa_of(table), 0xfffffff0, DESC_INDIRECT) &&
		      indirect_breaks(gpa_of(table), 0xffffffff, DESC_INDIRECT) &&
		      indirect_breaks(gpa_of(table), 16 * (QUEUE_SIZE + 1), DESC_INDIRECT),
	      "indirect tables of bad sizes break the device");
	check(indirect_breaks(guest_ram_end(), 16, DESC_INDIRECT) &&
		      indirect_breaks(-16ull, 16, DESC_INDIRECT) &&
		      indirect_breaks(MMIO_HOLE, 64, DESC_INDIRECT),
	      "indirect tables outside RAM break the device");
	table[0] = (struct virtq_desc){ gpa_of(table), sizeof(table), DESC_INDIRECT, 0 };
	check(indirect_breaks(gpa_of(table), 16, DESC_INDIRECT), "nested tables break the device");
	check(indirect_breaks(gpa_of(table), 16, DESC_INDIRECT | DESC_NEXT),
	      "an indirect table with a next descriptor breaks the device");
	table[0] = (struct virtq_desc){ gpa_of(&blk_header), 16, DESC_NEXT, 3 };
	table[3] = (struct virtq_desc){ gpa_of(blk_data), 16, DESC_NEXT | DESC_WRITE, 0 };
	check(indirect_breaks(gpa_of(table), sizeof(table), DESC_INDIRECT),
	      "a loop in an indirect table breaks the device");
	check(blk_works(), "the disk works after bad tables");
}

/* well-formed requests with invalid contents get an error status */
static void requests(void)
{
	static const uint64_t sectors[] = { -1ull, 1ull << 55, 1ull << 32, 0xffffffffff };
	bool truth = true;

	virtio_start(VIRTIO_BLK, 0);
	for (size_t i = 0; i < ARRAY_SIZE(sectors); i++) {
		truth &= blk_request(BLK_IN, sectors[i], SECTOR_SIZE, true) == BLK_IOERR;
		truth &= blk_request(BLK_OUT, sectors[i], SECTOR_SIZE, false) == BLK_IOERR;
	}
	check(truth, "sectors after the end are errors");
	check(blk_request(BLK_IN, 0, 511, true) == BLK_IOERR &&
		      blk_request(BLK_OUT, 0, 513, false) == BLK_IOERR,
	      "parts of sectors are errors");
	check(blk_request(0x7fffffff, 0, SECTOR_SIZE, true) == BLK_UNSUPP,
	      "unknown types are unsupported");
	check(blk_request(BLK_GET_ID, 0, 1, true) == BLK_IOERR,
	      "a device ID does not fit in one byte");
	check(blk_request(BLK_IN, 0, SECTOR_SIZE, false) == BLK_OK &&
		      vq.used.ring[0].len <= SECTOR_SIZE + 1,
	      "a read without a writable buffer reads nothing");
	check(!virtio_broken(VIRTIO_BLK), "invalid requests do not break the device");
}

static void set_range(uint64_t sector, uint32_t nr_sectors, uint32_t flags)
{
	volatile uint64_t *sectors = (volatile uint64_t *)(uintptr_t)gpa_of(blk_data);
	volatile uint32_t *rest = (volatile uint32_t *)(uintptr_t)gpa_of(blk_data + 8);

	*sectors = sector;
	rest[0] = nr_sectors;
	rest[1] = flags;
}

static void discards(void)
{
	static const uint32_t types[] = { BLK_DISCARD, BLK_WRITE_ZEROES };
	bool truth = true;

	virtio_start(VIRTIO_BLK,
		     FEATURE_BLK_FLUSH | FEATURE_BLK_DISCARD | FEATURE_BLK_WRITE_ZEROES);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		set_range(0, 0xffffffff, 0);
		truth &= blk_request(types[i], 0, 16, false) == BLK_IOERR;
		set_range(-1ull, 8, 0);
		truth &= blk_request(types[i], 0, 16, false) == BLK_IOERR;
		set_range(0, 8, 0xfffffffe);
		truth &= blk_request(types[i], 0, 16, false) == BLK_UNSUPP;
		truth &= blk_request(types[i], 0, 15, false) == BLK_IOERR;
		truth &= blk_request(types[i], 0, PAGE_SIZE, false) == BLK_IOERR;
	}
	check(truth, "impossible ranges to discard are errors");
	truth = true;
	for (unsigned int i = 0; i < NR_FLUSHES; i++)
		truth &= blk_request(BLK_FLUSH, 0, 0, false) == BLK_OK;
	check(truth, "a storm of flushes succeeds");
	check(blk_works(), "the disk works after odd requests");
}

/* a read into the device's own rings harms only the guest */
static void own_rings(void)
{
	const uint64_t targets[] = { gpa_of(&vq.used), gpa_of(&vq.avail), gpa_of(vq.desc) };

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		fresh(0);
		vq.desc[1].addr = targets[i];
		virtq_offer(VIRTIO_BLK, 0);
		mmio_write32(VIRTIO_BLK + REG_QUEUE_NOTIFY, 0);
	}
	check(blk_works(), "the disk works after reads into its own rings");
}

static void entropy(void)
{
	uint32_t len;

	virtio_start(VIRTIO_RNG, 0);
	for (unsigned int i = 0; i < QUEUE_SIZE; i++)
		virtq_set(i, RAM_BASE + 0x800000, 0x400000,
			  DESC_WRITE | (i + 1 < QUEUE_SIZE ? DESC_NEXT : 0), i + 1);
	virtq_offer(VIRTIO_RNG, 0);
	len = vq.used.ring[0].len;
	check(vq.used.idx == 1 && len > 0 && len <= 0x400000,
	      "a request for 32 MiB of entropy is served in part");
	virtio_start(VIRTIO_RNG, 0);
	virtq_set(0, gpa_of(blk_data), SECTOR_SIZE, 0, 0);
	virtq_offer(VIRTIO_RNG, 0);
	check(rng_works(), "the entropy source works after odd requests");
}

void guest_main(void)
{
	indices();
	chains();
	buffers();
	indirect_tables();
	requests();
	discards();
	own_rings();
	entropy();
	check(blk_works(), "the disk works at the end");
}
