/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fetches the memory and names that hooks have declared, and adds them to an event, so that the
 * host can read them without an exit. It knows user memory and the items of the wire format, not
 * the hooks.
 */
#ifndef GUEST_FETCH_H
#define GUEST_FETCH_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct fetch - the items of one event while they are collected
 * @args: the call's arguments at entry
 * @long_bytes: size of the task's pointers, 4 or 8
 * @scratch: PORTAL_PAGE_SIZE private bytes
 * @items: buffer for the items, 8-byte aligned
 * @room: size of @items in bytes
 * @used: bytes of @items in use
 * @nr: number of items
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
 * fetch_collect() - fetch one declaration
 * @fetch: up to two items are appended; an item that is already in it is not fetched again
 * @wire: checked declaration
 *
 * The status of an item reports a fault or truncation. An item whose bytes do not fit is
 * PORTAL_ITEM_DEFERRED, one whose header does not fit is left out.
 *
 * Context: may sleep and fault pages in; reads the current task's memory.
 */
void fetch_collect(struct fetch *fetch, const struct portal_wire_fetch *wire);

#endif /* GUEST_FETCH_H */
