/* SPDX-License-Identifier: MIT */
/*
 * The EFI zboot image: a small EFI program around a packed kernel. Finds the kernel in it, which
 * whoever boots without EFI unpacks himself. The input is hostile.
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
 * struct zboot - the packed kernel in the file
 * @offset: bytes from the file's beginning
 * @len: bytes, not 0; a size of four bytes may be the last of them
 */
struct zboot {
	size_t offset;
	size_t len;
};

/** zboot_probe() - do the bytes look like a zboot image? Any @len. */
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
