/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fetches the memory and names that hooks have declared, and adds them to an event, so that the
 * host can read them without an exit. It knows user memory, the task and the items of the wire
 * format, not the hooks.
 */
#ifndef GUEST_FETCH_H
#define GUEST_FETCH_H

#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/filter.h"

/**
 * struct fetch - the items of one event while they are collected
 * @call: the call, with its arguments at entry
 * @ret: at return: its result
 * @scratch: PORTAL_PAGE_SIZE private bytes; NULL: nothing may sleep
 * @items: buffer for the items, 8-byte aligned
 * @room: size of @items in bytes
 * @used: bytes of @items in use
 * @nr: number of items
 * @incomplete: a read has met a fault, or a declaration would have to sleep and was left out
 */
struct fetch {
	const struct filter_call *call;
	s64 ret;
	u8 *scratch;
	u8 *items;
	u32 room;
	u32 used;
	u32 nr;
	bool incomplete;
};

/**
 * fetch_collect() - fetch one declaration
 * @fetch: up to two items are appended; an item that is already in it is not fetched again
 * @wire: checked declaration
 *
 * The status of an item reports a fault or truncation. An item whose bytes do not fit is
 * PORTAL_ITEM_DEFERRED, one whose header does not fit is left out.
 *
 * Context: may sleep and fault pages in, unless @fetch has no scratch; reads the current task's
 * memory.
 */
void fetch_collect(struct fetch *fetch, const struct portal_wire_fetch *wire);

/**
 * fetch_fitting() - count the first items that fit a buffer
 * @fetch: the items
 * @room: bytes of the buffer
 * @ret_used: bytes of these items
 *
 * Return: number of items.
 */
u32 fetch_fitting(const struct fetch *fetch, u32 room, u32 *ret_used);

#endif /* GUEST_FETCH_H */
