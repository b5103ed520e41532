/* SPDX-License-Identifier: MIT */
/* Whole reads and writes on file descriptors, with EINTR and short counts dealt with. */
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
 * io_pwrite_full() - write @len bytes at @offset. Return: 0; -errno (an unknown part may be
 * written).
 */
must_check int io_pwrite_full(int fd, const void *buf, size_t len, off_t offset);

/**
 * io_write_full() - write @len bytes at the file position; waits on a non-blocking fd. Return: 0;
 * -errno.
 */
must_check int io_write_full(int fd, const void *buf, size_t len);

/**
 * io_open_file() - open a file that is going to be read as a whole
 * @path: file
 * @max: refuse larger files
 * @ret_len: its bytes now
 *
 * Return: the descriptor; -EFBIG larger than @max; -EISDIR; other -errno of open(2) and fstat(2).
 */
must_check int io_open_file(const char *path, size_t max, size_t *ret_len);

/**
 * io_read_file() - a regular file as a whole
 * @path: file
 * @max: refuse larger files
 * @ret_data: malloc'ed, with one NUL behind the last byte
 * @ret_len: bytes, without that NUL
 *
 * Return: 0; -EFBIG larger than @max; -EISDIR; other -errno of open and read.
 */
must_check int io_read_file(const char *path, size_t max, void **ret_data, size_t *ret_len);

/**
 * io_lock() - lock an open file against other programs, as long as it and its copies are open
 * @fd: open for reading, for writing when @exclusive
 * @exclusive: nobody else may have it locked; false: nobody may have it exclusively
 *
 * An open file description lock (fcntl(2)).
 *
 * Return: 0; -EBUSY somebody has it; other -errno, for instance a file system without locks.
 */
must_check int io_lock(int fd, bool exclusive);

#endif
