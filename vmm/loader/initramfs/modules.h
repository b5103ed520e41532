/* SPDX-License-Identifier: MIT */
/*
 * Kernel modules out of a directory that depmod has seen: from the names that are wanted to the
 * files that must be loaded, in load order, unpacked. Knows no guest and no initramfs.
 */
#ifndef INITRAMFS_MODULES_H
#define INITRAMFS_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

/**
 * struct module - one module file in memory
 * @name: file name, "virtio_ring.ko"
 * @data: the plain ELF file
 * @len: bytes
 * @optional: the boot goes on when the kernel refuses it, for instance for a CPU that lacks
 * something
 */
struct module {
	char *name;
	void *data;
	size_t len;
	bool optional;
};

/** struct module_list - modules in load order. Zeroed: an empty list. */
struct module_list {
	struct module *items;
	size_t nr;
};

/**
 * struct module_wish - a module that is wanted, with everything it depends on
 * @name: as modprobe takes it: "overlay", "fs-ext4"
 * @optional: a kernel that has no such thing is fine
 */
struct module_wish {
	const char *name;
	bool optional;
};

/** module_done() - free what is in it. Zeroed is fine. */
void module_done(struct module *module);

/** module_list_done() - free all of it. */
void module_list_done(struct module_list *list);

/**
 * module_read() - a module file, plain or packed with gzip, xz or zstd
 * @path: of the file
 * @name: to be copied
 * @ret_module: set only on success; module_done() it
 * @why: filled on failure, or NULL
 *
 * Return: 0; -errno of reading and unpacking; -ENOEXEC not an ELF file.
 */
must_check int module_read(const char *path, const char *name, struct module *ret_module,
			   struct load_error *why);

/**
 * modules_find_dir() - the directory that holds a kernel's modules
 * @dir: what the user named: a root with lib/modules/RELEASE, a directory with RELEASE, or that
 * itself
 * @release: uname -r of the kernel; empty: only @dir itself
 * @ret_dir: malloc'ed path
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOENT there is none, or depmod has not run there (the reason says which); -ENOMEM.
 */
must_check int modules_find_dir(const char *dir, const char *release, char **ret_dir,
				struct load_error *why);

/**
 * modules_load() - the files for a list of wishes
 * @dir: as modules_find_dir() found it
 * @wishes: @nr of them
 * @ret_list: set only on success: each file once, dependencies first, nothing that is built in;
 * what only soft dependencies ask for is optional
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOENT a required module is missing; errors of module_read() for a file that is
 * listed.
 */
must_check int modules_load(const char *dir, const struct module_wish *wishes, size_t nr,
			    struct module_list *ret_list, struct load_error *why);

#endif
