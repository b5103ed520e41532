/* SPDX-License-Identifier: MIT */
/*
 * Lists of segments of guest RAM, used as one sequence of bytes. Owns nothing. The content is
 * shared with the guest, which may change it: copy it once with iov_read() before it is validated.
 */
#ifndef DEVICES_IOV_H
#define DEVICES_IOV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/** iov_size() - compute the number of bytes in @nr segments */
uint64_t iov_size(const struct iovec *iov, unsigned int nr);

/**
 * iov_read() - copy bytes from the segments
 * @iov: segments
 * @nr: number of segments
 * @offset: bytes to skip, any value
 * @buf: receives the copy
 * @len: number of bytes to copy
 *
 * Return: number of bytes copied; fewer than @len if the segments end earlier.
 */
size_t iov_read(const struct iovec *iov, unsigned int nr, uint64_t offset, void *buf, size_t len);

/** iov_write() - copy bytes to the segments, like iov_read(). Return: number of bytes copied. */
size_t iov_write(const struct iovec *iov, unsigned int nr, uint64_t offset, const void *buf,
		 size_t len);

/** iov_zero() - set @len bytes at @offset to 0, like iov_write(). Return: number of bytes set. */
uint64_t iov_zero(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len);

/**
 * iov_slice() - compute the segments of at most @len bytes from @offset on
 * @iov: segments
 * @nr: number of segments
 * @offset: bytes to skip, any value
 * @len: number of bytes, any value
 * @ret_slice: receives up to @nr segments; must not overlap @iov
 *
 * Return: number of segments in @ret_slice, none of length 0.
 */
unsigned int iov_slice(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len,
		       struct iovec *ret_slice);

#endif
