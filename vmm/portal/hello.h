/* SPDX-License-Identifier: MIT */
/*
 * What the guest module says about itself: its hello, and the pages that it adds later. Pure
 * parsing of untrusted bytes; knows no page and no session. Source: docs/protocol.md sections 1 to
 * 3.
 */
#ifndef PORTAL_HELLO_H
#define PORTAL_HELLO_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"

/* a contiguous range of pages that the guest shares */
struct page_range {
	gpa_t gpa;
	uint32_t nr_pages;
};

/**
 * struct page_ranges - ranges of one message, none of which overlap
 * @range: the ranges, in the guest's order
 * @nr: 1 .. PORTAL_MAX_RANGES
 * @nr_pages: pages in all of them, 1 .. PORTAL_MAX_PAGES
 */
struct page_ranges {
	struct page_range range[PORTAL_MAX_RANGES];
	size_t nr;
	size_t nr_pages;
};

/**
 * struct hello - what the guest module reports about itself and its kernel
 * @version: wire version of the guest module
 * @sources: bit n: it has the source n, PORTAL_SOURCE_*
 * @ops: bit n: it has the operation n, PORTAL_OP_*
 * @features: PORTAL_FEATURE_*
 * @abi: PORTAL_ABI_* of the kernel's native system calls
 * @compat_abi: PORTAL_ABI_* of 32-bit system calls on a 64-bit kernel, or PORTAL_ABI_NONE
 * @paging: PORTAL_PAGING_*; 0: no direct access
 * @release: the kernel's uname -r
 * @module_version: version of the guest module
 * @pool: pages of the pool
 */
struct hello {
	uint32_t version;
	uint64_t sources;
	uint64_t ops[PORTAL_OPS_WORDS];
	uint64_t features;
	uint32_t abi, compat_abi;
	uint32_t paging;
	char release[65];
	char module_version[31];
	struct page_ranges pool;
};

/**
 * hello_parse() - parse and check a hello
 * @data: payload, already copied out of the page
 * @size: bytes of @data
 * @ret_hello: set on success; with another version only @version is set
 *
 * Does not check that the ranges are RAM.
 *
 * Return: 0; -EPROTO: wrong size, ranges misaligned, empty, overlapping or too many, strings
 * without a NUL, reserved fields not zero; -EPROTONOSUPPORT: another wire version.
 */
must_check int hello_parse(const void *data, size_t size, struct hello *ret_hello);

/**
 * hello_parse_grow() - parse and check the message that adds pages to the pool
 * @data: payload, already copied out of the page
 * @size: bytes of @data
 * @ret_ranges: set on success; not compared with the ranges that the pool has
 *
 * Return: 0; -EPROTO.
 */
must_check int hello_parse_grow(const void *data, size_t size, struct page_ranges *ret_ranges);

/** hello_has_op() - check whether the guest has the operation @op, any value. */
static inline bool hello_has_op(const struct hello *hello, uint32_t op)
{
	return op < 64 * PORTAL_OPS_WORDS && hello->ops[op / 64] & 1ull << op % 64;
}

#endif
