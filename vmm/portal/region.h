/* SPDX-License-Identifier: MIT */
/*
 * The shared page as bytes. Headers and payloads are copied once, and only the copy is checked and
 * used. This file knows the layout of docs/protocol.md section 1 and nothing about sessions.
 */
#ifndef PORTAL_REGION_H
#define PORTAL_REGION_H

#include <portal/wire.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct region_header - a page's header in the host's byte order
 * @code: PORTAL_OP_*, PORTAL_RESP_* or PORTAL_OPEN_*
 * @generation: generation of the session
 * @addr: cursor of an answer, else 0
 * @size: bytes of data, or signed result
 */
struct region_header {
	uint32_t code;
	uint32_t generation;
	uint64_t addr;
	uint64_t size;
};

/** region_load() - copy the header of @page, which is shared with the guest. */
void region_load(const void *page, struct region_header *ret_header);

/** region_load_data() - copy the first @len bytes of payload, at most PORTAL_DATA_SIZE. */
void region_load_data(const void *page, void *buf, size_t len);

/**
 * region_store() - write a payload, then the header
 * @page: shared with the guest
 * @header: in the host's byte order
 * @data: payload; may be NULL when @len is 0
 * @len: bytes of payload, at most PORTAL_DATA_SIZE
 */
void region_store(void *page, const struct region_header *header, const void *data, size_t len);

/**
 * region_store_request() - write the request of an operation: payload, request, header
 * @page: shared with the guest
 * @header: its size is set here
 * @request: the request
 * @data: payload; may be NULL when @len is 0
 * @len: bytes of payload, at most PORTAL_REQUEST_ROOM
 */
void region_store_request(void *page, struct region_header *header,
			  const struct portal_wire_request *request, const void *data, size_t len);

#endif
