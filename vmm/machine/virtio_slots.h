/* SPDX-License-Identifier: MIT */
/*
 * The machine's virtio-mmio windows in the order in which the guest finds them: disks first (vda,
 * vdb, ...), the entropy source last. Owns the opened image files, the device models and their
 * transports.
 */
#ifndef VIRTIO_SLOTS_H
#define VIRTIO_SLOTS_H

#include "devices/bus.h"
#include "devices/irq_line.h"
#include "devices/virtio/blk.h"
#include "devices/virtio/mmio.h"
#include "devices/virtio/rng.h"
#include "kvm/mem.h"

#define VIRTIO_SLOTS_MAX 8

/**
 * struct virtio_slot - one window
 * @path: image of a disk, for messages; NULL for other devices
 * @fd: image of a disk, -1 for other devices
 */
struct virtio_slot {
	char *path;
	int fd;
	struct virtio_blk *blk;
	struct virtio_mmio *transport;
};

/**
 * struct virtio_slots - all of them
 * @mem: guest RAM
 * @mmio: bus of the windows
 * @irq: how to raise a line; the gsi is set for each window
 */
struct virtio_slots {
	const struct guest_mem *mem;
	struct bus *mmio;
	struct irq_line irq;
	struct virtio_slot items[VIRTIO_SLOTS_MAX];
	unsigned int nr;
};

/**
 * virtio_slots_add_disk() - a disk over an open image
 * @slots: windows
 * @fd: open image, taken over also on failure
 * @read_only: refuse writes
 * @path: for messages, copied; its last part is the disk's serial number
 *
 * Return: 0; -ENOSPC no window left; -EINVAL the image is smaller than a sector; -errno.
 */
must_check int virtio_slots_add_disk(struct virtio_slots *slots, int fd, bool read_only,
				     const char *path);

/** virtio_slots_add_rng() - the entropy source. Return: 0; -ENOSPC; -ENOMEM. */
must_check int virtio_slots_add_rng(struct virtio_slots *slots);

/** virtio_slots_destroy() - vCPU threads are gone. */
void virtio_slots_destroy(struct virtio_slots *slots);

#endif
