/* SPDX-License-Identifier: MIT */
#include "machine/virtio_slots.h"

#include <errno.h>

#include "arch/arch.h"

static int attach(struct virtio_slots *slots, unsigned int index, const struct virtio_device *model)
{
	const struct arch_platform *platform = arch_platform();
	struct virtio_slot *slot = &slots->items[index];
	struct irq_line irq = slots->irq;
	int err;

	irq.gsi = platform->virtio_gsi + index;
	err = virtio_mmio_create(model, slots->mem, &irq, &slot->transport);
	if (err < 0)
		return err;
	return virtio_mmio_attach(slot->transport, slots->mmio,
				  platform->virtio_base + index * platform->virtio_stride);
}

static void slot_done(struct virtio_slot *slot)
{
	virtio_mmio_destroy(slot->transport);
	if (slot->destroy)
		slot->destroy(slot->device);
}

int virtio_slots_add(struct virtio_slots *slots, const struct virtio_device *model, void *device,
		     void (*destroy)(void *device))
{
	struct virtio_slot slot = { .device = device, .destroy = destroy };

	if (slots->nr == VIRTIO_SLOTS_MAX || slots->nr == arch_platform()->virtio_max) {
		slot_done(&slot);
		return -ENOSPC;
	}
	/* an error leaves the window on the bus: it stays in use until virtio_slots_destroy() */
	slots->items[slots->nr++] = slot;
	return attach(slots, slots->nr - 1, model);
}

void virtio_slots_destroy(struct virtio_slots *slots)
{
	while (slots->nr > 0)
		slot_done(&slots->items[--slots->nr]);
}
