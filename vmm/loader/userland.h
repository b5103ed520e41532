/* SPDX-License-Identifier: MIT */
/*
 * What the guest's kernel boots into: the root file system, and the initial RAM file system with
 * the kernel modules, the guest module and init. Opens the files that the command line names. Part
 * of portal-vmm-loader.
 */
#ifndef USERLAND_H
#define USERLAND_H

#include "base/blob.h"
#include "config.h"
#include "loader/initramfs/rootfs.h"
#include "loader/kernel/kernel.h"

/**
 * struct userland - opened files; USERLAND_NONE is empty
 * @rootfs: NULL with --initrd
 * @initrd: the archive; BLOB_NONE: not made yet
 * @has_guest_module: the archive contains the guest module and loads it
 */
struct userland {
	struct rootfs *rootfs;
	struct blob initrd;
	bool has_guest_module;
};

#define USERLAND_NONE ((struct userland){ .initrd = BLOB_NONE })

/**
 * userland_open() - find and read all files; logs errors
 * @userland: USERLAND_NONE before; to be closed with userland_close(), also after a failure
 * @config: names of the files
 * @kernel: the kernel that is booted; only its release and its machine are used
 *
 * Return: 0; -EINVAL an error in the user's files; other -errno an error of ours.
 */
must_check int userland_open(struct userland *userland, const struct vmm_config *config,
			     const struct kernel *kernel);

/** userland_close() - close the files; copies that were sent to the VMM stay open there. */
void userland_close(struct userland *userland);

#endif
