/* SPDX-License-Identifier: MIT */
#include "fake/missed.h"

#include <endian.h>
#include <string.h>

void fake_miss(struct fake_guest *guest, const struct fake_event *event, uint32_t reason)
{
	struct fake_missed *missed = &guest->missed[reason];

	pthread_mutex_lock(&guest->lock);
	missed->header = event->header;
	memcpy(missed->hooks, event->hooks, sizeof(missed->hooks));
	missed->wire = (struct portal_wire_missed){
		.reason = htole32(reason),
		.kind = htole32(le16toh(event->header.kind)),
		.nr = event->body ? 0 : event->call.nr,
		.abi = htole32(event->body ? 0 : le16toh(event->call.abi)),
		.count = htole64(le64toh(missed->wire.count) + 1),
	};
	pthread_mutex_unlock(&guest->lock);
}

static bool take(struct fake_guest *guest, uint32_t reason, struct fake_missed *ret_missed)
{
	pthread_mutex_lock(&guest->lock);
	*ret_missed = guest->missed[reason];
	guest->missed[reason].wire.count = 0;
	pthread_mutex_unlock(&guest->lock);
	return ret_missed->wire.count != 0;
}

static void put_back(struct fake_guest *guest, uint32_t reason, const struct fake_missed *missed)
{
	pthread_mutex_lock(&guest->lock);
	if (guest->missed[reason].wire.count == 0)
		guest->missed[reason] = *missed;
	else
		guest->missed[reason].wire.count = htole64(
			le64toh(guest->missed[reason].wire.count) + le64toh(missed->wire.count));
	pthread_mutex_unlock(&guest->lock);
}

/* Return: calls of the doorbell; 0: no page is free. */
static unsigned int send(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
			 const struct fake_missed *missed)
{
	struct fake_event event = { .header = missed->header,
				    .body = &missed->wire,
				    .body_size = sizeof(missed->wire) };
	struct fake_session session;
	uint8_t data[PORTAL_DATA_SIZE];
	size_t size;

	event.header.kind = htole16(PORTAL_EVENT_MISSED);
	event.header.context = htole16(PORTAL_CONTEXT_TASK);
	event.header.nr_items = 0;
	memcpy(event.hooks, missed->hooks, sizeof(event.hooks));
	size = fake_event_pack(&event, data, sizeof(data));
	if (fake_session_open_report(&session, guest, task, vcpu, data, size) < 0)
		return 0;
	fake_session_finish(&session);
	return session.calls;
}

unsigned int fake_report_missed(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task)
{
	unsigned int calls = 0;

	for (uint32_t reason = 1; reason < FAKE_NR_REASONS; reason++) {
		struct fake_missed missed;
		unsigned int n;

		if (!take(guest, reason, &missed))
			continue;
		n = send(guest, vcpu, task, &missed);
		if (n == 0)
			put_back(guest, reason, &missed);
		calls += n;
	}
	return calls;
}
