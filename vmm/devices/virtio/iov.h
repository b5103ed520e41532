/* SPDX-License-Identifier: MIT */
/*
 * Lists of pieces of guest RAM, seen as one run of bytes. Owns nothing. The content is shared with
 * the guest: what must stay what it was is copied out once with iov_read().
 */
#ifndef DEVICES_IOV_H
#define DEVICES_IOV_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/** iov_size() - bytes in @nr pieces */
uint64_t iov_size(const struct iovec *iov, unsigned int nr);

/**
 * iov_read() - copy out
 * @iov: pieces
 * @nr: how many
 * @offset: bytes to skip, any value
 * @buf: receives the copy
 * @len: bytes wanted
 *
 * Return: bytes copied, fewer than @len when the pieces end before.
 */
size_t iov_read(const struct iovec *iov, unsigned int nr, uint64_t offset, void *buf, size_t len);

/** iov_write() - copy in, as iov_read(). Return: bytes copied. */
size_t iov_write(const struct iovec *iov, unsigned int nr, uint64_t offset, const void *buf,
		 size_t len);

/** iov_zero() - set @len bytes from @offset on to 0. Return: bytes set. */
uint64_t iov_zero(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len);

/**
 * iov_slice() - the part of a list from @offset on, at most @len bytes
 * @iov: pieces
 * @nr: how many
 * @offset: bytes to skip, any value
 * @len: bytes wanted, any value
 * @ret_slice: room for @nr pieces; may not overlap @iov
 *
 * Return: pieces in @ret_slice, none of length 0.
 */
unsigned int iov_slice(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len,
		       struct iovec *ret_slice);

#endif
