/* SPDX-License-Identifier: MIT */
/* Finds the file of the guest module, and checks that it fits the guest's kernel. */
#ifndef INITRAMFS_GUEST_MODULE_H
#define INITRAMFS_GUEST_MODULE_H

#include <stddef.h>

#include "base/cleanup.h"
#include "boot/load_error.h"
#include "loader/initramfs/modules.h"

#define GUEST_MODULE_FILE "portal.ko"

/**
 * struct guest_module_places - where to search
 * @path: the file; NULL: search in @dirs
 * @dirs: directories that may contain RELEASE/portal.ko; the first match is used
 * @nr_dirs: number of @dirs
 */
struct guest_module_places {
	const char *path;
	const char *const *dirs;
	size_t nr_dirs;
};

/**
 * guest_module_find() - find the guest module for a kernel
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
 * guest_module_check() - check that the module fits the kernel
 * @module: read by module_read()
 * @release: uname -r of the kernel
 * @machine: EM_* that the kernel is built for
 * @why: filled on failure, or NULL
 *
 * Compares the first word of the module's vermagic. The kernel compares the rest as well when it
 * loads the module.
 *
 * Return: 0; -ENOEXEC not a kernel module; -ESTALE built for another kernel or another machine.
 */
must_check int guest_module_check(const struct module *module, const char *release,
				  unsigned int machine, struct load_error *why);

#endif
