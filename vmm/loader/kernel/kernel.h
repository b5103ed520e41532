/* SPDX-License-Identifier: MIT */
/*
 * A kernel file: its format, and the part of it that goes into guest RAM. Owns the bytes of the
 * file. Its result is struct kernel_image.
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
 * @format: determined from the content
 * @release: uname -r; empty if the file does not contain it
 * @machine: EM_* that it is built for; EM_ARM is possible on a machine of EM_AARCH64
 * @data: the kernel; unpacked if the file was compressed as a whole, an EFI zboot image or a zImage
 * @len: bytes
 * @file: the file that @data is a mapping of, or BLOB_NONE
 * @owned: the allocation that contains @data, or NULL
 * @store: directory of the kernel cache, while the file is probed; NULL afterwards
 * @bzimage: valid with KERNEL_FORMAT_BZIMAGE
 * @zimage: valid with KERNEL_FORMAT_ARM and KERNEL_FORMAT_ZIMAGE
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
 * @store: directory of the kernel cache (loader/kernel/kernel_cache.h), or NULL; errors of the
 * cache are ignored
 */
struct kernel_options {
	bool kaslr;
	const char *store;
};

/**
 * kernel_probe() - determine the format of a kernel
 * @data: malloc'ed; ownership passes to this function, also on failure
 * @len: bytes
 * @machine: EM_* of the machine that is to run it: EM_X86_64 or EM_AARCH64
 * @ret_kernel: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC not a kernel; -ENOTSUP a kernel for another machine, or of a format that is
 * not supported (@why names it); -ENODATA empty or truncated; -EINVAL, -EBADMSG damaged; -EFBIG;
 * -ENOMEM.
 */
must_check int kernel_probe(uint8_t *data, size_t len, unsigned int machine,
			    struct kernel **ret_kernel, struct load_error *why);

/**
 * kernel_open() - map and probe a file
 * @path: the file
 * @machine: as for kernel_probe()
 * @store: as in struct kernel_options; needed here because a zImage is unpacked to find its release
 * @ret_kernel: set only on success
 * @why: filled on failure, or NULL
 *
 * The file is not copied. If it shrinks while it is mapped, SIGBUS kills the process.
 *
 * Return: as kernel_probe(); -errno of opening and mapping @path; -EFBIG.
 */
must_check int kernel_open(const char *path, unsigned int machine, const char *store,
			   struct kernel **ret_kernel, struct load_error *why);

/** kernel_close() - free it; NULL is fine. */
void kernel_close(struct kernel *kernel);

/**
 * kernel_unpack() - make the part of the kernel that goes into guest RAM
 * @kernel: not changed; it can be unpacked again
 * @options: borrowed
 * @ret_image: release with kernel_image_done(); independent of @kernel
 * @why: filled on failure, or NULL
 *
 * An arm64 Image that is not compressed is not copied if blob_is_private() for its file. Neither
 * is an Image that a zImage contained and that is now in the kernel cache.
 *
 * Without kaslr, the payload of a bzImage is unpacked here if it is compressed with gzip, lz4, zstd
 * or xz. Every other bzImage unpacks itself in the guest.
 *
 * Return: 0; -EINVAL, -EBADMSG, -ENODATA, -EFBIG a damaged payload; -ENOTSUP kaslr with an ELF file
 * or a 32-bit arm kernel, which cannot relocate themselves; -ENOMEM, other -errno of making a file
 * in memory.
 */
must_check int kernel_unpack(const struct kernel *kernel, const struct kernel_options *options,
			     struct kernel_image *ret_image, struct load_error *why);

#endif
