/* SPDX-License-Identifier: MIT */
/*
 * Decompression in memory, for kernels and kernel modules. Recognises formats by their content and
 * knows nothing of what they contain. The input is untrusted: the output never grows beyond the
 * caller's limit.
 */
#ifndef BOOT_UNPACK_H
#define BOOT_UNPACK_H

#include <stddef.h>

#include "base/cleanup.h"

enum unpack_format {
	UNPACK_NONE = 0,   /* not a supported format */
	UNPACK_GZIP,	   /* RFC 1952 */
	UNPACK_LZ4_LEGACY, /* lz4_Frame_format.md, "Legacy frame": used by `lz4 -l` and kernels */
	UNPACK_ZSTD,	   /* RFC 8878 */
	UNPACK_XZ,	   /* xz-file-format.txt */
};

/** unpack_probe() - determine the format from the first bytes; @len may be 0. */
enum unpack_format unpack_probe(const void *data, size_t len);

/** unpack_format_name() - name for messages: "gzip", "lz4", "zstd", "xz", or "unknown". */
const char *unpack_format_name(enum unpack_format format);

/**
 * unpack() - decompress data
 * @data: starts with the compressed stream
 * @len: bytes
 * @trailer: maximum number of bytes after the compressed stream (kernels append a 32-bit size)
 * @limit: maximum size of the output, bytes
 * @ret_data: malloc'ed, never NULL, with a NUL after the last byte
 * @ret_len: bytes, without that NUL
 *
 * Return: 0; -ENOTSUP unknown format; -EFBIG more than @limit; -ENODATA the stream ends too early;
 * -EBADMSG damaged, or more than @trailer bytes after the stream; -ENOMEM.
 */
must_check int unpack(const void *data, size_t len, size_t trailer, size_t limit, void **ret_data,
		      size_t *ret_len);

#endif
