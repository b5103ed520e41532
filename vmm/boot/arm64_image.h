/* SPDX-License-Identifier: MIT */
/*
 * The arm64 Image: a header of 64 bytes, followed by an uncompressed kernel. Reads the header; must
 * not load anything or know CPU state. The input is untrusted.
 *
 * Source: Linux, Documentation/arch/arm64/booting.rst, "Call the kernel image". That header does
 * not contain the size of the file. Most images are also EFI programs, whose headers do.
 */
#ifndef BOOT_ARM64_IMAGE_H
#define BOOT_ARM64_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

#define ARM64_IMAGE_ALIGN 0x200000u /* alignment of the address to which text_offset is added */

/**
 * struct arm64_image - the validated header
 * @text_offset: offset of the image from an address aligned to ARM64_IMAGE_ALIGN; less than that
 * @size: bytes of RAM, from the start of the image, that the kernel needs until it has set up its
 * memory management; at least the size of the file
 */
struct arm64_image {
	uint64_t text_offset;
	uint64_t size;
};

/** arm64_image_probe() - check whether the bytes look like an arm64 Image; any @len. */
bool arm64_image_probe(const void *data, size_t len);

/**
 * arm64_image_parse() - validate and read the header
 * @data: the whole file
 * @len: its size in bytes
 * @ret_image: set on success only
 * @why: set on failure; may be NULL
 *
 * Return: 0; -ENOEXEC: not an arm64 Image; -ENOTSUP: a big-endian kernel; -EINVAL: bad text_offset;
 * -ENODATA: the file is truncated.
 */
must_check int arm64_image_parse(const void *data, size_t len, struct arm64_image *ret_image,
				 struct load_error *why);

#endif
