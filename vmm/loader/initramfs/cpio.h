/* SPDX-License-Identifier: MIT */
/*
 * A newc cpio archive in memory, for the kernel to unpack (Linux,
 * Documentation/driver-api/early-userspace/buffer-format.rst). All files belong to root. Does not
 * know what the files are for.
 */
#ifndef INITRAMFS_CPIO_H
#define INITRAMFS_CPIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/blob.h"

struct cpio;

/**
 * struct cpio_entry - a file in the archive; all fields but @name and @mode may be 0
 * @name: path in the archive, without a leading slash
 * @mode: type and permissions
 * @mtime: seconds since 1970
 * @rdev: device number of a device node
 * @target: target of a symbolic link
 * @size: bytes of a regular file; cpio_write() supplies them
 * @nr_links: if greater than 1, there are further entries with the same @inode
 * @inode: from cpio_new_inode(); 0: allocate one
 */
struct cpio_entry {
	const char *name;
	mode_t mode;
	time_t mtime;
	dev_t rdev;
	const char *target;
	uint64_t size;
	unsigned int nr_links;
	uint32_t inode;
};

/** cpio_create() - make an empty archive. Return: 0; -ENOMEM; -errno of making a file in memory. */
must_check int cpio_create(struct cpio **ret_cpio);

/** cpio_destroy() - free the archive; @cpio may be NULL. */
void cpio_destroy(struct cpio *cpio);

/** cpio_new_inode() - allocate an inode number, for all entries of a hard-linked file. */
uint32_t cpio_new_inode(struct cpio *cpio);

/** cpio_add() - start an entry. Return: 0; -ENOMEM; -EINVAL the format cannot represent it. */
must_check int cpio_add(struct cpio *cpio, const struct cpio_entry *entry);

/** cpio_write() - write data of the last entry. Return: 0; -ENOMEM; -EINVAL more than its size. */
must_check int cpio_write(struct cpio *cpio, const void *data, size_t len);

/** cpio_add_dir() - add a directory, mode 0755. Return: as cpio_add(). */
must_check int cpio_add_dir(struct cpio *cpio, const char *name);

/** cpio_add_file() - add a regular file from memory. Return: as cpio_add() and cpio_write(). */
must_check int cpio_add_file(struct cpio *cpio, const char *name, mode_t mode, const void *data,
			     size_t len);

/**
 * cpio_finish() - finish the archive
 * @cpio: afterwards only cpio_destroy() is allowed
 * @ret_archive: a file in memory, a multiple of 4 bytes long
 *
 * Return: 0; -ENOMEM; other -errno of mapping it.
 */
must_check int cpio_finish(struct cpio *cpio, struct blob *ret_archive);

#endif
