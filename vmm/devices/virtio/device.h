/* SPDX-License-Identifier: MIT */
/*
 * The interface between a virtio device model and its transport: identity, features, configuration
 * space, and the function that serves a queue. A model must not know registers; the transport must
 * not know requests.
 */
#ifndef DEVICES_VIRTIO_DEVICE_H
#define DEVICES_VIRTIO_DEVICE_H

#include <stdint.h>

#include "devices/virtio/queue.h"

#define VIRTIO_MAX_QUEUES  4
#define VIRTIO_CONFIG_SIZE 256

/**
 * struct virtio_device_ops - functions of the model; the transport never calls two at the same time
 * @start: the driver is ready and has accepted @features; may be NULL
 * @serve: called on a vCPU thread to serve queue number @queue: pop requests from @vq until none is
 *	left, and push each; call virtqueue_break() for a request that violates the specification
 */
struct virtio_device_ops {
	void (*start)(void *model, uint64_t features);
	void (*serve)(void *model, unsigned int queue, struct virtqueue *vq);
};

/**
 * struct virtio_device - filled in by the model, copied by the transport
 * @id: VIRTIO_ID_*
 * @features: feature bits of the model; the transport adds those of the rings and its own
 * @nr_queues: 1 .. VIRTIO_MAX_QUEUES
 * @queue_size: largest size of a queue, a power of two, at most VIRTQUEUE_MAX_SIZE
 * @config: configuration space as the driver sees it, little endian; NULL if there is none
 * @config_size: size of @config in bytes, at most VIRTIO_CONFIG_SIZE
 * @ops: borrowed
 * @model: passed to @ops
 */
struct virtio_device {
	uint32_t id;
	uint64_t features;
	unsigned int nr_queues;
	uint16_t queue_size;
	const void *config;
	size_t config_size;
	const struct virtio_device_ops *ops;
	void *model;
};

#endif
