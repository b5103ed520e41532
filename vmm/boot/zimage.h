/* SPDX-License-Identifier: MIT */
/*
 * The 32-bit arm zImage: a decompressor around a packed kernel, and a header in front that since
 * Linux 4.15 tells what will be unpacked. Reads the header; loads nothing and knows no CPU state.
 * The input is hostile.
 *
 * Source: Linux, Documentation/arch/arm/booting.rst, arch/arm/boot/compressed/head.S (the header)
 * and vmlinux.lds.S (the table that it points to).
 */
#ifndef BOOT_ZIMAGE_H
#define BOOT_ZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

#define ZIMAGE_TEXT_OFFSET_MIN 0x8000u /* page tables are below the kernel */
#define ZIMAGE_TEXT_OFFSET_MAX 0x2000000u

/**
 * struct zimage - what the header says, checked
 * @len: bytes of the image; what is behind it in the file is not its own
 * @packed_end: bytes from the image's beginning to the end of the packed kernel and its size; 0:
 * the image does not say, and the other fields are 0, too
 * @unpacked_len: bytes that it unpacks to
 * @bss_len: bytes that the kernel needs behind those
 * @text_offset: of the unpacked kernel from the beginning of RAM, ZIMAGE_TEXT_OFFSET_MIN ..
 * ZIMAGE_TEXT_OFFSET_MAX and whole pages; 0: the image does not say
 */
struct zimage {
	size_t len;
	size_t packed_end;
	uint32_t unpacked_len;
	uint32_t bss_len;
	uint32_t text_offset;
};

/** zimage_probe() - do the bytes look like a zImage? Any @len. */
bool zimage_probe(const void *data, size_t len);

/**
 * zimage_parse() - check and read the header
 * @data: the whole file
 * @len: bytes
 * @ret_zimage: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC not a zImage; -ENOTSUP a big-endian one; -ENODATA truncated; -EINVAL damaged.
 */
must_check int zimage_parse(const void *data, size_t len, struct zimage *ret_zimage,
			    struct load_error *why);

#endif
