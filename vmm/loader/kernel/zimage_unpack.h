/* SPDX-License-Identifier: MIT */
/*
 * Unpacks on the host what a zImage would unpack in the guest. Knows the compression; boot/zimage.h
 * knows the header.
 */
#ifndef BOOT_ZIMAGE_UNPACK_H
#define BOOT_ZIMAGE_UNPACK_H

#include "boot/zimage.h"

/**
 * zimage_unpack() - find the compressed kernel and unpack it
 * @data: the zImage
 * @zimage: header, from zimage_parse()
 * @ret_data: malloc'ed
 * @ret_len: bytes, equal to @zimage->unpacked_len
 *
 * The header gives the end of the compressed kernel, but not its start. The start is found by
 * trial: it has the magic of a format, and the stream unpacks to the announced size and ends at the
 * given end.
 *
 * Return: 0; -ENOENT not found (another compression, or a damaged file); -ENOMEM.
 */
must_check int zimage_unpack(const void *data, const struct zimage *zimage, void **ret_data,
			     size_t *ret_len);

#endif
