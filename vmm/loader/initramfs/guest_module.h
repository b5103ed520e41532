/* SPDX-License-Identifier: MIT */
/* The portal module for the guest's kernel: where its file is, and whether it fits. */
#ifndef INITRAMFS_GUEST_MODULE_H
#define INITRAMFS_GUEST_MODULE_H

#include <stddef.h>

#include "base/cleanup.h"
#include "boot/load_error.h"
#include "loader/initramfs/modules.h"

#define GUEST_MODULE_FILE "portal.ko"

/**
 * struct guest_module_places - where to look
 * @path: a file; NULL: search
 * @dirs: directories with RELEASE/portal.ko below, the first one that has it wins
 * @nr_dirs: how many
 */
struct guest_module_places {
	const char *path;
	const char *const *dirs;
	size_t nr_dirs;
};

/**
 * guest_module_find() - the file for a kernel
 * @places: borrowed
 * @release: uname -r of the kernel
 * @ret_path: malloc'ed
 * @why: filled on failure, or NULL; names the directories that were searched
 *
 * Return: 0; -ENOENT; -errno of an explicit path that cannot be read; -ENOMEM.
 */
must_check int guest_module_find(const struct guest_module_places *places, const char *release,
				 char **ret_path, struct load_error *why);

/**
 * guest_module_check() - does the module fit the kernel?
 * @module: read by module_read()
 * @release: uname -r of the kernel
 * @machine: EM_* that the kernel is made for
 * @why: filled on failure, or NULL
 *
 * Compares the first word of the module's vermagic, as the kernel does, which then looks at the
 * rest.
 *
 * Return: 0; -ENOEXEC no kernel module; -ESTALE made for another kernel or another machine.
 */
must_check int guest_module_check(const struct module *module, const char *release,
				  unsigned int machine, struct load_error *why);

#endif
