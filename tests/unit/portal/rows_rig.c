/* SPDX-License-Identifier: MIT */
#include "rows_rig.h"

#include <endian.h>
#include <string.h>

/* ---- the sink ---- */

static void on_hello(void *ctx, struct session *session, const struct hello *hello)
{
	const struct portal_wire_welcome welcome = { .version = htole32(PORTAL_WIRE_VERSION) };
	const struct session_request request = { .op = PORTAL_OP_WELCOME,
						 .data = &welcome,
						 .len = sizeof(welcome) };
	struct rows *rows = ctx;

	(void)hello;
	assert_int_equal(rows_call(session, &request, NULL), 0);
	if (rows->in_hello)
		rows->in_hello(rows, session, NULL);
}

static void keep(struct rows *rows, const struct guest_event *event)
{
	struct rows_event *kept = &rows->events[rows->nr_events];
	size_t at = 0;

	kept->event = *event;
	for (uint32_t i = 0; i < event->items.nr; i++) {
		struct portal_wire_item item;

		memcpy(&item, event->items.data + at, sizeof(item));
		at += sizeof(item) + ((size_t)le32toh(item.len) + 7) / 8 * 8;
	}
	if (at > 0)
		memcpy(kept->items, event->items.data, at);
}

static void on_event(void *ctx, struct session *session, const struct guest_event *event)
{
	struct rows *rows = ctx;

	if (rows->nr_events < ROWS_MAX_EVENTS)
		keep(rows, event);
	rows->nr_events++;
	if (rows->in_event)
		rows->in_event(rows, session, event);
}

static void on_work(void *ctx, struct session *session)
{
	struct rows *rows = ctx;

	rows->nr_work++;
	if (rows->in_work)
		rows->in_work(rows, session, NULL);
}

static void on_mismatch(void *ctx, uint32_t version)
{
	(void)ctx;
	(void)version;
}

static void on_bye(void *ctx)
{
	(void)ctx;
}

static void on_switch(void *ctx, struct session *session)
{
	(void)ctx;
	(void)session;
}

static void on_trace(void *ctx, const struct guest_event *event, const struct trace_stamp *stamp)
{
	struct rows *rows = ctx;

	(void)stamp;
	rows->record = *event;
	rows->nr_records++;
}

static void on_trace_broken(void *ctx, unsigned int ring)
{
	(void)ctx;
	(void)ring;
}

/* ---- the rig ---- */

static int call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	return channel_call(((struct rows *)ctx)->channel, vcpu, GPA(gpa), kind);
}

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	return fake_slice(&((struct rows *)ctx)->guest, gpa.value, len);
}

void rows_init(struct rows *rows)
{
	const struct channel_config config = {
		.ram = { .slice = slice, .ctx = rows },
		.sink = {
			.on_hello = on_hello,
			.on_event = on_event,
			.on_work = on_work,
			.on_mismatch = on_mismatch,
			.on_bye = on_bye,
			.on_suspend = on_switch,
			.on_resume = on_switch,
			.on_trace = on_trace,
			.on_trace_broken = on_trace_broken,
			.ctx = rows,
		},
		.nr_vcpus = ROWS_VCPUS,
		.direct = DIRECT_OFF,
	};

	memset(rows, 0, sizeof(*rows));
	assert_int_equal(fake_guest_init(&rows->guest, 8, call, rows), 0);
	assert_int_equal(channel_create(&config, &rows->channel), 0);
	rows->guest.wake_fd = channel_trace_fd(rows->channel);
	fake_task_init(&rows->task, "task", false);
	rows->memory = fake_map(&rows->task, ROWS_MEMORY, ROWS_MEMORY_SIZE, FAKE_READ | FAKE_WRITE);
	assert_non_null(rows->memory);
}

void rows_done(struct rows *rows)
{
	for (unsigned int i = 0; i < ROWS_VCPUS; i++)
		channel_cancel_vcpu(rows->channel, i);
	channel_destroy(rows->channel);
	fake_task_done(&rows->task);
	fake_guest_done(&rows->guest);
}

