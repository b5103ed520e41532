// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <portal/wire.h>

#include "hooks/event.h"
#include "hooks/missed.h"
#include "ops/session.h"
#include "syscalls/table.h"

#define NR_REASONS (PORTAL_MISSED_REFUSED + 1)

/* one for each reason, and others for what is missed by the same hooks at the same call */
#define NR_SLOTS 16

/* header, ids and body of an event that was missed; the ids and the body say what was */
struct report {
	struct portal_wire_event event;
	__le32 ids[PORTAL_MAX_HOOKS];
	struct portal_wire_missed body;
};

/* @report: the last one, @size bytes; @count: events since it was sent; @next: time to send it */
struct slot {
	struct report report;
	u32 size;
	u64 count;
	u64 next;
};

static DEFINE_SPINLOCK(missed_lock);
static struct slot slots[NR_SLOTS];
bool missed_waits;

/* ---- counting ---- */

static void add_body(struct event *event, const struct hook_match *match, u16 kind, u32 reason)
{
	struct portal_wire_missed *body = event_add(event, sizeof(*body));

	body->reason = cpu_to_le32(reason);
	body->kind = cpu_to_le32(kind);
	body->nr = cpu_to_le32(match->nr);
	body->abi = cpu_to_le32(syscall_table_abi(match->table));
	body->count = 0;
}

static bool is_for(const struct slot *slot, const struct report *report, u32 size)
{
	return slot->size == size &&
	       !memcmp(slot->report.ids, report->ids, size - offsetof(struct report, ids));
}

static bool is_idle(const struct slot *slot)
{
	return !slot->count && get_jiffies_64() >= slot->next;
}

/* If there are more kinds of misses than slots, the last one for a reason reports the sum. */
static struct slot *slot_of(const struct report *report, u32 size, u32 reason)
{
	struct slot *slot, *idle = &slots[reason];

	for (slot = slots + NR_REASONS; slot < slots + NR_SLOTS; slot++) {
		if (is_for(slot, report, size))
			return slot;
		if (is_idle(slot))
			idle = slot;
	}
	return idle;
}

static void count(const struct report *report, u32 size, u32 reason)
{
	struct slot *slot;

	spin_lock(&missed_lock);
	slot = slot_of(report, size, reason);
	memcpy(&slot->report, report, size);
	slot->size = size;
	slot->count++;
	WRITE_ONCE(missed_waits, true);
	spin_unlock(&missed_lock);
}

int missed_add(const struct hook_match *match, u64 hooks, u16 kind, u32 reason)
{
	struct report report;
	struct event event;

	if (!event_begin(&event, &report, sizeof(report), PORTAL_EVENT_MISSED, match, hooks))
		return 0;
	if (reason == PORTAL_MISSED_REFUSED && !(event.flags & PORTAL_HOOK_F_REQUIRED))
		reason = PORTAL_MISSED_NO_PAGE;
	add_body(&event, match, kind, reason);
	count(&report, event.size, reason);
	missed_report();
	return reason == PORTAL_MISSED_REFUSED ? -EAGAIN : 0;
}

/* ---- reporting ---- */

static bool is_due(const struct slot *slot)
{
	return slot->count && get_jiffies_64() >= slot->next;
}

/* Return: bytes of the report, and @ret_count events in it; 0: another task has sent it. */
static u32 take(struct slot *slot, u8 *to, u64 *ret_count)
{
	struct portal_wire_missed *body;
	u32 size = 0;

	spin_lock(&missed_lock);
	if (slot->count) {
		size = slot->size;
		memcpy(to, &slot->report, size);
		body = (void *)(to + size - sizeof(*body));
		body->count = cpu_to_le64(slot->count);
		*ret_count = slot->count;
		slot->count = 0;
		slot->next = get_jiffies_64() + HZ;
	}
	spin_unlock(&missed_lock);
	return size;
}

static void put_back(struct slot *slot, u64 nr)
{
	spin_lock(&missed_lock);
	slot->count += nr;
	spin_unlock(&missed_lock);
}

static void send(struct slot *slot)
{
	struct guest_session session;
	u64 nr = 0;
	u32 size;
	int err;

	if (session_open_now(&session))
		return;
	size = take(slot, session_data(&session), &nr);
	if (size) {
		err = session_run(&session, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT, size);
		if (err == -ENODEV)
			put_back(slot, nr);
	}
	session_close(&session);
}

static void update_waits(void)
{
	struct slot *slot;
	bool waits = false;

	spin_lock(&missed_lock);
	for (slot = slots; slot < slots + NR_SLOTS; slot++)
		waits |= slot->count > 0;
	WRITE_ONCE(missed_waits, waits);
	spin_unlock(&missed_lock);
}

void missed_report(void)
{
	struct slot *slot;

	for (slot = slots; slot < slots + NR_SLOTS; slot++)
		if (is_due(slot))
			send(slot);
	update_waits();
}

void missed_flush(void)
{
	struct slot *slot;

	for (slot = slots; slot < slots + NR_SLOTS; slot++) {
		if (slot->count)
			send(slot);
		slot->count = 0;
	}
	update_waits();
}
