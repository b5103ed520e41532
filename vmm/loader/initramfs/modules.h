/* SPDX-License-Identifier: MIT */
/*
 * Reads kernel modules from a directory that depmod has indexed. The input is names of modules; the
 * output is the files that must be loaded, unpacked and in load order. Does not know the guest or
 * the initramfs.
 */
#ifndef INITRAMFS_MODULES_H
#define INITRAMFS_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

/**
 * struct module - a kernel module file in memory
 * @name: file name, "virtio_ring.ko"
 * @data: the ELF file, unpacked
 * @len: bytes
 * @optional: the boot continues if the kernel refuses it, for example because of a missing CPU
 * feature
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
 * struct module_request - a requested module; its dependencies are loaded, too
 * @name: a name or alias for modprobe: "overlay", "fs-ext4"
 * @optional: it is no error if the kernel has no such module
 */
struct module_request {
	const char *name;
	bool optional;
};

/** module_done() - free the fields; @module may be zeroed. */
void module_done(struct module *module);

/** module_list_done() - free the modules and the list. */
void module_list_done(struct module_list *list);

/**
 * module_read() - read a module file, plain or compressed with gzip, lz4, xz or zstd
 * @path: path of the file
 * @name: name of the module; copied
 * @ret_module: set only on success; release with module_done()
 * @why: filled on failure, or NULL
 *
 * Return: 0; -errno of reading and unpacking; -ENOEXEC not an ELF file.
 */
must_check int module_read(const char *path, const char *name, struct module *ret_module,
			   struct load_error *why);

/**
 * modules_find_dir() - find the directory of a kernel's modules
 * @dir: a root that contains lib/modules/RELEASE, a directory that contains RELEASE, or that
 * directory itself
 * @release: uname -r of the kernel; empty: only @dir itself
 * @ret_dir: malloc'ed path
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOENT not found, or depmod has not been run for it (@why says which); -ENOMEM.
 */
must_check int modules_find_dir(const char *dir, const char *release, char **ret_dir,
				struct load_error *why);

/**
 * modules_load() - read the files for a list of requested modules
 * @dir: from modules_find_dir()
 * @requests: requested modules
 * @nr: number of @requests
 * @ret_list: set only on success: each file once, dependencies first, without built-in modules. A
 * module that only soft dependencies require is optional.
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOENT a required module is missing; errors of module_read() for a file in the index.
 */
must_check int modules_load(const char *dir, const struct module_request *requests, size_t nr,
			    struct module_list *ret_list, struct load_error *why);

#endif
