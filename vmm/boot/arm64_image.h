/* SPDX-License-Identifier: MIT */
/*
 * The arm64 Image: a header of 64 bytes in front of a kernel that is not packed. Reads the header;
 * loads nothing and knows no CPU state. The input is hostile.
 *
 * Source: Linux, Documentation/arch/arm64/booting.rst, "Call the kernel image". That header does
 * not say how long the file is; the one of an EFI program, which most are, does.
 */
#ifndef BOOT_ARM64_IMAGE_H
#define BOOT_ARM64_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

#define ARM64_IMAGE_ALIGN 0x200000u /* of the address that text_offset counts from */

/**
 * struct arm64_image - what the header says, checked
 * @text_offset: of the image's first byte from an address aligned to ARM64_IMAGE_ALIGN, below it
 * @size: bytes of RAM from the image's first byte on that it needs until it has set up its own
 *memory, at least those of the file
 */
struct arm64_image {
	uint64_t text_offset;
	uint64_t size;
};

/** arm64_image_probe() - do the bytes look like an arm64 Image? Any @len. */
bool arm64_image_probe(const void *data, size_t len);

/**
 * arm64_image_parse() - check and read the header
 * @data: the whole file
 * @len: bytes
 * @ret_image: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC not an arm64 Image; -ENOTSUP a big-endian one; -EINVAL an offset that cannot
 * be; -ENODATA the file ends before the program in it does.
 */
must_check int arm64_image_parse(const void *data, size_t len, struct arm64_image *ret_image,
				 struct load_error *why);

#endif
