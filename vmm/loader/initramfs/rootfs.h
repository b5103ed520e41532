/* SPDX-License-Identifier: MIT */
/*
 * What the user gave as the root file system: a directory, or an image that is known by its
 * content. Owns the open and locked image. Mounts nothing and knows no device; reads a few headers
 * and changes nothing.
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
 * struct rootfs - a root file system that can be used
 * @kind: image or directory
 * @path: without the ",rw"
 * @write: the guest writes into the image
 * @fd: the image, open and locked as long as it is open; -1 for a directory
 * @size_bytes: of the image
 * @type: file system name for mount(2)
 * @options: data for mount(2), or NULL
 * @modules: @nr_modules modules the guest's kernel needs for it
 * @module_name: room for a name in @modules
 */
struct rootfs {
	enum rootfs_kind kind;
	char *path;
	bool write;
	int fd;
	uint64_t size_bytes;
	char type[ROOTFS_TYPE_SIZE];
	const char *options;
	struct module_wish modules[ROOTFS_MODULES_MAX];
	size_t nr_modules;
	char module_name[ROOTFS_TYPE_SIZE + sizeof("fs-")];
};

/**
 * rootfs_open() - find out what it is, open and lock it
 * @spec: "PATH", "PATH,ro" or "PATH,rw"; images are read-only unless ",rw" is there
 * @ret_rootfs: set only on success
 * @why: filled on failure, or NULL
 *
 * The lock is shared for reading and exclusive for writing, and lasts until the fd and its copies
 * are closed.
 *
 * Return: 0; -EBUSY somebody else has it locked; -ENODATA empty or truncated; -ENOTSUP of a kind
 * that cannot be a root here (the reason says why); -EINVAL of no known kind, or a directory with
 * ",rw"; -errno of opening.
 */
must_check int rootfs_open(const char *spec, struct rootfs **ret_rootfs, struct load_error *why);

/** rootfs_close() - close and unlock; NULL is fine. */
void rootfs_close(struct rootfs *rootfs);

#endif
