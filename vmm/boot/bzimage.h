/* SPDX-License-Identifier: MIT */
/*
 * The x86 bzImage: a setup header, a compressed payload and a decompressor around it. Reads the
 * header and finds the parts; loads nothing and knows no CPU state. The input is hostile.
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

#define BZIMAGE_HEADER_START 0x1f1 /* of struct setup_header in the file and in the zero page */
#define BZIMAGE_HEADER_MAX   0x7b  /* up to and with kernel_info_offset, protocol 2.15 */
#define BZIMAGE_ENTRY64	     0x200 /* of the 64-bit entry in the protected-mode part */

#define BZIMAGE_XLF_KERNEL_64		   (1u << 0)
#define BZIMAGE_XLF_CAN_BE_LOADED_ABOVE_4G (1u << 1)

/**
 * struct bzimage - what the header says, checked against the file
 * @protocol: boot protocol, 0x020c or later
 * @header: struct setup_header as it is in the file, zero behind @header_len
 * @header_len: bytes, at most BZIMAGE_HEADER_MAX
 * @release: uname -r of the kernel, empty when the file does not say
 * @code_offset, @code_len: protected-mode part in the file
 * @payload_offset, @payload_len: compressed kernel in the file, with the size that follows it; len
 * 0: none
 * @pref_address: where the kernel wants to be, physical; above 1 MiB
 * @init_size: bytes of RAM it needs from there on until it has set up its own memory
 * @relocatable: it runs elsewhere too
 * @cmdline_max: longest command line without the NUL, bytes
 * @initrd_max: highest address an initrd may occupy, inclusive
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

/** bzimage_probe() - do the bytes look like an x86 boot sector with a setup header? Any @len. */
bool bzimage_probe(const void *data, size_t len);

/** bzimage_release_char() - may this byte be part of a release? Releases become parts of paths. */
bool bzimage_release_char(uint8_t c);

/**
 * bzimage_parse() - check and read the header
 * @data: the whole file
 * @len: bytes
 * @ret_image: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC not a bzImage; -ENOTSUP an old zImage, a 32-bit kernel or a protocol
 * before 2.12; -ENODATA truncated; -EINVAL fields that contradict.
 */
must_check int bzimage_parse(const void *data, size_t len, struct bzimage *ret_image,
			     struct load_error *why);

#endif
