/* SPDX-License-Identifier: MIT */
/*
 * A hostile driver: the input has a few bytes for the layout of the queue, and the low end of guest
 * RAM with its rings. Segments must lie in RAM, rounds must end, and requests must be answered.
 *
 *   byte 0      log2 of the queue's size (low nibble), features (bit 4: indirect, bit 5: event_idx)
 *   byte 1..3   addresses of the three rings, in units of 1 KiB
 *   rest        RAM from address 0
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/virtio_ring.h>

#include "base/bytes.h"
#include "devices/virtio/blk.h"
#include "devices/virtio/queue.h"

#define HEAD_SIZE    4
#define RAM_SIZE     KIB(256)
#define DISK_SIZE    KIB(32)
#define ROUNDS	     4
#define SIZE_BITS    0x0f
#define BIT_INDIRECT 0x10
#define BIT_EVENT    0x20

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bench {
	struct guest_mem *mem;
	uint8_t *ram;
	struct virtio_blk *blk;
	int fd;
};

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* made once, because a file and memory for each run would cost more than the run */
static const struct bench *bench(void)
{
	static struct bench bench;
	struct virtio_blk_params params = { .image = { .size_bytes = DISK_SIZE }, .id = "fuzz" };

	if (bench.mem)
		return &bench;
	bench.fd = memfd_create("disk", MFD_CLOEXEC);
	must(bench.fd >= 0 && ftruncate(bench.fd, DISK_SIZE) == 0);
	params.image.fd = bench.fd;
	must(virtio_blk_create(&params, &bench.blk) == 0);
	must(mem_create(&bench.mem) == 0 && mem_add_ram(bench.mem, GPA(0), RAM_SIZE) == 0);
	bench.ram = mem_slice(bench.mem, GPA(0), RAM_SIZE);
	must(bench.ram);
	return &bench;
}

static void check_chain(const struct bench *b, const struct virtqueue_chain *chain)
{
	unsigned int nr = chain->nr_readable + chain->nr_writable;

	must(nr <= VIRTQUEUE_MAX_SIZE);
	for (unsigned int i = 0; i < nr; i++) {
		const uint8_t *start = chain->segments[i].iov_base;

		must(start >= b->ram && start < b->ram + RAM_SIZE);
		must(chain->segments[i].iov_len > 0);
		must(chain->segments[i].iov_len <= (size_t)(b->ram + RAM_SIZE - start));
	}
}

static void one_round(const struct bench *b, struct virtqueue *vq)
{
	struct virtqueue_chain chain;
	unsigned int nr = 0;
	bool wants_irq;

	virtqueue_begin(vq);
	while (virtqueue_pop(vq, &chain) > 0) {
		uint32_t written;

		must(++nr <= vq->size);
		check_chain(b, &chain);
		if (virtio_blk_execute(b->blk, &chain, &written) < 0)
			virtqueue_break(vq);
		else
			virtqueue_push(vq, chain.head, written);
	}
	wants_irq = virtqueue_end(vq);
	must(!wants_irq || !vq->broken);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bench *b = bench();
	struct virtqueue_layout layout;
	struct virtqueue vq;
	uint64_t features = 0;

	if (size < HEAD_SIZE || size - HEAD_SIZE > RAM_SIZE)
		return 0;
	memset(b->ram, 0, RAM_SIZE);
	memcpy(b->ram, data + HEAD_SIZE, size - HEAD_SIZE);
	layout = (struct virtqueue_layout){
		.size = 1u << (data[0] & SIZE_BITS),
		.desc = GPA(KIB(data[1])),
		.driver = GPA(KIB(data[2])),
		.device = GPA(KIB(data[3])),
	};
	if (data[0] & BIT_INDIRECT)
		features |= 1ull << VIRTIO_RING_F_INDIRECT_DESC;
	if (data[0] & BIT_EVENT)
		features |= 1ull << VIRTIO_RING_F_EVENT_IDX;
	if (virtqueue_start(&vq, b->mem, &layout, features) < 0)
		return 0;
	for (int i = 0; i < ROUNDS; i++)
		one_round(b, &vq);
	return 0;
}
