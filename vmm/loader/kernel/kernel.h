/* SPDX-License-Identifier: MIT */
/*
 * A kernel file: what it is, and what of it goes into guest RAM. Owns the file's bytes. Ends at
 * struct kernel_image.
 */
#ifndef BOOT_KERNEL_H
#define BOOT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/bzimage.h"
#include "boot/kernel_image.h"
#include "boot/load_error.h"
#include "boot/zimage.h"

/**
 * struct kernel - a kernel that can be loaded
 * @format: by content
 * @release: uname -r, empty when the file does not say
 * @machine: EM_* of what it is made for: EM_ARM, which a machine of EM_AARCH64 may run, too
 * @data: the file, unpacked if it was compressed as a whole, in an EFI zboot image or in a zImage
 * @len: bytes
 * @file: what @data is a mapping of, or BLOB_NONE
 * @owned: what @data was allocated as, or NULL
 * @store: while it is probed
 * @bzimage: with KERNEL_FORMAT_BZIMAGE
 * @zimage: with KERNEL_FORMAT_ARM and KERNEL_FORMAT_ZIMAGE
 */
struct kernel {
	enum kernel_format format;
	char release[KERNEL_RELEASE_SIZE];
	unsigned int machine;
	const uint8_t *data;
	size_t len;
	struct blob file;
	void *owned;
	const char *store;
	struct bzimage bzimage;
	struct zimage zimage;
};

/**
 * struct kernel_options - how to load
 * @kaslr: let the kernel unpack itself in the guest and choose its own address
 * @store: directory that keeps unpacked payloads (boot/store.h), NULL = none; one that does not
 * work is ignored
 */
struct kernel_options {
	bool kaslr;
	const char *store;
};

/**
 * kernel_probe() - what are these bytes?
 * @data: malloc'ed; taken over, also on failure
 * @len: bytes
 * @machine: EM_* of the machine it is to run on: EM_X86_64 or EM_AARCH64
 * @ret_kernel: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC no kernel; -ENOTSUP one for another machine, or of a kind that is not
 * loaded (the reason names it); -ENODATA empty or truncated; -EINVAL, -EBADMSG damaged; -EFBIG;
 * -ENOMEM.
 */
must_check int kernel_probe(uint8_t *data, size_t len, unsigned int machine,
			    struct kernel **ret_kernel, struct load_error *why);

/**
 * kernel_open() - map and probe a file
 * @store: as in struct kernel_options: a zImage is unpacked for its release already
 *
 * The file is not copied: when it shrinks meanwhile the process is killed (SIGBUS).
 *
 * Return: what kernel_probe() says, and errors of opening and reading @path.
 */
must_check int kernel_open(const char *path, unsigned int machine, const char *store,
			   struct kernel **ret_kernel, struct load_error *why);

/** kernel_close() - free it; NULL is fine. */
void kernel_close(struct kernel *kernel);

/**
 * kernel_unpack() - the part of the kernel that goes into guest RAM
 * @kernel: stays as it is and can be unpacked again
 * @options: borrowed
 * @ret_image: kernel_image_done() it; independent of @kernel
 * @why: filled on failure, or NULL
 *
 * An arm64 Image that is not packed stays in its file when nobody else can change that, and what
 * was in a zImage in the store.
 *
 * Without kaslr a payload packed with gzip, lz4, zstd or xz is unpacked here. Every other bzImage
 * starts with its own decompressor.
 *
 * Return: 0; -EINVAL, -EBADMSG, -ENODATA, -EFBIG a damaged payload; -ENOTSUP kaslr with an ELF file
 * or a 32-bit arm kernel, which cannot move themselves; -ENOMEM, other -errno of making a file in
 * memory.
 */
must_check int kernel_unpack(const struct kernel *kernel, const struct kernel_options *options,
			     struct kernel_image *ret_image, struct load_error *why);

#endif
