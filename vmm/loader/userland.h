/* SPDX-License-Identifier: MIT */
/*
 * What the guest's kernel boots into: the root file system and the initial RAM file system that
 * brings the modules, the guest module and the init. Turns names on the command line into open
 * files. Part of portal-vmm-loader.
 */
#ifndef USERLAND_H
#define USERLAND_H

#include "base/blob.h"
#include "config.h"
#include "loader/initramfs/rootfs.h"
#include "loader/kernel/kernel.h"

/**
 * struct userland - opened; USERLAND_NONE is "nothing"
 * @rootfs: NULL with --initrd
 * @initrd: the archive; BLOB_NONE: not there yet
 * @has_guest_module: it loads the portal module
 */
struct userland {
	struct rootfs *rootfs;
	struct blob initrd;
	bool has_guest_module;
};

#define USERLAND_NONE ((struct userland){ .initrd = BLOB_NONE })

/**
 * userland_open() - find and read everything. Says on the log what is wrong.
 * @userland: USERLAND_NONE; userland_close() it also after a failure
 * @config: names
 * @kernel: what is booted: its release and its machine count
 *
 * Return: 0; -EINVAL the user's files; other -errno ours.
 */
must_check int userland_open(struct userland *userland, const struct vmm_config *config,
			     const struct kernel *kernel);

/** userland_close() - what has been handed over stays open there. */
void userland_close(struct userland *userland);

#endif
