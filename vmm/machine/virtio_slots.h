/* SPDX-License-Identifier: MIT */
/*
 * The machine's virtio-mmio windows, in the order in which the guest finds them. Owns the
 * transports and, through destroy callbacks, the devices behind them; it does not know what they
 * are.
 */
#ifndef VIRTIO_SLOTS_H
#define VIRTIO_SLOTS_H

#include "base/cleanup.h"
#include "devices/bus.h"
#include "devices/irq_line.h"
#include "devices/virtio/device.h"
#include "devices/virtio/mmio.h"
#include "kvm/mem.h"

#define VIRTIO_SLOTS_MAX 8

/**
 * struct virtio_slot - one window
 * @transport: its registers and queues
 * @device: passed to @destroy
 * @destroy: frees @device; NULL: there is nothing to free
 */
struct virtio_slot {
	struct virtio_mmio *transport;
	void *device;
	void (*destroy)(void *device);
};

/**
 * struct virtio_slots - all windows
 * @mem: guest RAM
 * @mmio: bus of the windows
 * @irq: how to raise an interrupt; the gsi is set for each window
 * @items: the windows in use
 * @nr: their number
 */
struct virtio_slots {
	const struct guest_mem *mem;
	struct bus *mmio;
	struct irq_line irq;
	struct virtio_slot items[VIRTIO_SLOTS_MAX];
	unsigned int nr;
};

/**
 * virtio_slots_add() - put a device into the next window
 * @slots: windows
 * @model: the device as the transport uses it; valid until @destroy
 * @device: passed to @destroy
 * @destroy: frees @device, also after a failure: at once with -ENOSPC, otherwise in
 *	virtio_slots_destroy(); NULL: nothing to free
 *
 * Return: 0; -ENOSPC: no window is left; -ENOMEM.
 */
must_check int virtio_slots_add(struct virtio_slots *slots, const struct virtio_device *model,
				void *device, void (*destroy)(void *device));

/** virtio_slots_destroy() - free transports and devices, when no vCPU thread runs any more. */
void virtio_slots_destroy(struct virtio_slots *slots);

#endif
