/* SPDX-License-Identifier: MIT */
/* Events of the fake guest, docs/protocol.md section 5: their parts, and how these are packed. */
#ifndef FAKE_EVENT_H
#define FAKE_EVENT_H

#include "fake/hook.h"
#include "fake/session.h"

/**
 * struct fake_event - an event in its parts, for a test to modify
 * @header: its nr_hooks are the valid entries of @hooks, its nr_items those in @items
 * @hooks: ids (__le32)
 * @call: body of an event of a system call
 * @regs: registers behind @call, if its nr_regs is not 0
 * @body: body of another event, borrowed; NULL: @call is the body
 * @body_size: bytes of @body
 * @items: @items_size bytes
 */
struct fake_event {
	struct portal_wire_event header;
	__le32 hooks[PORTAL_MAX_HOOKS];
	struct portal_wire_syscall call;
	__le64 regs[PORTAL_NR_REGS];
	const void *body;
	size_t body_size;
	uint8_t items[PORTAL_TRACE_RECORD_MAX];
	size_t items_size;
};

/** fake_event_init() - make an event of @kind by @task, without hooks, body and items. */
void fake_event_init(struct fake_event *event, const struct fake_task *task, uint32_t kind);

/** fake_event_hook() - append the id of a hook. */
void fake_event_hook(struct fake_event *event, uint32_t id);

/** fake_event_regs() - append the task's registers to the event of a system call. */
void fake_event_regs(struct fake_event *event, const struct fake_task *task);

/** fake_event_size() - get the number of bytes of the packed event without items. */
size_t fake_event_size(const struct fake_event *event);

/**
 * fake_event_pack() - write the event as it is sent
 * @room: bytes of @buf
 *
 * Return: bytes; 0: they do not fit.
 */
size_t fake_event_pack(const struct fake_event *event, void *buf, size_t room);

/**
 * fake_event_open() - open a session with an event in the event's context
 *
 * Return: as fake_session_open(); -1 also when the event does not fit a page.
 */
int fake_event_open(struct fake_session *session, struct fake_guest *guest, struct fake_task *task,
		    unsigned int vcpu, const struct fake_event *event);

#endif
