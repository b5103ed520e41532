/* SPDX-License-Identifier: MIT */
/*
 * A disk image on the host: a regular file or block device, read and written at byte offsets
 * straight from and to lists of memory. Knows neither virtio nor sectors. Whoever opened the file
 * owns and locks it. Nothing in here is remembered between calls, so any thread may call.
 */
#ifndef DEVICES_BLK_IMAGE_H
#define DEVICES_BLK_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/cleanup.h"

/* pieces of memory one request can have */
#define BLK_IMAGE_MAX_SEGMENTS 256

/**
 * struct blk_image - an open image
 * @fd: open for reading, and for writing unless @read_only; borrowed
 * @size_bytes: bytes that exist
 * @read_only: refuse what would change it
 *
 * Ranges handed to the calls below lie inside @size_bytes, but a read may run past it: a last
 * sector that is not whole ends in zeros.
 */
struct blk_image {
	int fd;
	uint64_t size_bytes;
	bool read_only;
};

/**
 * blk_image_read() - read into all of @iov
 * @image: image
 * @iov: memory, at most BLK_IMAGE_MAX_SEGMENTS pieces
 * @nr: pieces
 * @offset: bytes
 *
 * Return: 0; -EIO the file ends before @size_bytes; -errno. What was read by then is in @iov.
 */
must_check int blk_image_read(const struct blk_image *image, const struct iovec *iov,
			      unsigned int nr, uint64_t offset);

/**
 * blk_image_write() - write all of @iov
 * @image: image
 * @iov: memory, at most BLK_IMAGE_MAX_SEGMENTS pieces
 * @nr: pieces
 * @offset: bytes
 * @durable: be on stable storage before returning
 *
 * Return: 0; -EROFS; -ENOSPC, -errno (an unknown part is written).
 */
must_check int blk_image_write(const struct blk_image *image, const struct iovec *iov,
			       unsigned int nr, uint64_t offset, bool durable);

/** blk_image_flush() - everything written is on stable storage. Return: 0; -errno. */
must_check int blk_image_flush(const struct blk_image *image);

/**
 * blk_image_discard() - give the storage of a range back; it reads as zero afterwards
 *
 * Return: 0; -EROFS; -EOPNOTSUPP this file system or device cannot; -errno.
 */
must_check int blk_image_discard(const struct blk_image *image, uint64_t offset, uint64_t len);

/**
 * blk_image_zero() - make a range read as zero
 * @image: image
 * @offset: bytes
 * @len: bytes
 * @unmap: the storage may be given back
 *
 * Writes zeros where the host knows no shorter way.
 *
 * Return: 0; -EROFS; -ENOSPC, -errno (an unknown part is zero).
 */
must_check int blk_image_zero(const struct blk_image *image, uint64_t offset, uint64_t len,
			      bool unmap);

#endif
