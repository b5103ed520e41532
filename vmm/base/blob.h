/* SPDX-License-Identifier: MIT */
/*
 * The bytes of an open file, mapped for reading. One process makes a blob and passes it to another
 * as a descriptor. Owns the descriptor and the mapping; must not know what the bytes mean.
 */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct blob - all bytes of a file; BLOB_NONE: no blob
 * @fd: the file; it may be an unnamed file in memory (memfd_create(2)); -1: no blob
 * @data: @len bytes, read-only; NULL if the file is empty. A later write to the file shows here
 * @len: size in bytes
 */
struct blob {
	int fd;
	const uint8_t *data;
	size_t len;
};

#define BLOB_NONE ((struct blob){ .fd = -1 })

/** blob_new_file() - create an empty, unnamed file in memory. Return: its fd; -errno. */
must_check int blob_new_file(void);

/**
 * blob_map() - map an open file
 * @fd: the blob takes ownership, also on failure (it is closed then); the file position is not used
 * @ret_blob: released with blob_done()
 *
 * Return: 0; -EISDIR; -EFBIG: it does not fit the address space; other -errno of fstat(2) and
 * mmap(2).
 */
must_check int blob_map(int fd, struct blob *ret_blob);

/**
 * blob_copy() - copy @len bytes of @data into a new blob
 *
 * Return: 0; -ENOMEM; other -errno of creating the file.
 */
must_check int blob_copy(const void *data, size_t len, struct blob *ret_blob);

/**
 * blob_read_file() - copy the present content of a file into a new blob
 * @path: a regular file; another type of file counts as empty
 * @max: largest size to accept, in bytes
 * @ret_blob: released with blob_done(); later changes of the file do not affect it
 *
 * Return: 0; -EFBIG: larger than @max; -EISDIR; other -errno of opening, reading and creating
 * files.
 */
must_check int blob_read_file(const char *path, size_t max, struct blob *ret_blob);

/**
 * blob_is_private() - check that no other user can change the file
 *
 * Return: true for a regular file that belongs to this user, has exactly one name, and is writable
 * by its owner only. A file in memory has no name, so the result for it is false.
 */
bool blob_is_private(const struct blob *blob);

/** blob_done() - unmap and close; @blob is BLOB_NONE afterwards, and may be BLOB_NONE before. */
void blob_done(struct blob *blob);

#endif
