// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>

#include "arch/arch.h"
#include "hooks/event.h"
#include "hooks/fetch.h"
#include "hooks/table.h"
#include "hooks/trace.h"
#include "sources/call_event.h"

#define RECORD_HEADER sizeof(struct portal_wire_trace_record)
#define RECORD_ROOM   (PORTAL_TRACE_RECORD_MAX - RECORD_HEADER)

/* most bytes of an event before its items */
#define MOST_BEFORE_ITEMS                                                       \
	(sizeof(struct portal_wire_event) + PORTAL_MAX_HOOKS * sizeof(__le32) + \
	 sizeof(struct portal_wire_syscall) + PORTAL_NR_REGS * sizeof(__le64))

/* ---- events ---- */

static u16 body_flags(const struct hooked_call *call)
{
	return (call->skipped ? PORTAL_SYSCALL_F_SKIPPED : 0) |
	       (call->rule_failed ? PORTAL_SYSCALL_F_RULE_FAILED : 0);
}

void call_event_add_body(struct event *event, const struct hooked_call *call, u32 nr_regs)
{
	struct portal_wire_syscall *body = event_add(event, sizeof(*body));
	const struct filter_call *seen = &call->seen;
	unsigned int i;

	body->nr = cpu_to_le32(call->nr);
	body->abi = cpu_to_le16(syscall_table_abi(call->table));
	body->pointer_size = seen->long_bytes;
	body->byte_order = seen->big_endian ? PORTAL_BIG_ENDIAN : PORTAL_LITTLE_ENDIAN;
	body->nr_args = seen->nr_args;
	body->end = call->end;
	body->flags = cpu_to_le16(body_flags(call));
	body->nr_regs = cpu_to_le32(nr_regs);
	body->base = cpu_to_le64(seen->base);
	body->ret = cpu_to_le64(call_ret(call));
	body->pc = cpu_to_le64(arch_pc(task_pt_regs(current)));
	for (i = 0; i < PORTAL_NR_ARGS; i++)
		body->args[i] = cpu_to_le64(seen->args[i]);
}

/* An execve may have left registers of another layout than that of the call's ABI. */
bool call_event_may_use_regs(const struct hooked_call *call)
{
	return arch_has_layout(task_pt_regs(current), syscall_table_abi(call->table));
}

static void add_call(struct event *event, const struct hooked_call *call)
{
	bool regs = event->flags & PORTAL_HOOK_F_REGS && call_event_may_use_regs(call);

	call_event_add_body(event, call, regs ? PORTAL_NR_REGS : 0);
	if (regs)
		arch_get_regs(task_pt_regs(current),
			      event_add(event, PORTAL_NR_REGS * sizeof(__le64)));
}

/* Return: true if the items were fetched before the call, because it has replaced the program. */
static bool has_early_items(const struct hooked_call *call, u16 kind)
{
	return kind == PORTAL_EVENT_SYSCALL_RETURN && call->end == PORTAL_CALL_END_NO_RETURN;
}

/**
 * struct place - where an event is built
 * @data: its first byte
 * @room: bytes
 * @early: items that were fetched before the call
 * @scratch: PORTAL_PAGE_SIZE private bytes; NULL: nothing may sleep
 */
struct place {
	u8 *data;
	u32 room;
	const struct early_items *early;
	u8 *scratch;
};

/*
 * The memory of a task that has been killed may be gone, so there are no items of it.
 * Return: false: something was left out, because nothing may sleep here.
 */
static bool add_items(struct event *event, const struct hooked_call *call, u16 kind, u64 hooks,
		      const struct place *place)
{
	struct fetch fetch = { .ret = call_ret(call), .scratch = place->scratch };

	if (call_is_killed(call))
		event->wire->pgd = 0;
	else if (!has_early_items(call, kind))
		event_fetch(event, &call->match, hooks, &fetch);
	else if (place->early->buffer)
		event_copy_items(event, &place->early->fetch);
	return place->scratch || !fetch.incomplete;
}

