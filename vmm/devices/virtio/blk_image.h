/* SPDX-License-Identifier: MIT */
/*
 * A disk image on the host: a regular file or block device, read and written at byte offsets, with
 * lists of memory segments. Must know neither virtio nor sectors. The caller owns, opens and locks
 * the file. The functions keep no state, so that any thread may call them.
 */
#ifndef DEVICES_BLK_IMAGE_H
#define DEVICES_BLK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/cleanup.h"

/* largest number of segments of one request */
#define BLK_IMAGE_MAX_SEGMENTS 256

/**
 * struct blk_image - an open image
 * @fd: open for reading, and for writing unless @read_only; borrowed
 * @size_bytes: size of the image
 * @read_only: refuse changes
 *
 * The ranges passed to the functions below must be within @size_bytes. Only a read may go beyond
 * it, for an incomplete last sector; these bytes are zero.
 */
struct blk_image {
	int fd;
	uint64_t size_bytes;
	bool read_only;
};

/**
 * blk_image_read() - read from the image until @iov is full
 * @image: image
 * @iov: segments of memory
 * @nr: number of segments, at most BLK_IMAGE_MAX_SEGMENTS
 * @offset: offset in the image, in bytes
 *
 * Return: 0; -EIO: the file ends before @size_bytes; other -errno. After an error @iov contains the
 * bytes read before it.
 */
must_check int blk_image_read(const struct blk_image *image, const struct iovec *iov,
			      unsigned int nr, uint64_t offset);

/**
 * blk_image_write() - write all of @iov to the image
 * @image: image
 * @iov: segments of memory
 * @nr: number of segments, at most BLK_IMAGE_MAX_SEGMENTS
 * @offset: offset in the image, in bytes
 * @durable: return only when the data is on stable storage
 *
 * Return: 0; -EROFS; -ENOSPC, -EIO, other -errno (some bytes may have been written).
 */
must_check int blk_image_write(const struct blk_image *image, const struct iovec *iov,
			       unsigned int nr, uint64_t offset, bool durable);

/** blk_image_flush() - bring all completed writes to stable storage. Return: 0; -errno. */
must_check int blk_image_flush(const struct blk_image *image);

/**
 * blk_image_discard() - free the storage of a range, which then reads as zero
 *
 * Return: 0; -EROFS; -EOPNOTSUPP: the file system or device does not support it; other -errno.
 */
must_check int blk_image_discard(const struct blk_image *image, uint64_t offset, uint64_t len);

/**
 * blk_image_zero() - make a range read as zero
 * @image: image
 * @offset: offset in the image, in bytes
 * @len: bytes
 * @unmap: the storage may be freed
 *
 * Writes zeros if the file system or device has no faster method.
 *
 * Return: 0; -EROFS; -ENOSPC, other -errno (a part of the range may have been zeroed).
 */
must_check int blk_image_zero(const struct blk_image *image, uint64_t offset, uint64_t len,
			      bool unmap);

#endif
