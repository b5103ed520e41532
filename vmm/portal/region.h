/* SPDX-License-Identifier: MIT */
/*
 * The shared page as bytes: headers and payloads go in and out by copy, once. What is checked is
 * the copy. Knows the layout of docs/protocol.md section 1 and nothing of sessions.
 */
#ifndef PORTAL_REGION_H
#define PORTAL_REGION_H

#include <portal/wire.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct region_header - a page's header in the host's byte order
 * @code: PORTAL_OP_*, PORTAL_RESP_* or PORTAL_EVENT_*
 * @generation: the session's
 * @addr: address, parameter or cursor
 * @size: bytes of payload, parameter or signed result
 */
struct region_header {
	uint32_t code;
	uint32_t generation;
	uint64_t addr;
	uint64_t size;
};

/** region_load() - copy the header at @page (PORTAL_PAGE_SIZE bytes, shared with the guest). */
void region_load(const void *page, struct region_header *ret_header);

/** region_load_data() - copy the first @len payload bytes, at most PORTAL_DATA_SIZE. */
void region_load_data(const void *page, void *buf, size_t len);

/**
 * region_store() - write payload (@len at most PORTAL_DATA_SIZE, @data may be NULL for 0), then
 * header.
 */
void region_store(void *page, const struct region_header *header, const void *data, size_t len);

#endif
