/* SPDX-License-Identifier: MIT */
/*
 * File system images by content: which file system, what Linux calls it, and whether the image is
 * whole. The image is hostile; libblkid tells the type, the sizes in its headers are checked here.
 */
#ifndef INITRAMFS_FS_TYPE_H
#define INITRAMFS_FS_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

#define FS_TYPE_NAME_SIZE   32
#define FS_TYPE_MODULES_MAX 4

/**
 * struct fs_type - a file system that Linux mounts from a block device
 * @name: for mount(2)
 * @read_only_options: data for mount(2) that keeps a read-only mount from writing, or NULL
 * @can_write: there is a writable mount
 * @modules: names for modprobe, ends with NULL; the first is needed unless built in, the others if
 * they exist
 */
struct fs_type {
	char name[FS_TYPE_NAME_SIZE];
	const char *read_only_options;
	bool can_write;
	const char *modules[FS_TYPE_MODULES_MAX + 1];
};

/**
 * fs_type_probe() - what is in this image?
 * @fd: open for reading; its position is not used
 * @size: bytes of the image
 * @ret_type: set only on success; all but @name has static storage
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENODATA empty or truncated; -ENOTSUP recognised, but nothing that can be a root
 * (partition tables, flash file systems, archives, vendors' squashfs); -EINVAL not recognised;
 * -EIO, -ENOMEM.
 */
must_check int fs_type_probe(int fd, uint64_t size, struct fs_type *ret_type,
			     struct load_error *why);

#endif
