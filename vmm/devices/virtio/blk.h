/* SPDX-License-Identifier: MIT */
/*
 * The virtio block device (VIRTIO 1.2, 5.2) over a disk image. Owns what a request means and which
 * status it gets; must not know the transport, nor how the image was opened.
 */
#ifndef DEVICES_VIRTIO_BLK_H
#define DEVICES_VIRTIO_BLK_H

#include "devices/virtio/blk_image.h"
#include "devices/virtio/device.h"

#define VIRTIO_BLK_SECTOR_SIZE 512
#define VIRTIO_BLK_QUEUE_SIZE  256

/**
 * struct virtio_blk_params - what the disk is made of
 * @image: copied; the file stays the caller's. An image that is not a whole number of sectors
 *	shows its last one filled up with zeros when it is read only, and not at all otherwise
 * @id: what GET_ID answers (/sys/block/vdX/serial), up to 20 bytes count, copied
 * @failed: the host refused an operation on the image: negative errno, told again only after
 *	another one; on a vCPU thread; the guest gets an I/O error. NULL when nobody cares
 * @ctx: handed to @failed
 */
struct virtio_blk_params {
	struct blk_image image;
	const char *id;
	void (*failed)(void *ctx, int err);
	void *ctx;
};

struct virtio_blk;

/**
 * virtio_blk_create() - a disk
 *
 * Return: 0; -EINVAL the image has less than a sector or more than 2^63 - 1 bytes; -ENOMEM.
 */
must_check int virtio_blk_create(const struct virtio_blk_params *params,
				 struct virtio_blk **ret_blk);

/** virtio_blk_destroy() - no transport may use it any more; NULL is fine. */
void virtio_blk_destroy(struct virtio_blk *blk);

/** virtio_blk_device() - for the transport; valid as long as @blk */
const struct virtio_device *virtio_blk_device(const struct virtio_blk *blk);

/**
 * virtio_blk_execute() - carry out one request to its end (VIRTIO 1.2, 5.2.6)
 * @blk: disk; any thread, one request at a time
 * @chain: the request
 * @ret_written: bytes written into the writable segments, the status among them
 *
 * Return: 0: the guest's answer is in @chain, whatever its status; -EPROTO there is no byte to put
 * a status into.
 */
must_check int virtio_blk_execute(struct virtio_blk *blk, const struct virtqueue_chain *chain,
				  uint32_t *ret_written);

#endif
