/* SPDX-License-Identifier: MIT */
/*
 * A directory of this machine as part of a cpio archive: the whole tree, as root's, with its modes,
 * links and device nodes. A file that cannot be read is an error, never left out.
 */
#ifndef INITRAMFS_TREE_H
#define INITRAMFS_TREE_H

#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"
#include "loader/initramfs/cpio.h"

/**
 * tree_size() - guest memory that the tree takes once it is unpacked
 * @dir: directory
 * @ret_bytes: whole pages for every file, and an estimate for its inode
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOTDIR; -errno of reading directories.
 */
must_check int tree_size(const char *dir, uint64_t *ret_bytes, struct load_error *why);

/**
 * tree_pack() - add the tree to an archive
 * @cpio: the archive
 * @dir: directory
 * @prefix: name of its root in the archive
 * @why: filled on failure, or NULL; names the file
 *
 * Hard links stay hard links, owners become root, sockets are left out because only their makers
 * can use them.
 *
 * Return: 0; -EACCES and others of reading; -EIO a file shrank meanwhile; -ENOMEM.
 */
must_check int tree_pack(struct cpio *cpio, const char *dir, const char *prefix,
			 struct load_error *why);

#endif
