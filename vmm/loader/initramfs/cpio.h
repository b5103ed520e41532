/* SPDX-License-Identifier: MIT */
/*
 * A newc cpio archive in memory, as the kernel unpacks it (Linux,
 * Documentation/driver-api/early-userspace/ buffer-format.rst). Everything in it belongs to root.
 * Knows nothing of what the files are for.
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
 * struct cpio_entry - one file of the archive; zero is the default for all but name and mode
 * @name: path in the archive, without a leading slash
 * @mode: type and permissions
 * @mtime: seconds since 1970
 * @rdev: of a device node
 * @target: of a symbolic link
 * @size: bytes of a regular file, which cpio_write() then delivers
 * @nr_links: above 1: more entries with the same @inode follow or came before
 * @inode: from cpio_new_inode(); 0: a fresh one
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

/** cpio_create() - an empty archive. Return: 0; -ENOMEM; -errno of making a file in memory. */
must_check int cpio_create(struct cpio **ret_cpio);

/** cpio_destroy() - free it; NULL is fine. */
void cpio_destroy(struct cpio *cpio);

/** cpio_new_inode() - a number for the entries of one hard-linked file. */
uint32_t cpio_new_inode(struct cpio *cpio);

/** cpio_add() - begin the next entry. Return: 0; -ENOMEM; -EINVAL what the format cannot hold. */
must_check int cpio_add(struct cpio *cpio, const struct cpio_entry *entry);

/** cpio_write() - data of the entry begun last, never more than its size. Return: 0; -ENOMEM;
 * -EINVAL. */
must_check int cpio_write(struct cpio *cpio, const void *data, size_t len);

/** cpio_add_dir() - a directory, mode 0755. Return: as cpio_add(). */
must_check int cpio_add_dir(struct cpio *cpio, const char *name);

/** cpio_add_file() - a regular file from memory; @mode are its permissions. Return: as cpio_add().
 */
must_check int cpio_add_file(struct cpio *cpio, const char *name, mode_t mode, const void *data,
			     size_t len);

/**
 * cpio_finish() - end the archive
 * @cpio: only good for cpio_destroy() afterwards
 * @ret_archive: a file in memory, a multiple of 4 bytes long
 *
 * Return: 0; -ENOMEM; other -errno of mapping it.
 */
must_check int cpio_finish(struct cpio *cpio, struct blob *ret_archive);

#endif
