/* SPDX-License-Identifier: MIT */
/*
 * The virtio-mmio transport, version 2 (VIRTIO 1.2, 4.2): the registers by which a driver finds a
 * device, agrees on features, says where its queues are, and notifies. Owns the registers, the
 * queues, and the order in which a driver may do things; must not know what the device is for.
 *
 * Queues count as they were at the step to DRIVER_OK: registers written afterwards change nothing.
 */
#ifndef DEVICES_VIRTIO_MMIO_H
#define DEVICES_VIRTIO_MMIO_H

#include "devices/bus.h"
#include "devices/irq_line.h"
#include "devices/virtio/device.h"

/* one page, so that a window never shares a page with another device */
#define VIRTIO_MMIO_SIZE 0x1000

struct virtio_mmio;

/**
 * virtio_mmio_create() - a transport in its state after reset
 * @device: copied, @device->model must outlive the transport
 * @mem: guest RAM, must outlive it as well
 * @irq: copied
 * @ret_transport: the transport
 *
 * Return: 0; -EINVAL @device is outside the limits of struct virtio_device; -ENOMEM.
 */
must_check int virtio_mmio_create(const struct virtio_device *device, const struct guest_mem *mem,
				  const struct irq_line *irq, struct virtio_mmio **ret_transport);

/** virtio_mmio_destroy() - no vCPU thread may touch it any more; NULL is fine. The model stays. */
void virtio_mmio_destroy(struct virtio_mmio *transport);

/**
 * virtio_mmio_attach() - put the window of VIRTIO_MMIO_SIZE bytes on a bus
 * @transport: must live as long as the bus
 * @mmio: bus of guest physical addresses
 * @base: first address, page aligned
 *
 * Registers are 32 bits wide: other widths and alignments read as all ones and write nothing. The
 * configuration space takes every width; beyond its end it reads as zero. It cannot be written.
 *
 * Return: 0; -EINVAL, -EEXIST, -ENOSPC as bus_add().
 */
must_check int virtio_mmio_attach(struct virtio_mmio *transport, struct bus *mmio, uint64_t base);

/**
 * virtio_mmio_set_config() - new content of the configuration space, seen by the driver at once
 * @transport: transport
 * @config: as many bytes as struct virtio_device.config_size said
 *
 * Changes ConfigGeneration, and tells a driver that is up. Any thread.
 */
void virtio_mmio_set_config(struct virtio_mmio *transport, const void *config);

#endif
