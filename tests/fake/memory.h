/* SPDX-License-Identifier: MIT */
/*
 * Windows and shared pages of the fake guest, docs/protocol.md section 4. Both are in two ranges
 * with a hole between them, if they have more than one page.
 */
#ifndef FAKE_MEMORY_H
#define FAKE_MEMORY_H

#include <portal/wire.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_MAX_WINDOWS 4
#define FAKE_NR_SHARES	 2
#define FAKE_BULK_BASE	 0x100000000ull /* gpa of the first window; shares are behind windows */
#define FAKE_BULK_STRIDE 0x2000000ull	/* from one to the next */
#define FAKE_BULK_HALF	 0x1000000ull	/* from the first range of one to its second */
#define FAKE_BULK_RANGES 2

/**
 * struct fake_bulk - a window or a share
 * @bytes: its contents; NULL: there is none
 * @size: bytes
 * @gpa: of its first page
 * @first: bytes of its first range
 */
struct fake_bulk {
	uint8_t *bytes;
	uint64_t size;
	uint64_t gpa;
	uint64_t first;
};

/** fake_bulk_open() - allocate zeroed memory. @index: FAKE_MAX_WINDOWS + n: share n. Return: 0. */
int64_t fake_bulk_open(struct fake_bulk *bulk, size_t index, uint64_t size);

/** fake_bulk_close() - free it, if there is any. */
void fake_bulk_close(struct fake_bulk *bulk);

/** fake_bulk_ranges() - write its ranges. Return: bytes at @ret_ranges. */
size_t fake_bulk_ranges(const struct fake_bulk *bulk,
			struct portal_wire_range ret_ranges[FAKE_BULK_RANGES]);

/** fake_bulk_slice() - get it as the host sees it. Return: NULL: the range is not all in it. */
void *fake_bulk_slice(const struct fake_bulk *bulk, uint64_t gpa, uint64_t len);

#endif
