/* SPDX-License-Identifier: MIT */
/*
 * The root file system that the user named: a directory, or an image, whose type is determined from
 * its content. Owns the open and locked image. Reads a few headers of it; mounts and changes
 * nothing, and knows no device.
 */
#ifndef INITRAMFS_ROOTFS_H
#define INITRAMFS_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"
#include "loader/initramfs/modules.h"

#define ROOTFS_TYPE_SIZE   32
#define ROOTFS_MODULES_MAX 4

enum rootfs_kind {
	ROOTFS_NONE = 0,
	ROOTFS_IMAGE,
	ROOTFS_DIRECTORY,
};

/**
 * struct rootfs - a usable root file system
 * @kind: image or directory
 * @path: path without ",rw"
 * @write: the guest may write to the image
 * @fd: the image, open and locked; -1 for a directory
 * @size_bytes: size of the image
 * @type: file system name for mount(2)
 * @options: data for mount(2), or NULL
 * @modules: modules that the guest's kernel needs to mount it
 * @nr_modules: number of @modules
 * @module_name: storage for a name in @modules
 */
struct rootfs {
	enum rootfs_kind kind;
	char *path;
	bool write;
	int fd;
	uint64_t size_bytes;
	char type[ROOTFS_TYPE_SIZE];
	const char *options;
	struct module_request modules[ROOTFS_MODULES_MAX];
	size_t nr_modules;
	char module_name[ROOTFS_TYPE_SIZE + sizeof("fs-")];
};

/**
 * rootfs_open() - open and lock the root file system, and determine its type
 * @spec: "PATH", "PATH,ro" or "PATH,rw"; images are read-only without ",rw"
 * @ret_rootfs: set only on success
 * @why: filled on failure, or NULL
 *
 * The lock is shared without ",rw" and exclusive with it. It lasts until the descriptor and all its
 * copies are closed.
 *
 * Return: 0; -EBUSY locked by another process; -ENODATA empty or truncated; -ENOTSUP not usable as
 * a root (@why says why); -EINVAL unknown format, or a directory with ",rw"; -errno of opening.
 */
must_check int rootfs_open(const char *spec, struct rootfs **ret_rootfs, struct load_error *why);

/** rootfs_close() - close and unlock the image; @rootfs may be NULL. */
void rootfs_close(struct rootfs *rootfs);

#endif
