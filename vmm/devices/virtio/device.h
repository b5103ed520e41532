/* SPDX-License-Identifier: MIT */
/*
 * What a virtio device model is to the transport in front of it: identity, features, configuration
 * bytes, and the one call that serves a queue. A model knows no registers, the transport no
 * requests.
 */
#ifndef DEVICES_VIRTIO_DEVICE_H
#define DEVICES_VIRTIO_DEVICE_H

#include <stdint.h>

#include "devices/virtio/queue.h"

#define VIRTIO_MAX_QUEUES  4
#define VIRTIO_CONFIG_SIZE 256

/**
 * struct virtio_device_ops - the model's calls; the transport never makes two at once
 * @start: the driver is ready and agreed to @features; NULL when the model does not care
 * @serve: pop requests from @vq (number @queue) until there are no more, push each; on a vCPU
 *	thread; what it cannot answer by the rules it answers with virtqueue_break()
 */
struct virtio_device_ops {
	void (*start)(void *model, uint64_t features);
	void (*serve)(void *model, unsigned int queue, struct virtqueue *vq);
};

/**
 * struct virtio_device - filled in by the model, copied by the transport
 * @id: VIRTIO_ID_*
 * @features: the model's own feature bits; the transport adds those of rings and transport
 * @nr_queues: 1 .. VIRTIO_MAX_QUEUES
 * @queue_size: entries a queue can have, a power of two, at most VIRTQUEUE_MAX_SIZE
 * @config: configuration space as the driver sees it, little endian; NULL when there is none
 * @config_size: bytes, at most VIRTIO_CONFIG_SIZE
 * @ops: borrowed
 * @model: handed to @ops
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
