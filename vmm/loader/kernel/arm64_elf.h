/* SPDX-License-Identifier: MIT */
/*
 * An arm64 vmlinux as the Image it would be: its segments by their addresses, which are virtual
 * ones from the first byte of the Image on (arch/arm64/kernel/vmlinux.lds.S; the kernel's build
 * makes the Image so, by objcopy -O binary). Owns nothing.
 */
#ifndef BOOT_ARM64_ELF_H
#define BOOT_ARM64_ELF_H

#include "boot/elf.h"
#include "boot/load_error.h"

/**
 * arm64_elf_flatten() - lay the segments out
 * @elf: checked header over hostile bytes
 * @limit: most bytes that the Image may have
 * @ret_data: the Image, to be freed
 * @ret_len: its bytes
 * @why: filled on failure, or NULL
 *
 * Whether it is an Image that came out is for arm64_image_parse() to say.
 *
 * Return: 0; -EINVAL segments too far apart, or none with bytes; -ENODATA, -EINVAL of
 * elf_segment(); -ENOMEM.
 */
must_check int arm64_elf_flatten(const struct elf_image *elf, size_t limit, void **ret_data,
				 size_t *ret_len, struct load_error *why);

#endif
