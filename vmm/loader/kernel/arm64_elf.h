/* SPDX-License-Identifier: MIT */
/*
 * Converts an arm64 vmlinux to an Image. The segments are placed by their addresses, which are
 * virtual and start at the first byte of the Image (arch/arm64/kernel/vmlinux.lds.S). The kernel's
 * build makes its Image in the same way, with objcopy -O binary. Owns nothing.
 */
#ifndef BOOT_ARM64_ELF_H
#define BOOT_ARM64_ELF_H

#include "boot/elf.h"
#include "boot/load_error.h"

/**
 * arm64_elf_flatten() - place the segments in a buffer
 * @elf: checked header; the rest of the file is untrusted
 * @limit: maximum size of the Image, bytes
 * @ret_data: the Image, malloc'ed
 * @ret_len: bytes of the Image
 * @why: filled on failure, or NULL
 *
 * The caller checks the result with arm64_image_parse().
 *
 * Return: 0; -EINVAL segments too far apart, or none with bytes; -ENODATA, -EINVAL of
 * elf_segment(); -ENOMEM.
 */
must_check int arm64_elf_flatten(const struct elf_image *elf, size_t limit, void **ret_data,
				 size_t *ret_len, struct load_error *why);

#endif
