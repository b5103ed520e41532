/* SPDX-License-Identifier: MIT */
#include "loader/kernel/unpack.h"

#include <errno.h>
#include <limits.h>
#include <lz4.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"

#define FIRST_CHUNK	 KIB(256)
#define LZ4_MAGIC	 0x184c2102u
#define LZ4_LEGACY_BLOCK MIB(8) /* maximum unpacked size of a block */
#define XZ_MEMORY_MAX	 MIB(256)
#define ZSTD_WINDOW_MAX	 27 /* 128 MiB, the largest window that `zstd --ultra` makes */

struct input {
	const uint8_t *data;
	size_t len;
	size_t pos;
};

/* The output grows by doubling, so a decompression bomb costs at most twice the limit. */
struct output {
	uint8_t *data;
	size_t len;
	size_t size;
	size_t limit;
};

static const struct {
	uint8_t len;
	uint8_t bytes[6];
	const char *name;
} magics[] = {
	[UNPACK_NONE] = { 0, { 0 }, "unknown" },
	[UNPACK_GZIP] = { 3, { 0x1f, 0x8b, 0x08 }, "gzip" },
	[UNPACK_LZ4_LEGACY] = { 4, { 0x02, 0x21, 0x4c, 0x18 }, "lz4" },
	[UNPACK_ZSTD] = { 4, { 0x28, 0xb5, 0x2f, 0xfd }, "zstd" },
	[UNPACK_XZ] = { 6, { 0xfd, '7', 'z', 'X', 'Z', 0x00 }, "xz" },
};

enum unpack_format unpack_probe(const void *data, size_t len)
{
	for (size_t i = UNPACK_GZIP; i < ARRAY_SIZE(magics); i++) {
		if (len >= magics[i].len && memcmp(data, magics[i].bytes, magics[i].len) == 0)
			return (enum unpack_format)i;
	}
	return UNPACK_NONE;
}

const char *unpack_format_name(enum unpack_format format)
{
	return (size_t)format < ARRAY_SIZE(magics) ? magics[format].name : magics[UNPACK_NONE].name;
}

static int output_resize(struct output *out, size_t size)
{
	uint8_t *data = realloc(out->data, size + 1);

	if (!data)
		return -ENOMEM;
	out->data = data;
	out->size = size;
	return 0;
}

/*
 * Make space after the output so far. The buffer may exceed the limit by one byte: this
 * distinguishes a stream that goes on from one that ends exactly at the limit.
 */
static int output_grow(struct output *out)
{
	size_t most = out->limit + 1;
	size_t size = out->size < FIRST_CHUNK ? FIRST_CHUNK : out->size;

	if (out->len < out->size)
		return 0;
	if (out->size >= most)
		return -EFBIG;
	if (out->size != 0)
		size = size > most / 2 ? most : size * 2;
	return output_resize(out, size > most ? most : size);
}

static int unpack_gzip_stream(z_stream *z, struct input *in, struct output *out)
{
	int status = Z_OK;

	while (status != Z_STREAM_END) {
		int err = output_grow(out);
		size_t room, left = in->len - in->pos;

		if (err < 0)
			return err;
		room = out->size - out->len;
		z->next_in = (z_const Bytef *)(uintptr_t)(in->data + in->pos);
		z->avail_in = left > UINT_MAX ? UINT_MAX : (uInt)left;
		z->next_out = out->data + out->len;
		z->avail_out = room > UINT_MAX ? UINT_MAX : (uInt)room;
		status = inflate(z, Z_NO_FLUSH);
		in->pos = (size_t)(z->next_in - in->data);
		out->len = (size_t)(z->next_out - out->data);
		if (status == Z_BUF_ERROR)
			return -ENODATA;
		if (status == Z_MEM_ERROR)
			return -ENOMEM;
		if (status != Z_OK && status != Z_STREAM_END)
			return -EBADMSG;
	}
	return 0;
}

static int unpack_gzip(struct input *in, struct output *out)
{
	z_stream z = { 0 };
	int err;

	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	err = unpack_gzip_stream(&z, in, out);
	inflateEnd(&z);
	return err;
}

static int unpack_xz_stream(lzma_stream *xz, struct input *in, struct output *out)
{
	lzma_ret status = LZMA_OK;

	while (status != LZMA_STREAM_END) {
		int err = output_grow(out);

		if (err < 0)
			return err;
		xz->next_in = in->data + in->pos;
		xz->avail_in = in->len - in->pos;
		xz->next_out = out->data + out->len;
		xz->avail_out = out->size - out->len;
		status = lzma_code(xz, LZMA_RUN);
		in->pos = (size_t)(xz->next_in - in->data);
		out->len = (size_t)(xz->next_out - out->data);
		if (status == LZMA_BUF_ERROR)
			return -ENODATA;
		if (status == LZMA_MEM_ERROR)
			return -ENOMEM;
		if (status == LZMA_MEMLIMIT_ERROR)
			return -EFBIG;
		if (status != LZMA_OK && status != LZMA_STREAM_END)
			return -EBADMSG;
	}
	return 0;
}

