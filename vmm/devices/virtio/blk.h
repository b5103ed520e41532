/* SPDX-License-Identifier: MIT */
/*
 * The virtio block device (VIRTIO 1.2, 5.2) on a disk image. Owns the meaning of requests and their
 * status; must not know the transport or how the image was opened.
 */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/virtio/blk_image.h"
#include "devices/virtio/device.h"

#define VIRTIO_BLK_SECTOR_SIZE 512
#define VIRTIO_BLK_QUEUE_SIZE  256

/**
 * struct virtio_blk_params - configuration of a disk
 * @image: copied; the caller keeps ownership of the file. If the last sector of the image is not
 *	complete, a read-only disk pads it with zeros, and a writable disk does not have it
 * @id: reply to GET_ID (/sys/block/vdX/serial), copied; only the first 20 bytes are used
 * @failed: called on a vCPU thread with a negative errno when an operation on the image fails and
 *	the errno differs from that of the last failure; the guest gets an I/O error. May be NULL
 * @ctx: passed to @failed
 */
struct virtio_blk_params {
	struct blk_image image;
	const char *id;
	void (*failed)(void *ctx, int err);
	void *ctx;
};

struct virtio_blk;

/**
 * virtio_blk_create() - create a disk
 *
 * Return: 0; -EINVAL: the image has less than one sector or more than 2^63 - 1 bytes; -ENOMEM.
 */
must_check int virtio_blk_create(const struct virtio_blk_params *params,
				 struct virtio_blk **ret_blk);

/** virtio_blk_destroy() - free a disk that no transport uses any more; @blk may be NULL. */
void virtio_blk_destroy(struct virtio_blk *blk);

/** virtio_blk_device() - get the description for the transport; valid as long as @blk */
const struct virtio_device *virtio_blk_device(const struct virtio_blk *blk);

/**
 * virtio_blk_execute() - execute one request (VIRTIO 1.2, 5.2.6)
 * @blk: disk
 * @chain: the request
 * @ret_written: number of bytes written to the writable segments, including the status
 *
 * Context: any thread, one request at a time.
 * Return: 0: the request is complete, and its status is in @chain; -EPROTO: @chain has no byte for
 * the status.
 */
must_check int virtio_blk_execute(struct virtio_blk *blk, const struct virtqueue_chain *chain,
				  uint32_t *ret_written);

#endif
