/* SPDX-License-Identifier: MIT */
#include "fake/fetch.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* the items collected so far */
struct list {
	struct fake_task *task;
	uint8_t *buf;
	size_t room, used;
	uint32_t nr;
};

/* a possible item: @len bytes at @bytes, or a status without bytes */
struct found {
	uint16_t what;
	uint64_t addr;
	int32_t status;
	const uint8_t *bytes;
	size_t len;
};

static bool has(const struct list *list, const struct found *found)
{
	size_t at = 0;

	for (uint32_t i = 0; i < list->nr; i++) {
		struct portal_wire_item item;

		memcpy(&item, list->buf + at, sizeof(item));
		if (le16toh(item.what) == found->what && le64toh(item.addr) == found->addr &&
		    le32toh(item.len) >= found->len)
			return true;
		at += sizeof(item) + (le32toh(item.len) + 7) / 8 * 8;
	}
	return false;
}

static void put(struct list *list, struct found found)
{
	struct portal_wire_item item = { .addr = htole64(found.addr), .what = htole16(found.what) };
	size_t padded = (found.len + 7) / 8 * 8;

	if (has(list, &found) || list->room - list->used < sizeof(item))
		return;
	if (list->room - list->used - sizeof(item) < padded) {
		found.status = PORTAL_ITEM_DEFERRED;
		found.len = padded = 0;
	}
	item.len = htole32((uint32_t)found.len);
	item.status = htole32((uint32_t)found.status);
	memcpy(list->buf + list->used, &item, sizeof(item));
	list->used += sizeof(item);
	memset(list->buf + list->used, 0, padded);
	if (found.len)
		memcpy(list->buf + list->used, found.bytes, found.len);
	list->used += padded;
	list->nr++;
}

static void put_mem(struct list *list, uint64_t addr, size_t len)
{
	uint8_t bytes[PORTAL_TRACE_RECORD_MAX];
	size_t n;

	if (len > sizeof(bytes)) {
		put(list, (struct found){ PORTAL_ITEM_MEM, addr, PORTAL_ITEM_DEFERRED, NULL, 0 });
		return;
	}
	n = fake_program_from(list->task, bytes, addr, len);
	put(list, (struct found){ PORTAL_ITEM_MEM, addr, n == len ? 0 : -EFAULT, bytes, n });
}

static void put_text(struct list *list, uint16_t what, uint64_t addr, const void *text, size_t len,
		     size_t max)
{
	put(list, (struct found){ what, addr, len > max ? PORTAL_ITEM_CUT : PORTAL_ITEM_COMPLETE,
				  text, len > max ? max : len });
}

static void put_str(struct list *list, uint64_t addr, size_t max)
{
	uint8_t bytes[PORTAL_TRACE_RECORD_MAX];
	size_t want = max < sizeof(bytes) ? max : sizeof(bytes);
	size_t n = fake_program_from(list->task, bytes, addr, want);
	const uint8_t *end = memchr(bytes, '\0', n);

	if (end)
		put_text(list, PORTAL_ITEM_STR, addr, bytes, (size_t)(end - bytes), max);
	else if (n < want)
		put(list, (struct found){ PORTAL_ITEM_STR, addr, -EFAULT, NULL, 0 });
	else
		put(list, (struct found){ PORTAL_ITEM_STR, addr, PORTAL_ITEM_CUT, bytes, n });
}

static bool follow(struct list *list, uint64_t addr, uint64_t *ret_pointer)
{
	size_t width = fake_pointer_size(list->task);

	put_mem(list, addr, width);
	return fake_load(list->task, addr, width, ret_pointer);
}

static void put_fd_name(struct list *list, int fd, size_t max)
{
	uint64_t addr = (uint64_t)(int64_t)fd;
	const char *name = fake_fd_name(list->task, fd);

	if (name)
		put_text(list, PORTAL_ITEM_FD_NAME, addr, name, strlen(name), max);
	else
		put(list, (struct found){ PORTAL_ITEM_FD_NAME, addr, -EBADF, NULL, 0 });
}

static void put_numbers(struct list *list, uint16_t what, const uint32_t *numbers, size_t nr)
{
	uint32_t wire[4];

	for (size_t i = 0; i < nr; i++)
		wire[i] = htole32(numbers[i]);
	put(list, (struct found){ what, 0, PORTAL_ITEM_COMPLETE, (const uint8_t *)wire, 4 * nr });
}

static size_t wanted_len(const struct portal_wire_fetch *fetch,
			 const struct portal_wire_syscall *call)
{
	uint64_t len = le32toh(fetch->max), max = len;

	if (le16toh(fetch->len_from) == PORTAL_LEN_ARG)
		len = le64toh(call->args[le16toh(fetch->len_arg)]);
	if (le16toh(fetch->len_from) == PORTAL_LEN_RESULT)
		len = (int64_t)le64toh(call->ret) < 0 ? 0 : le64toh(call->ret);
	return len < max ? len : max;
}

static void collect(struct list *list, const struct portal_wire_fetch *fetch,
		    const struct portal_wire_syscall *call)
{
	const struct fake_task *task = list->task;
	const uint32_t credentials[] = { task->uid, task->gid, task->euid, task->egid };
	uint64_t arg = le64toh(call->args[le32toh(fetch->arg)]);
	uint64_t addr = arg + le64toh(fetch->offset), inner = le64toh(fetch->inner_offset), pointer;
	size_t max = le32toh(fetch->max), len = wanted_len(fetch, call);

	switch (le32toh(fetch->what)) {
	case PORTAL_WIRE_FETCH_STR:
		put_str(list, addr, max);
		break;
	case PORTAL_WIRE_FETCH_MEM:
		put_mem(list, addr, len);
		break;
	case PORTAL_WIRE_FETCH_PTR_MEM:
		if (follow(list, addr, &pointer))
			put_mem(list, pointer + inner, len);
		break;
	case PORTAL_WIRE_FETCH_PTR_STR:
		if (follow(list, addr, &pointer))
			put_str(list, pointer + inner, max);
		break;
	case PORTAL_WIRE_FETCH_FD_NAME:
		put_fd_name(list, (int)(uint32_t)arg, max);
		break;
	case PORTAL_WIRE_FETCH_ARGS:
		put_text(list, PORTAL_ITEM_ARGS, 0, task->args, task->args_len, max);
		break;
	case PORTAL_WIRE_FETCH_CWD:
		put_text(list, PORTAL_ITEM_CWD, 0, task->cwd, strlen(task->cwd), max);
		break;
	case PORTAL_WIRE_FETCH_CREDENTIALS:
		put_numbers(list, PORTAL_ITEM_CREDENTIALS, credentials, 4);
		break;
	case PORTAL_WIRE_FETCH_PPID:
		put_numbers(list, PORTAL_ITEM_PPID, &task->ppid, 1);
		break;
	}
}

void fake_fetch(struct fake_task *task, const struct fake_matches *matches, uint32_t when,
		size_t room, struct fake_event *event)
{
	struct list list = { .task = task, .buf = event->items, .room = room };

	if (list.room > sizeof(event->items))
		list.room = sizeof(event->items);
	for (size_t i = 0; i < matches->nr && !task->killed; i++) {
		const struct fake_hook *hook = &matches->hooks[i];

		if (!(le32toh(hook->wire.when) & when))
			continue;
		for (uint32_t n = 0; n < le32toh(hook->wire.nr_fetch); n++)
			collect(&list, &hook->fetch[n], &event->call);
	}
	event->header.nr_items = htole32(list.nr);
	event->items_size = list.used;
}
