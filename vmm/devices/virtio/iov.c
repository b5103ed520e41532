/* SPDX-License-Identifier: MIT */
#include "devices/virtio/iov.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/* iterator over the segments of a range of bytes, for piece_next() */
struct cursor {
	const struct iovec *iov;
	unsigned int nr;
	uint64_t skip, left;
};

static bool piece_next(struct cursor *at, struct iovec *ret_piece)
{
	while (at->nr > 0 && at->left > 0) {
		struct iovec piece = *at->iov++;

		at->nr--;
		if (at->skip >= piece.iov_len) {
			at->skip -= piece.iov_len;
			continue;
		}
		piece.iov_base = (uint8_t *)piece.iov_base + at->skip;
		piece.iov_len -= at->skip;
		at->skip = 0;
		if (piece.iov_len > at->left)
			piece.iov_len = at->left;
		at->left -= piece.iov_len;
		*ret_piece = piece;
		return true;
	}
	return false;
}

uint64_t iov_size(const struct iovec *iov, unsigned int nr)
{
	uint64_t size = 0;

	for (unsigned int i = 0; i < nr; i++)
		size += iov[i].iov_len;
	return size;
}

size_t iov_read(const struct iovec *iov, unsigned int nr, uint64_t offset, void *buf, size_t len)
{
	struct cursor at = { iov, nr, offset, len };
	uint8_t *to = buf;
	struct iovec piece;

	while (piece_next(&at, &piece)) {
		memcpy(to, piece.iov_base, piece.iov_len);
		to += piece.iov_len;
	}
	/* the compiler must not read the guest's bytes again instead of the copy */
	atomic_signal_fence(memory_order_seq_cst);
	return len - at.left;
}

size_t iov_write(const struct iovec *iov, unsigned int nr, uint64_t offset, const void *buf,
		 size_t len)
{
	struct cursor at = { iov, nr, offset, len };
	const uint8_t *from = buf;
	struct iovec piece;

	while (piece_next(&at, &piece)) {
		memcpy(piece.iov_base, from, piece.iov_len);
		from += piece.iov_len;
	}
	return len - at.left;
}

uint64_t iov_zero(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len)
{
	struct cursor at = { iov, nr, offset, len };
	struct iovec piece;

	while (piece_next(&at, &piece))
		memset(piece.iov_base, 0, piece.iov_len);
	return len - at.left;
}

unsigned int iov_slice(const struct iovec *iov, unsigned int nr, uint64_t offset, uint64_t len,
		       struct iovec *ret_slice)
{
	struct cursor at = { iov, nr, offset, len };
	unsigned int nr_slice = 0;

	while (piece_next(&at, &ret_slice[nr_slice]))
		nr_slice++;
	return nr_slice;
}
