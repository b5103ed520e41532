/* SPDX-License-Identifier: MIT */
/*
 * Makes the initramfs: our init with its configuration, the kernel modules, the guest module, and
 * the root file system if it is a directory. guest/init/format.h defines the layout.
 */
#ifndef INITRAMFS_INITRAMFS_H
#define INITRAMFS_INITRAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "boot/load_error.h"
#include "loader/initramfs/modules.h"

/**
 * struct initramfs_options - contents of the initramfs; all pointers are borrowed
 * @machine: EM_* that the kernel is built for
 * @modules: kernel modules, loaded in this order
 * @guest_module: the guest module; NULL: boot without it
 * @guest_module_params: its parameters, "name=value name=value", or NULL
 * @tree: directory that becomes the root; NULL: the root is @root_device
 * @root_device: block device of the root, such as "/dev/vda"
 * @root_type: file system name for mount(2)
 * @root_options: data for mount(2), or NULL
 * @root_write: mount the root for writing; false: read-only, with an overlay in memory
 * @init: the firmware's init; NULL: search for it
 * @marks: address to which our init reports its progress (guest/init/format.h); 0: no report
 * @debug: our init logs what it does
 * @ram_bytes: guest memory, to report early that @tree does not fit
 */
struct initramfs_options {
	unsigned int machine;
	const struct module_list *modules;
	const struct module *guest_module;
	const char *guest_module_params;
	const char *tree;
	const char *root_device;
	const char *root_type;
	const char *root_options;
	bool root_write;
	const char *init;
	uint64_t marks;
	bool debug;
	uint64_t ram_bytes;
};

/**
 * initramfs_build() - make the archive
 * @options: borrowed
 * @ret_archive: a file in memory, an uncompressed newc cpio archive, a multiple of 4 bytes long
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOMEM with @why->need_bytes: @tree does not fit guest memory; -ENOMEM; -EINVAL a
 * newline in one of the strings, or too many modules or options; -ENOTSUP no init was built for the
 * machine; errors of reading @tree.
 */
must_check int initramfs_build(const struct initramfs_options *options, struct blob *ret_archive,
			       struct load_error *why);

/**
 * initramfs_join() - append our archive to a user's initrd; of files in both, ours is used
 * @user: an initrd; may be compressed
 * @user_len: bytes
 * @own: from initramfs_build()
 * @own_len: bytes
 * @ret_data: malloc'ed
 * @ret_len: bytes
 *
 * Return: 0; -ENOMEM.
 */
must_check int initramfs_join(const void *user, size_t user_len, const void *own, size_t own_len,
			      void **ret_data, size_t *ret_len);

#endif
