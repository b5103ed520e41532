/* SPDX-License-Identifier: MIT */
/*
 * The EFI zboot image: a small EFI program around a compressed kernel. Without EFI, the boot loader
 * has to unpack the kernel; this finds it. The input is untrusted.
 *
 * Source: Linux, drivers/firmware/efi/libstub/zboot-header.S (the fields) and zboot.c.
 */
#ifndef BOOT_ZBOOT_H
#define BOOT_ZBOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "boot/load_error.h"

/**
 * struct zboot - the compressed kernel in the file
 * @offset: bytes from the beginning of the file
 * @len: bytes, not 0; may include a size of four bytes at the end
 */
struct zboot {
	size_t offset;
	size_t len;
};

/** zboot_probe() - check for the signature of a zboot image; @len may be 0. */
bool zboot_probe(const void *data, size_t len);

/**
 * zboot_parse() - check and read the header
 * @data: the whole file
 * @len: bytes
 * @ret_zboot: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC not a zboot image; -ENODATA truncated; -EINVAL no payload, or one inside the
 * header.
 */
must_check int zboot_parse(const void *data, size_t len, struct zboot *ret_zboot,
			   struct load_error *why);

#endif