/*
 * Return: size of the event; 0: none of its hooks is left; -EAGAIN: it cannot be built here, where
 * nothing may sleep.
 */
static int build_event(const struct place *place, const struct hooked_call *call, u16 kind,
		       u64 hooks)
{
	struct event event;

	if (!event_begin(&event, place->data, place->room, kind, &call->match, hooks))
		return 0;
	add_call(&event, call);
	return add_items(&event, call, kind, hooks, place) ? (int)event.size : -EAGAIN;
}

int call_event_build(struct buffer *buffer, const struct hooked_call *call, u16 kind, u64 hooks)
{
	const struct place place = {
		.data = buffer->data,
		.room = PORTAL_DATA_SIZE,
		.early = &call->early,
		.scratch = buffer->scratch,
	};

	return build_event(&place, call, kind, hooks);
}

/* ---- records ---- */

static struct place record_place(struct portal_wire_trace_record *record,
				 const struct hooked_call *call, u8 *scratch)
{
	return (struct place){
		.data = (u8 *)(record + 1),
		.room = RECORD_ROOM,
		.early = &call->early_trace,
		.scratch = scratch,
	};
}

/* Most records need nothing that sleeps: they are built in the ring, without a copy. */
static bool trace_in_place(const struct hooked_call *call, u16 kind, u64 hooks)
{
	struct portal_wire_trace_record *record = trace_begin();
	struct place place;
	int size;

	if (!record)
		return false;
	place = record_place(record, call, NULL);
	size = build_event(&place, call, kind, hooks);
	trace_end(size > 0 ? RECORD_HEADER + size : 0);
	return size >= 0;
}

static void trace_by_copy(const struct hooked_call *call, u16 kind, const struct hook_masks *bits)
{
	struct buffer *buffer = buffer_get();
	struct portal_wire_trace_record *record;
	struct place place;
	int size;

	if (!buffer) {
		trace_drop();
		return;
	}
	record = (struct portal_wire_trace_record *)buffer->data;
	place = record_place(record, call, buffer->scratch);
	size = build_event(&place, call, kind, bits->trace);
	if (size)
		trace_put(record, RECORD_HEADER + size, bits->block);
	buffer_put(buffer);
}

void call_event_trace(struct hooked_call *call, u16 kind, const struct hook_masks *bits)
{
	call->rule_failed = false;
	if (!trace_in_place(call, kind, bits->trace))
		trace_by_copy(call, kind, bits);
}

/* ---- items of calls that may replace the program ---- */

/* Leaves room for what precedes the items at the return. */
static void fetch_early(struct early_items *early, const struct hooked_call *call, u64 hooks,
			u32 room)
{
	if (!hooks)
		return;
	early->buffer = buffer_get();
	if (!early->buffer)
		return;
	early->fetch = (struct fetch){
		.call = &call->seen,
		.scratch = early->buffer->scratch,
		.items = early->buffer->data,
		.room = room,
	};
	hook_table_fetch(&call->match, hooks, &early->fetch);
	if (fatal_signal_pending(current))
		early->fetch.nr = early->fetch.used = 0;
}

void call_event_fetch_early(struct hooked_call *call)
{
	const struct hook_masks *hooks = &call->match.on_return;

	if (!arch_is_exec(call->table, call->nr))
		return;
	fetch_early(&call->early, call, hooks->event, PORTAL_DATA_SIZE - MOST_BEFORE_ITEMS);
	fetch_early(&call->early_trace, call, hooks->trace, RECORD_ROOM - MOST_BEFORE_ITEMS);
}

void call_event_forget_early(struct hooked_call *call)
{
	if (call->early.buffer)
		buffer_put(call->early.buffer);
	if (call->early_trace.buffer)
		buffer_put(call->early_trace.buffer);
}
