/* SPDX-License-Identifier: MIT */
/*
 * The x86 bzImage: a setup header, a decompressor and a compressed payload. Reads the header and
 * finds the parts; must not load anything or know CPU state. The input is untrusted.
 *
 * Source: Linux, Documentation/arch/x86/boot.rst.
 */
#ifndef BOOT_BZIMAGE_H
#define BOOT_BZIMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

#define BZIMAGE_HEADER_START 0x1f1 /* offset of struct setup_header in the file and the zero page */
#define BZIMAGE_HEADER_MAX   0x7b  /* size of struct setup_header in protocol 2.15 */
#define BZIMAGE_ENTRY64	     0x200 /* offset of the 64-bit entry in the protected-mode part */

#define BZIMAGE_XLF_KERNEL_64		   (1u << 0)
#define BZIMAGE_XLF_CAN_BE_LOADED_ABOVE_4G (1u << 1)

/**
 * struct bzimage - the header, validated against the file
 * @protocol: boot protocol, 0x020c or later
 * @header: struct setup_header as in the file; the rest after @header_len is zero
 * @header_len: size in bytes, at most BZIMAGE_HEADER_MAX
 * @release: uname -r of the kernel; empty: unknown
 * @code_offset, @code_len: protected-mode part in the file
 * @payload_offset, @payload_len: compressed kernel in the file, including its appended size; length
 * 0: there is no payload
 * @pref_address: preferred physical load address, 1 MiB or above
 * @init_size: bytes of RAM from there on that the kernel needs until it has set up its memory
 * management
 * @relocatable: the kernel also runs at other addresses
 * @cmdline_max: length of the longest command line, without the NUL, in bytes
 * @initrd_max: highest address that an initrd may occupy, inclusive
 * @xloadflags: BZIMAGE_XLF_*
 */
struct bzimage {
	uint16_t protocol;
	uint8_t header[BZIMAGE_HEADER_MAX];
	size_t header_len;
	char release[65];
	size_t code_offset, code_len;
	size_t payload_offset, payload_len;
	uint64_t pref_address;
	uint32_t init_size;
	bool relocatable;
	uint32_t cmdline_max;
	uint64_t initrd_max;
	uint16_t xloadflags;
};

/** bzimage_probe() - check whether the bytes look like a boot sector with setup header; any @len */
bool bzimage_probe(const void *data, size_t len);

/** bzimage_release_char() - check whether a release, which becomes part of paths, may contain @c */
bool bzimage_release_char(uint8_t c);

/**
 * bzimage_parse() - validate and read the header
 * @data: the whole file
 * @len: its size in bytes
 * @ret_image: set on success only
 * @why: set on failure; may be NULL
 *
 * Return: 0; -ENOEXEC: not a bzImage; -ENOTSUP: an old zImage, a 32-bit kernel, or a protocol
 * before 2.12; -ENODATA: truncated; -EINVAL: contradictory fields.
 */
must_check int bzimage_parse(const void *data, size_t len, struct bzimage *ret_image,
			     struct load_error *why);

#endif
