/* SPDX-License-Identifier: MIT */
/*
 * The initramfs that the VMM makes: the guest's init with its configuration, the modules, and a
 * root file system that was given as a directory. What it holds and where, guest/init/format.h
 * says.
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
 * struct initramfs_options - what goes in; all borrowed
 * @machine: EM_* that the kernel is made for
 * @modules: loaded in this order
 * @guest_module: the portal module; NULL: boot without it
 * @guest_module_params: "name=value name=value", or NULL
 * @tree: directory that becomes the root; NULL: the root is @root_device
 * @root_device: "/dev/vda"
 * @root_type: file system name for mount(2)
 * @root_options: data for mount(2), or NULL
 * @root_write: mount it writable; false: read-only, with an overlay in memory
 * @init: program to run; NULL: search
 * @marks: where the init writes how far it is (guest/init/format.h); 0: it does not
 * @debug: the init says what it does
 * @ram_bytes: guest memory, for telling early that @tree does not fit
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
 * line end in one of the strings, or more modules than the init takes; -ENOTSUP no init was built
 * for @machine; errors of reading @tree.
 */
must_check int initramfs_build(const struct initramfs_options *options, struct blob *ret_archive,
			       struct load_error *why);

/**
 * initramfs_join() - a user's initrd with ours behind it: where both have a file, ours is used
 * @user: any initrd the kernel takes, also a compressed one
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
