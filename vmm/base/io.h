/* SPDX-License-Identifier: MIT */
/* Complete reads and writes on file descriptors; EINTR and short counts are handled here. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"

/**
 * io_pread_full() - read @len bytes at @offset. Return: bytes read, fewer only at end of file;
 * -errno.
 */
must_check ssize_t io_pread_full(int fd, void *buf, size_t len, off_t offset);

/**
 * io_pwrite_full() - write @len bytes at @offset. Return: 0; -errno (some bytes may have been
 * written).
 */
must_check int io_pwrite_full(int fd, const void *buf, size_t len, off_t offset);

/**
 * io_write_full() - write @len bytes at the file position; waits on a non-blocking fd. Return: 0;
 * -errno.
 */
must_check int io_write_full(int fd, const void *buf, size_t len);

/**
 * io_open_file() - open a file that will be read as a whole
 * @path: file
 * @max: largest size to accept, in bytes
 * @ret_len: its present size in bytes
 *
 * Return: the descriptor; -EFBIG: larger than @max; -EISDIR; other -errno of open(2) and fstat(2).
 */
must_check int io_open_file(const char *path, size_t max, size_t *ret_len);

/**
 * io_read_file() - read a regular file as a whole
 * @path: file
 * @max: largest size to accept, in bytes
 * @ret_data: malloc'ed, with one NUL after the last byte
 * @ret_len: bytes, without that NUL
 *
 * Return: 0; -EFBIG: larger than @max; -EISDIR; -ENOMEM; other -errno of open(2) and pread(2).
 */
must_check int io_read_file(const char *path, size_t max, void **ret_data, size_t *ret_len);

/**
 * io_lock() - lock an open file against other programs
 * @fd: open for reading, or for writing if @exclusive
 * @exclusive: true for a write lock, which excludes all others; false for a read lock
 *
 * This is an open file description lock (fcntl(2)). It lasts until @fd and all its duplicates are
 * closed.
 *
 * Return: 0; -EBUSY: a conflicting lock exists; other -errno, for instance because the file system
 * has no locks.
 */
must_check int io_lock(int fd, bool exclusive);

#endif
