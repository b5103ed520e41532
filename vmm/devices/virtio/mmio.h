/* SPDX-License-Identifier: MIT */
/*
 * The virtio-mmio transport, version 2 (VIRTIO 1.2, 4.2): the registers by which a driver
 * identifies a device, negotiates features, sets up queues, and notifies. Owns the registers, the
 * queues, and the order of initialisation; must not know what the device does.
 *
 * The queues are those set up at the step to DRIVER_OK; later register writes do not change them.
 */
#ifndef DEVICES_VIRTIO_MMIO_H
#define DEVICES_VIRTIO_MMIO_H

#include "devices/bus.h"
#include "devices/irq_line.h"
#include "devices/virtio/device.h"

/* one page, so that devices do not share pages */
#define VIRTIO_MMIO_SIZE 0x1000

struct virtio_mmio;

/**
 * virtio_mmio_create() - create a transport in the state after reset
 * @device: copied; @device->model must outlive the transport
 * @mem: guest RAM; must outlive the transport
 * @irq: copied
 * @ret_transport: the transport
 *
 * Return: 0; -EINVAL: @device is outside the limits of struct virtio_device; -ENOMEM.
 */
must_check int virtio_mmio_create(const struct virtio_device *device, const struct guest_mem *mem,
				  const struct irq_line *irq, struct virtio_mmio **ret_transport);

/**
 * virtio_mmio_destroy() - free a transport; the device model is not destroyed
 * @transport: not accessed by vCPU threads any more; may be NULL
 */
void virtio_mmio_destroy(struct virtio_mmio *transport);

/**
 * virtio_mmio_attach() - add the window of VIRTIO_MMIO_SIZE bytes to a bus
 * @transport: must live as long as the bus
 * @mmio: bus of guest physical addresses
 * @base: first address, page aligned
 *
 * Registers have 32 bits: a read of another width or alignment returns all ones, and such a write
 * is ignored. The configuration space can be read in any width, reads as zero beyond its end, and
 * cannot be written.
 *
 * Return: 0; -EINVAL, -EEXIST, -ENOSPC as bus_add().
 */
must_check int virtio_mmio_attach(struct virtio_mmio *transport, struct bus *mmio, uint64_t base);

/**
 * virtio_mmio_set_config() - replace the content of the configuration space
 * @transport: transport
 * @config: new content, virtio_device.config_size bytes
 *
 * Changes ConfigGeneration and, if the driver is running, sends a configuration change interrupt.
 *
 * Context: any thread.
 */
void virtio_mmio_set_config(struct virtio_mmio *transport, const void *config);

#endif
