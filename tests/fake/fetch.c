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
	n = fake_copy_from(list->task, bytes, addr, len);
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
	size_t n = fake_copy_from(list->task, bytes, addr, want);
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
	size_t width = list->task->compat ? 4 : 8;
	uint64_t pointer = 0;

	put_mem(list, addr, width);
	if (fake_copy_from(list->task, &pointer, addr, width) != width)
		return false;
	*ret_pointer = le64toh(pointer);
	return true;
}

static void put_fd_name(struct list *list, int fd, size_t max)
{
	uint64_t addr = (uint64_t)(int64_t)fd;

	for (size_t i = 0; i < list->task->nr_fds; i++) {
		const char *name = list->task->fds[i].name;

		if (list->task->fds[i].fd != fd)
			continue;
		put_text(list, PORTAL_ITEM_FD_NAME, addr, name, strlen(name), max);
		return;
	}
	put(list, (struct found){ PORTAL_ITEM_FD_NAME, addr, -EBADF, NULL, 0 });
}

static void collect(struct list *list, const struct portal_wire_fetch *fetch,
		    const struct portal_wire_syscall *call)
{
	uint64_t arg = le64toh(call->args[le32toh(fetch->arg)]);
	uint64_t addr = arg + le64toh(fetch->offset), inner = le64toh(fetch->inner_offset), pointer;
	size_t max = le32toh(fetch->max), len = max;
	uint32_t len_arg = le32toh(fetch->len_arg_plus1);

	if (len_arg && le64toh(call->args[len_arg - 1]) < max)
		len = le64toh(call->args[len_arg - 1]);
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
		put_text(list, PORTAL_ITEM_ARGS, 0, list->task->args, list->task->args_len, max);
		break;
	}
}

size_t fake_fetch(struct fake_guest *guest, struct fake_task *task,
		  struct portal_wire_syscall *call, uint32_t when, uint8_t *buf, size_t room)
{
	struct list list = { .task = task, .buf = buf, .room = room };

	for (size_t i = 0; i < guest->nr_hooks && !task->killed; i++) {
		const struct fake_hook *hook = &guest->hooks[i];

		if (!(le64toh(call->hooks) & 1ull << le32toh(hook->wire.bit)) ||
		    !(le32toh(hook->wire.when) & when))
			continue;
		for (uint32_t n = 0; n < le32toh(hook->wire.nr_fetch); n++)
			collect(&list, &hook->fetch[n], call);
	}
	call->nr_items = htole32(list.nr);
	call->items_size = htole32((uint32_t)list.used);
	return list.used;
}
