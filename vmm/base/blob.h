/* SPDX-License-Identifier: MIT */
/*
 * Bytes in an open file, mapped for reading: what one process makes and hands to another as a
 * descriptor. Owns the descriptor and the mapping; knows nothing of what the bytes are.
 */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct blob - all bytes of a file; BLOB_NONE is "nothing there"
 * @fd: the file, or one without a name in memory (memfd_create(2)); -1: none
 * @data: @len bytes, read only; NULL when there are none. Whoever can write the file changes them
 * too
 * @len: bytes
 */
struct blob {
	int fd;
	const uint8_t *data;
	size_t len;
};

#define BLOB_NONE ((struct blob){ .fd = -1 })

/** blob_new_file() - an empty file in memory, without a name. Return: its fd; -errno. */
must_check int blob_new_file(void);

/**
 * blob_map() - a blob of an open file
 * @fd: taken over, also on failure; its position is not used
 * @ret_blob: blob_done() it
 *
 * Return: 0; -EISDIR; -EFBIG it does not fit the address space; other -errno of looking at it and
 * mapping it.
 */
must_check int blob_map(int fd, struct blob *ret_blob);

/** blob_copy() - a blob of its own with @len bytes of @data. Return: 0; -errno of making the file,
 * -ENOMEM. */
must_check int blob_copy(const void *data, size_t len, struct blob *ret_blob);

/**
 * blob_read_file() - a blob of its own with what a file holds now
 * @path: a regular file; others have no bytes
 * @max: refuse larger files
 * @ret_blob: blob_done() it
 *
 * Return: 0; -EFBIG larger than @max; -EISDIR; other -errno of opening, reading and making the
 * file.
 */
must_check int blob_read_file(const char *path, size_t max, struct blob *ret_blob);

/**
 * blob_is_ours_alone() - can nobody but this user change the file?
 *
 * Return: true for a regular file that belongs to us, has one name, and can be written by its owner
 * only. A file in memory has no name, and is none of these.
 */
bool blob_is_ours_alone(const struct blob *blob);

/** blob_done() - unmap and close; it is BLOB_NONE afterwards, and may have been before. */
void blob_done(struct blob *blob);

#endif
