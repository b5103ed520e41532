/* SPDX-License-Identifier: MIT */
/*
 * The machine's virtio-mmio windows in the order in which the guest finds them: disks first (vda,
 * vdb, ...), the entropy source last. Owns the opened image files, the device models and their
 * transports.
 */
#ifndef SLOTS_H
#define SLOTS_H

#include "devices/bus.h"
#include "devices/irq_line.h"
#include "devices/virtio/blk.h"
#include "devices/virtio/mmio.h"
#include "devices/virtio/rng.h"
#include "kvm/mem.h"

#define SLOTS_MAX 8

/**
 * struct slot - one window
 * @path: image of a disk, for messages; NULL for other devices
 * @fd: image of a disk, -1 for other devices
 */
struct slot {
	char *path;
	int fd;
	struct virtio_blk *blk;
	struct virtio_mmio *transport;
};

/**
 * struct slots - all of them
 * @mem: guest RAM
 * @mmio: bus of the windows
 * @irq: how to raise a line; the gsi is set for each window
 */
struct slots {
	const struct guest_mem *mem;
	struct bus *mmio;
	struct irq_line irq;
	struct slot items[SLOTS_MAX];
	unsigned int nr;
};

/**
 * slots_add_disk() - a disk over an open image
 * @slots: windows
 * @fd: open image, taken over also on failure
 * @read_only: refuse writes
 * @path: for messages, copied; its last part is the disk's serial number
 *
 * Return: 0; -ENOSPC no window left; -EINVAL the image is smaller than a sector; -errno.
 */
must_check int slots_add_disk(struct slots *slots, int fd, bool read_only, const char *path);

/** slots_add_rng() - the entropy source. Return: 0; -ENOSPC; -ENOMEM. */
must_check int slots_add_rng(struct slots *slots);

/** slots_destroy() - vCPU threads are gone. */
void slots_destroy(struct slots *slots);

#endif
