/* SPDX-License-Identifier: MIT */
/*
 * Packs a directory of the host into a cpio archive: the whole tree, with modes, links and device
 * nodes, all owned by root. A file that cannot be read is an error; it is never left out.
 */
#ifndef INITRAMFS_TREE_H
#define INITRAMFS_TREE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"
#include "loader/initramfs/cpio.h"

/**
 * tree_size() - compute the guest memory that the unpacked tree needs
 * @dir: directory
 * @ret_bytes: bytes: whole pages for each file, and an estimate for its inode
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOTDIR; -errno of reading directories.
 */
must_check int tree_size(const char *dir, uint64_t *ret_bytes, struct load_error *why);

/**
 * tree_pack() - add the tree to an archive
 * @cpio: the archive
 * @dir: directory
 * @prefix: name of the directory in the archive
 * @why: filled on failure, or NULL; names the file
 *
 * Hard links stay hard links, and all files belong to root. Sockets are left out, because only the
 * process that created one can use it.
 *
 * Return: 0; -EACCES and other -errno of reading; -EIO a file shrank while it was read; -ENOMEM.
 */
must_check int tree_pack(struct cpio *cpio, const char *dir, const char *prefix,
			 struct load_error *why);

#endif
