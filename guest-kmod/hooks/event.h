/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An event while it is built in private memory: header, ids, body, items, in this order. It knows
 * what all kinds of events have in common, not the bodies; every source of events uses it.
 *
 * Each byte is written once, and no byte that the event does not have.
 */
#ifndef GUEST_EVENT_H
#define GUEST_EVENT_H

#include <linux/types.h>

#include <portal/wire.h>

#include "hooks/fetch.h"
#include "hooks/table.h"

/**
 * struct event - an event that is being built
 * @wire: start of the buffer, aligned to 8
 * @room: bytes of the buffer
 * @size: bytes of the event so far
 * @flags: PORTAL_HOOK_F_* of any of its hooks
 */
struct event {
	struct portal_wire_event *wire;
	u32 room;
	u32 size;
	u32 flags;
};

/**
 * event_begin() - write the header and the ids of the hooks
 * @event: written
 * @buf: private buffer, aligned to 8
 * @room: bytes of @buf, at least PORTAL_DATA_SIZE
 * @kind: PORTAL_EVENT_*
 * @match: from hook_table_match()
 * @bits: bits of the hooks
 *
 * Return: false: none of the hooks is left, so there is no event.
 */
bool __must_check event_begin(struct event *event, void *buf, u32 room, u16 kind,
			      const struct hook_match *match, u64 bits);

/**
 * event_begin_error() - write the header of an event of kind PORTAL_EVENT_ERROR
 * @event: written
 * @buf: buffer, aligned to 8
 * @match: from hook_table_match()
 * @id: id of the hook whose write failed
 *
 * The buffer is large enough for a struct portal_wire_error and a body without items.
 */
void event_begin_error(struct event *event, void *buf, const struct hook_match *match, u32 id);

/**
 * event_add() - append a part of the body
 * @event: without items
 * @size: bytes, a multiple of 8
 *
 * Return: @size bytes, to be written by the caller; 8-byte aligned.
 */
void *event_add(struct event *event, u32 size);

/**
 * event_fetch() - append the items that the hooks have declared
 * @event: with its body
 * @match: from hook_table_match()
 * @bits: bits of the hooks
 * @fetch: ret and scratch are set, the rest is written
 *
 * The event of a task that is being killed has no items.
 *
 * Context: as fetch_collect().
 */
void event_fetch(struct event *event, const struct hook_match *match, u64 bits,
		 struct fetch *fetch);

/**
 * event_copy_items() - append items that were fetched before
 * @event: with its body; as many items as fit are appended
 * @fetch: the items
 */
void event_copy_items(struct event *event, const struct fetch *fetch);

#endif /* GUEST_EVENT_H */
