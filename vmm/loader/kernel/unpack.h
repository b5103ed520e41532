/* SPDX-License-Identifier: MIT */
/*
 * Compressed bytes to plain bytes in memory, for kernels and modules. Knows formats by their
 * content and nothing about what is inside. The input is hostile: the output never grows past the
 * caller's limit.
 */
#ifndef BOOT_UNPACK_H
#define BOOT_UNPACK_H

#include <stddef.h>

#include "base/cleanup.h"

enum unpack_format {
	UNPACK_NONE = 0,   /* not a format this file reads */
	UNPACK_GZIP,	   /* RFC 1952 */
	UNPACK_LZ4_LEGACY, /* lz4_Frame_format.md, "Legacy frame": what `lz4 -l` and kernels have */
	UNPACK_ZSTD,	   /* RFC 8878 */
	UNPACK_XZ,	   /* xz-file-format.txt */
};

/** unpack_probe() - format by the first bytes. Any @len, also 0. */
enum unpack_format unpack_probe(const void *data, size_t len);

/** unpack_format_name() - "gzip", "lz4", "zstd", "xz"; "unknown" for everything else. */
const char *unpack_format_name(enum unpack_format format);

/**
 * unpack() - the plain bytes
 * @data: begins with a format that unpack_probe() knows
 * @len: bytes
 * @trailer: at most so many bytes may follow the compressed stream (kernels append a 32-bit size)
 * @limit: most bytes of output
 * @ret_data: malloc'ed, never NULL, with one NUL behind the last byte
 * @ret_len: bytes, without that NUL
 *
 * Return: 0; -ENOTSUP format not known; -EFBIG more than @limit; -ENODATA the stream ends too
 * early; -EBADMSG damaged, or more than @trailer bytes behind the stream; -ENOMEM.
 */
must_check int unpack(const void *data, size_t len, size_t trailer, size_t limit, void **ret_data,
		      size_t *ret_len);

#endif
