/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What hooks declared that they are going to read, brought along with an event: so that reading it
 * costs the host no further ring. Knows user memory and the wire's items, not which hooks there
 * are.
 */
#ifndef GUEST_FETCH_H
#define GUEST_FETCH_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct fetch - the items of one event while they are collected
 * @args: the call's arguments at entry
 * @long_bytes: 4 or 8: the task's pointers
 * @scratch: PORTAL_PAGE_SIZE private bytes
 * @items: where they go, 8-byte aligned
 * @room: bytes there
 * @used: bytes taken
 * @nr: items
 */
struct fetch {
	const u64 *args;
	u32 long_bytes;
	u8 *scratch;
	u8 *items;
	u32 room;
	u32 used;
	u32 nr;
};

/**
 * fetch_collect() - carry one declaration out
 * @fetch: grows by up to two items; what is there already is not fetched again
 * @wire: checked declaration
 *
 * Each item has its own status: nothing is cut without saying so. An item whose bytes do not fit is
 * PORTAL_ITEM_DEFERRED, one whose header does not fit is left out.
 *
 * Context: may sleep, faults pages in; the current task's memory.
 */
void fetch_collect(struct fetch *fetch, const struct portal_wire_fetch *wire);

#endif /* GUEST_FETCH_H */
