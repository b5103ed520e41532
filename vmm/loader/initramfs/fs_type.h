/* SPDX-License-Identifier: MIT */
/*
 * Determines the file system of an image from its content, what Linux needs to mount it, and
 * whether the image is complete. The image is untrusted. libblkid recognises the type; the sizes in
 * the headers are checked here.
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
 * @name: type for mount(2)
 * @read_only_options: data for mount(2) so that a read-only mount does not write, or NULL
 * @can_write: Linux can mount it for writing
 * @modules: names for modprobe, NULL-terminated; the first is required unless built in, the others
 * are optional
 */
struct fs_type {
	char name[FS_TYPE_NAME_SIZE];
	const char *read_only_options;
	bool can_write;
	const char *modules[FS_TYPE_MODULES_MAX + 1];
};

/**
 * fs_type_probe() - determine the file system of an image
 * @fd: open for reading; its position is not used
 * @size: bytes of the image
 * @ret_type: set only on success; the strings other than @name have static storage
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENODATA empty or truncated; -ENOTSUP recognised, but not usable as a root (partition
 * tables, flash file systems, archives, vendors' squashfs); -EINVAL not recognised; -EIO, -ENOMEM.
 */
must_check int fs_type_probe(int fd, uint64_t size, struct fs_type *ret_type,
			     struct load_error *why);

#endif
