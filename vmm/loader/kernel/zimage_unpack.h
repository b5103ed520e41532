/* SPDX-License-Identifier: MIT */
/* What a zImage would unpack in the guest, unpacked here. Knows the ways of packing; the header is
 * zimage.h's. */
#ifndef BOOT_ZIMAGE_UNPACK_H
#define BOOT_ZIMAGE_UNPACK_H

#include "boot/zimage.h"

/**
 * zimage_unpack() - find the packed kernel and unpack it
 * @data: the zImage
 * @zimage: as zimage_parse() has read it
 * @ret_data: malloc'ed
 * @ret_len: bytes, zimage's unpacked_len
 *
 * The header says where the packed kernel ends, and nothing where it begins: that is where the
 * bytes begin like something packed and unpack to what is announced, with its end at that end.
 *
 * Return: 0; -ENOENT nothing in it does that (another way of packing, or damage); -ENOMEM.
 */
must_check int zimage_unpack(const void *data, const struct zimage *zimage, void **ret_data,
			     size_t *ret_len);

#endif
