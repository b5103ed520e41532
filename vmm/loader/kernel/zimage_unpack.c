/* SPDX-License-Identifier: MIT */
#include "loader/kernel/zimage_unpack.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "loader/kernel/unpack.h"

#define UNPACKED_MAX MIB(128)
/* false matches of a magic number are in the first 64 KiB */
#define TRIES_MAX    8
#define SIZE_TRAILER 4 /* appended by the kernel's build; not for gzip, which ends with it anyway */

static int try_at(const uint8_t *packed, size_t len, uint32_t unpacked_len, void **ret_data)
{
	size_t trailer = unpack_probe(packed, len) == UNPACK_GZIP ? 0 : SIZE_TRAILER;
	void *data;
	size_t got;
	int err = unpack(packed, len, trailer, unpacked_len, &data, &got);

	if (err < 0)
		return err;
	if (got != unpacked_len) {
		free(data);
		return -EBADMSG;
	}
	*ret_data = data;
	return 0;
}

int zimage_unpack(const void *data, const struct zimage *zimage, void **ret_data, size_t *ret_len)
{
	const uint8_t *image = data;
	unsigned int tries = 0;

	if (zimage->unpacked_len > UNPACKED_MAX)
		return -ENOENT;
	for (size_t at = 0; at < zimage->packed_end && tries < TRIES_MAX; at++) {
		size_t len = zimage->packed_end - at;
		int err;

		if (unpack_probe(image + at, len) == UNPACK_NONE)
			continue;
		err = try_at(image + at, len, zimage->unpacked_len, ret_data);
		if (err == 0)
			*ret_len = zimage->unpacked_len;
		if (err == 0 || err == -ENOMEM)
			return err;
		tries++;
	}
	return -ENOENT;
}
