/* SPDX-License-Identifier: MIT */
/*
 * One CPU changes descriptors all the time while the other notifies the device. The device must use
 * the same values that it has checked.
 */
#include "smp.h"
#include "virtio.h"

#define NR_ROUNDS 400

static volatile bool stop, stopped;

static void flip(void)
{
	uint64_t end = guest_ram_end();

	while (!stop) {
		vq.desc[1].addr = end - 1;
		vq.desc[1].len = 0xffffffff;
		vq.desc[1].flags = DESC_NEXT;
		vq.desc[1].next = QUEUE_SIZE;
		vq.avail.idx += QUEUE_SIZE;
		vq.desc[1].next = 2;
		vq.desc[1].flags = DESC_NEXT | DESC_WRITE;
		vq.desc[1].len = SECTOR_SIZE;
		vq.desc[1].addr = gpa_of(blk_data);
		vq.avail.idx -= QUEUE_SIZE;
		blk_header.type ^= BLK_OUT;
	}
	stopped = true;
}

void guest_main(void)
{
	unsigned int nr_broken = 0, nr_served = 0;

	if (!check(smp_start(flip), "the second CPU runs"))
		return;
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		if (i == 0 || virtio_broken(VIRTIO_BLK)) {
			virtio_start(VIRTIO_BLK, 0);
			nr_broken++;
		}
		if (blk_request(BLK_IN, 1, SECTOR_SIZE, true) != BLK_UNTOUCHED)
			nr_served++;
	}
	stop = true;
	while (!stopped)
		cpu_relax();
	print_number("broken", nr_broken);
	print_number("served", nr_served);
	check(blk_works(), "the disk works after the race");
}