void rows_hello(struct rows *rows, rows_talk_fn *in_hello)
{
	rows->in_hello = in_hello;
	assert_int_equal(fake_hello(&rows->guest, 0), 0);
}

const struct guest_event *rows_event(const struct rows *rows, unsigned int i)
{
	assert_true(i < rows->nr_events && i < ROWS_MAX_EVENTS);
	return &rows->events[i].event;
}

/* ---- operations ---- */

int64_t rows_call(struct session *session, const struct session_request *request,
		  uint64_t *ret_cursor)
{
	struct session_answer answer = { 0 };
	int ret = session_call(session, request, &answer);

	if (ret < 0)
		return ret;
	if (ret_cursor)
		*ret_cursor = answer.cursor;
	return (int64_t)answer.result;
}

int64_t rows_read(struct session *session, uint64_t addr, void *buf, size_t len)
{
	const struct session_request request = {
		.op = PORTAL_OP_READ, .addr = addr, .arg = len, .most = len
	};
	int64_t n = rows_call(session, &request, NULL);

	if (n > 0)
		session_payload(session, buf, (size_t)n);
	return n;
}

struct portal_wire_hook rows_hook(uint32_t id, uint32_t when)
{
	return (struct portal_wire_hook){
		.id = htole32(id),
		.source = htole32(PORTAL_SOURCE_SYSCALL),
		.when = htole32(when),
		.scope = htole32(PORTAL_SCOPE_FIRMWARE),
	};
}

struct portal_wire_site rows_site(const char *name)
{
	return (struct portal_wire_site){ .abi = htole32(PORTAL_ABI_X86_64),
					  .nr = htole32(fake_nr(false, name)) };
}

int64_t rows_add_hook(struct session *session, struct portal_wire_hook hook,
		      struct portal_wire_site site, const struct portal_wire_fetch *fetch,
		      size_t nr_fetch)
{
	uint8_t payload[PORTAL_REQUEST_ROOM];
	const struct session_request request = {
		.op = PORTAL_OP_HOOK_ADD,
		.data = payload,
		.len = sizeof(hook) + sizeof(site) + nr_fetch * sizeof(*fetch),
	};
	uint64_t serial = 0;
	int64_t ret;

	hook.nr_sites = htole32(1);
	hook.nr_fetch = htole32((uint32_t)nr_fetch);
	memcpy(payload, &hook, sizeof(hook));
	memcpy(payload + sizeof(hook), &site, sizeof(site));
	if (nr_fetch > 0)
		memcpy(payload + sizeof(hook) + sizeof(site), fetch, nr_fetch * sizeof(*fetch));
	ret = rows_call(session, &request, &serial);
	return ret < 0 ? ret : (int64_t)serial;
}

size_t rows_map(struct session *session, int64_t size, uint8_t *ret_parts[FAKE_BULK_RANGES],
		size_t ret_sizes[FAKE_BULK_RANGES])
{
	struct portal_wire_range ranges[FAKE_BULK_RANGES];
	size_t nr = (size_t)size / sizeof(ranges[0]);

	assert_true(size > 0 && nr <= FAKE_BULK_RANGES);
	session_payload(session, ranges, (size_t)size);
	for (size_t i = 0; i < nr; i++) {
		ret_sizes[i] = (size_t)le32toh(ranges[i].nr_pages) * PORTAL_PAGE_SIZE;
		ret_parts[i] = session_memory(session, GPA(le64toh(ranges[i].gpa)), ret_sizes[i]);
		assert_non_null(ret_parts[i]);
	}
	return nr;
}

const uint8_t *rows_item(const struct rows *rows, unsigned int event, uint16_t what,
			 struct portal_wire_item *ret_item)
{
	const struct guest_event *from = rows_event(rows, event);
	const uint8_t *at = rows->events[event].items;

	for (uint32_t i = 0; i < from->items.nr; i++) {
		memcpy(ret_item, at, sizeof(*ret_item));
		at += sizeof(*ret_item);
		if (le16toh(ret_item->what) == what)
			return at;
		at += ((size_t)le32toh(ret_item->len) + 7) / 8 * 8;
	}
	return NULL;
}
