/* SPDX-License-Identifier: MIT */
#include "fake/event.h"

#include <endian.h>
#include <string.h>

void fake_event_init(struct fake_event *event, const struct fake_task *task, uint32_t kind)
{
	memset(event, 0, sizeof(*event));
	event->header.kind = htole16((uint16_t)kind);
	event->header.context = htole16(PORTAL_CONTEXT_TASK);
	event->header.start_time = htole64(task->start_time);
	event->header.pid = htole32(task->pid);
	event->header.tid = htole32(task->tid);
	event->header.pgd = htole64(task->pgd);
	memcpy(event->header.comm, task->comm, sizeof(task->comm));
}

void fake_event_hook(struct fake_event *event, uint32_t id)
{
	uint32_t nr = le32toh(event->header.nr_hooks);

	if (nr == PORTAL_MAX_HOOKS)
		return;
	event->hooks[nr] = htole32(id);
	event->header.nr_hooks = htole32(nr + 1);
}

void fake_event_regs(struct fake_event *event, const struct fake_task *task)
{
	event->call.nr_regs = htole32(PORTAL_NR_REGS);
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		event->regs[i] = htole64(task->regs[i]);
}

/* bytes of the ids with their padding */
static size_t ids_size(const struct fake_event *event)
{
	return ((size_t)le32toh(event->header.nr_hooks) * 4 + 7) / 8 * 8;
}

static size_t regs_size(const struct fake_event *event)
{
	return event->call.nr_regs ? sizeof(event->regs) : 0;
}

size_t fake_event_size(const struct fake_event *event)
{
	size_t size = sizeof(event->header) + ids_size(event);

	return size + (event->body ? event->body_size : sizeof(event->call) + regs_size(event));
}

static uint8_t *append(uint8_t *to, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(to, bytes, len);
	return to + len;
}

size_t fake_event_pack(const struct fake_event *event, void *buf, size_t room)
{
	size_t size = fake_event_size(event) + event->items_size;
	uint8_t *to = buf;

	if (size > room)
		return 0;
	to = append(to, &event->header, sizeof(event->header));
	to = append(to, event->hooks, ids_size(event));
	if (event->body) {
		to = append(to, event->body, event->body_size);
	} else {
		to = append(to, &event->call, sizeof(event->call));
		to = append(to, event->regs, regs_size(event));
	}
	append(to, event->items, event->items_size);
	return size;
}

int fake_event_open(struct fake_session *session, struct fake_guest *guest, struct fake_task *task,
		    unsigned int vcpu, const struct fake_event *event)
{
	struct fake_event sent = *event;
	uint8_t data[PORTAL_DATA_SIZE];
	size_t size;
	int ret;

	sent.header.cpu = htole32(vcpu);
	size = fake_event_pack(&sent, data, sizeof(data));
	if (size == 0)
		return -1;
	ret = fake_session_open(session, guest, task, vcpu, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT,
				data, size);
	session->context = le16toh(event->header.context);
	return ret;
}
