/* SPDX-License-Identifier: MIT */
#include "devices/virtio/blk_image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>

#include "base/bytes.h"
#include "base/io.h"
#include "devices/virtio/iov.h"

#define ZEROS_SIZE KIB(64)

_Static_assert(BLK_IMAGE_MAX_SEGMENTS <= IOV_MAX, "one system call can execute a request");

/*
 * After a short count the rest is computed from the original list, so that no segment is counted
 * twice. An end of file before @image->size_bytes is an error.
 */
int blk_image_read(const struct blk_image *image, const struct iovec *iov, unsigned int nr,
		   uint64_t offset)
{
	uint64_t size = iov_size(iov, nr), done = 0;

	while (done < size) {
		struct iovec rest[BLK_IMAGE_MAX_SEGMENTS];
		unsigned int nr_rest = iov_slice(iov, nr, done, size - done, rest);
		ssize_t n = preadv(image->fd, rest, (int)nr_rest, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0 && offset + done < image->size_bytes)
			return -EIO;
		if (n == 0)
			n = (ssize_t)iov_zero(iov, nr, done, size - done);
		done += (uint64_t)n;
	}
	return 0;
}

int blk_image_write(const struct blk_image *image, const struct iovec *iov, unsigned int nr,
		    uint64_t offset, bool durable)
{
	uint64_t size = iov_size(iov, nr), done = 0;
	int flags = durable ? RWF_DSYNC : 0;

	if (image->read_only)
		return -EROFS;
	while (done < size) {
		struct iovec rest[BLK_IMAGE_MAX_SEGMENTS];
		unsigned int nr_rest = iov_slice(iov, nr, done, size - done, rest);
		ssize_t n = pwritev2(image->fd, rest, (int)nr_rest, (off_t)(offset + done), flags);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EIO;
		done += (uint64_t)n;
	}
	return 0;
}

int blk_image_flush(const struct blk_image *image)
{
	if (image->read_only)
		return 0;
	return fdatasync(image->fd) < 0 ? -errno : 0;
}

static int allocate(const struct blk_image *image, int mode, uint64_t offset, uint64_t len)
{
	int err;

	if (len == 0)
		return 0;
	do {
		err = fallocate(image->fd, mode | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)len);
	} while (err < 0 && errno == EINTR);
	return err < 0 ? -errno : 0;
}

int blk_image_discard(const struct blk_image *image, uint64_t offset, uint64_t len)
{
	if (image->read_only)
		return -EROFS;
	return allocate(image, FALLOC_FL_PUNCH_HOLE, offset, len);
}

static int write_zeros(const struct blk_image *image, uint64_t offset, uint64_t len)
{
	static const uint8_t zeros[ZEROS_SIZE];

	while (len > 0) {
		size_t step = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);
		int err = io_pwrite_full(image->fd, zeros, step, (off_t)offset);

		if (err < 0)
			return err;
		offset += step;
		len -= step;
	}
	return 0;
}

int blk_image_zero(const struct blk_image *image, uint64_t offset, uint64_t len, bool unmap)
{
	int err;

	if (image->read_only)
		return -EROFS;
	err = allocate(image, unmap ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE, offset, len);
	if (err == -EOPNOTSUPP)
		return write_zeros(image, offset, len);
	return err;
}