static int unpack_xz(struct input *in, struct output *out)
{
	lzma_stream xz = LZMA_STREAM_INIT;
	int err;

	if (lzma_stream_decoder(&xz, XZ_MEMORY_MAX, 0) != LZMA_OK)
		return -ENOMEM;
	err = unpack_xz_stream(&xz, in, out);
	lzma_end(&xz);
	return err;
}

static int unpack_zstd_stream(ZSTD_DStream *zstd, struct input *in, struct output *out)
{
	size_t hint = 1;

	while (hint != 0) {
		ZSTD_inBuffer src = { in->data, in->len, in->pos };
		ZSTD_outBuffer dst;
		int err = output_grow(out);

		if (err < 0)
			return err;
		dst = (ZSTD_outBuffer){ out->data, out->size, out->len };
		hint = ZSTD_decompressStream(zstd, &dst, &src);
		if (ZSTD_isError(hint))
			return -EBADMSG;
		/* no progress although there was space: the input is incomplete */
		if (hint != 0 && src.pos == in->pos && dst.pos == out->len)
			return -ENODATA;
		in->pos = src.pos;
		out->len = dst.pos;
	}
	return 0;
}

static int unpack_zstd(struct input *in, struct output *out)
{
	ZSTD_DStream *zstd = ZSTD_createDStream();
	int err;

	if (!zstd)
		return -ENOMEM;
	(void)ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_MAX);
	err = unpack_zstd_stream(zstd, in, out);
	ZSTD_freeDStream(zstd);
	return err;
}

/*
 * Unpack one block. The caller has checked that @size bytes are in the input. The output always
 * gets space for a block of the maximum size.
 */
static int unpack_lz4_block(struct input *in, struct output *out, uint32_t size)
{
	int n;

	if (out->len > out->limit)
		return -EFBIG;
	if (out->size - out->len < LZ4_LEGACY_BLOCK) {
		int err = output_resize(out, out->len + LZ4_LEGACY_BLOCK);

		if (err < 0)
			return err;
	}
	n = LZ4_decompress_safe((const char *)in->data + in->pos, (char *)out->data + out->len,
				(int)size, (int)LZ4_LEGACY_BLOCK);
	if (n < 0)
		return -EBADMSG;
	in->pos += size;
	out->len += (size_t)n;
	return 0;
}

/*
 * The legacy frame has no end mark. It ends with the input, or @trailer bytes before that if a size
 * was appended. Several frames may follow one another.
 */
static int unpack_lz4(struct input *in, struct output *out, size_t trailer)
{
	while (in->len - in->pos > trailer) {
		uint32_t size;
		int err;

		if (in->len - in->pos < sizeof(size))
			return -ENODATA;
		size = get_le32(in->data + in->pos);
		in->pos += sizeof(size);
		if (size == LZ4_MAGIC)
			continue;
		if (size == 0 || size > (uint32_t)LZ4_COMPRESSBOUND(LZ4_LEGACY_BLOCK))
			return -EBADMSG;
		if (size > in->len - in->pos)
			return -ENODATA;
		err = unpack_lz4_block(in, out, size);
		if (err < 0)
			return err;
	}
	return 0;
}

static int unpack_stream(struct input *in, struct output *out, size_t trailer)
{
	switch (unpack_probe(in->data, in->len)) {
	case UNPACK_GZIP:
		return unpack_gzip(in, out);
	case UNPACK_LZ4_LEGACY:
		return unpack_lz4(in, out, trailer);
	case UNPACK_ZSTD:
		return unpack_zstd(in, out);
	case UNPACK_XZ:
		return unpack_xz(in, out);
	case UNPACK_NONE:
		break;
	}
	return -ENOTSUP;
}

int unpack(const void *data, size_t len, size_t trailer, size_t limit, void **ret_data,
	   size_t *ret_len)
{
	struct input in = { .data = data, .len = len };
	struct output out = { .limit = limit < SIZE_MAX / 4 ? limit : SIZE_MAX / 4 };
	int err = unpack_stream(&in, &out, trailer);

	if (err == 0 && out.len > out.limit)
		err = -EFBIG;
	if (err == 0 && in.len - in.pos > trailer)
		err = -EBADMSG;
	if (err == 0 && !out.data)
		err = output_resize(&out, 0);
	if (err < 0) {
		free(out.data);
		return err;
	}
	out.data[out.len] = '\0';
	*ret_data = out.data;
	*ret_len = out.len;
	return 0;
}
