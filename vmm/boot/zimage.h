/* SPDX-License-Identifier: MIT */
/*
 * The 32-bit arm zImage: a header, a decompressor and a compressed kernel. Since Linux 4.15 the
 * header describes the unpacked kernel. Reads the header; must not load anything or know CPU state.
 * The input is untrusted.
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

#define ZIMAGE_TEXT_OFFSET_MIN 0x8000u /* the kernel's page tables are below it */
#define ZIMAGE_TEXT_OFFSET_MAX 0x2000000u

/**
 * struct zimage - the validated header
 * @len: size of the image in bytes; bytes after it do not belong to it
 * @packed_end: offset of the end of the compressed kernel and its appended size; 0: unknown, and
 * the fields below are 0 as well
 * @unpacked_len: size of the unpacked kernel in bytes
 * @bss_len: bytes that the kernel needs after that
 * @text_offset: offset of the unpacked kernel from the start of RAM, ZIMAGE_TEXT_OFFSET_MIN ..
 * ZIMAGE_TEXT_OFFSET_MAX, page aligned; 0: unknown
 */
struct zimage {
	size_t len;
	size_t packed_end;
	uint32_t unpacked_len;
	uint32_t bss_len;
	uint32_t text_offset;
};

/** zimage_probe() - check whether the bytes look like a zImage; any @len. */
bool zimage_probe(const void *data, size_t len);

/**
 * zimage_parse() - validate and read the header
 * @data: the whole file
 * @len: its size in bytes
 * @ret_zimage: set on success only
 * @why: set on failure; may be NULL
 *
 * Return: 0; -ENOEXEC: not a zImage; -ENOTSUP: a big-endian kernel; -ENODATA: truncated; -EINVAL:
 * damaged.
 */
must_check int zimage_parse(const void *data, size_t len, struct zimage *ret_zimage,
			    struct load_error *why);

#endif
