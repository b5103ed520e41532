// SPDX-License-Identifier: GPL-2.0-only
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "base/identity.h"
#include "hooks/event.h"

#define PART_ALIGN 8

/* ---- header ---- */

static u64 page_table_gpa(void)
{
	return arch_paging() && current->mm ? virt_to_phys(current->mm->pgd) : 0;
}

static void write_header(struct event *event, u16 kind, const struct hook_match *match, u32 nr)
{
	struct portal_wire_event *wire = event->wire;
	struct identity identity;

	identity_get(&identity);
	wire->kind = cpu_to_le16(kind);
	wire->context = cpu_to_le16(PORTAL_CONTEXT_TASK);
	wire->flags = 0;
	wire->newest = cpu_to_le64(match->newest);
	wire->start_time = cpu_to_le64(identity.start_time);
	wire->pid = cpu_to_le32(identity.pid);
	wire->tid = cpu_to_le32(identity.tid);
	wire->pgd = cpu_to_le64(page_table_gpa());
	wire->cpu = cpu_to_le32(match->cpu);
	wire->nr_hooks = cpu_to_le32(nr);
	wire->nr_items = 0;
	wire->reserved = 0;
	memcpy(wire->comm, match->call->comm, sizeof(wire->comm));
}

/* The ids are there already. */
static void finish_ids(struct event *event, u32 nr)
{
	__le32 *ids = (__le32 *)(event->wire + 1);

	event->size = sizeof(*event->wire) + ALIGN(nr * sizeof(*ids), PART_ALIGN);
	if (nr % 2)
		ids[nr] = 0;
}

bool event_begin(struct event *event, void *buf, u32 room, u16 kind, const struct hook_match *match,
		 u64 bits)
{
	u32 nr;

	*event = (struct event){ .wire = buf, .room = room };
	nr = hook_table_list(match, bits, (__le32 *)(event->wire + 1), &event->flags);
	if (!nr)
		return false;
	finish_ids(event, nr);
	write_header(event, kind, match, nr);
	return true;
}

void event_begin_error(struct event *event, void *buf, const struct hook_match *match, u32 id)
{
	*event = (struct event){ .wire = buf, .room = PORTAL_DATA_SIZE };
	*(__le32 *)(event->wire + 1) = cpu_to_le32(id);
	finish_ids(event, 1);
	write_header(event, PORTAL_EVENT_ERROR, match, 1);
}

/* ---- body and items ---- */

void *event_add(struct event *event, u32 size)
{
	void *part = (u8 *)event->wire + event->size;

	event->size += size;
	return part;
}

static void add_items(struct event *event, u32 nr, u32 used)
{
	event->wire->nr_items = cpu_to_le32(nr);
	event->size += used;
}

/* Reads of a dying task fail without a fault, so its items would be wrong. */
void event_fetch(struct event *event, const struct hook_match *match, u64 bits, struct fetch *fetch)
{
	fetch->call = match->call;
	fetch->items = (u8 *)event->wire + event->size;
	fetch->room = event->room - event->size;
	fetch->used = 0;
	fetch->nr = 0;
	fetch->incomplete = false;
	hook_table_fetch(match, bits, fetch);
	if (!fatal_signal_pending(current))
		add_items(event, fetch->nr, fetch->used);
}

void event_copy_items(struct event *event, const struct fetch *fetch)
{
	u32 room = event->room - event->size, used;
	u32 nr = fetch_fitting(fetch, room, &used);

	memcpy((u8 *)event->wire + event->size, fetch->items, used);
	add_items(event, nr, used);
}
