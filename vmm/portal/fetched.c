/* SPDX-License-Identifier: MIT */
#include "portal/fetched.h"

#include <errno.h>
#include <portal/wire.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/user_addr.h"

#define ITEM_GONE  0 /* struct fetched_item.what of an item that is no longer up to date */
#define MAX_ERRNO  4095
#define ITEM_ALIGN 8

/* one item, its header in the host's byte order */
struct fetched_item {
	uint64_t addr;
	uint32_t len;
	uint16_t what;
	int32_t status;
	uint8_t *data;
};

static struct fetched_item item_at(uint8_t *at)
{
	struct portal_wire_item wire;

	memcpy(&wire, at, sizeof(wire));
	return (struct fetched_item){
		.addr = le64toh(wire.addr),
		.len = le32toh(wire.len),
		.what = le16toh(wire.what),
		.status = (int32_t)le32toh(wire.status),
		.data = at + sizeof(wire),
	};
}

static uint8_t *item_end(const struct fetched_item *item)
{
	return item->data + align_up(item->len, ITEM_ALIGN);
}

#define fetched_for_each(item, items)                                                           \
	for (uint32_t left_ = (items)->nr, first_ = 1;                                          \
	     left_ > 0 && ((item) = item_at(first_ ? (items)->data : item_end(&(item))), true); \
	     left_--, first_ = 0)

/* ---- parsing ---- */

static bool is_sane(const struct fetched_item *item)
{
	if (item->what < PORTAL_ITEM_MEM || item->what > PORTAL_ITEM_PPID)
		return false;
	if (item->status < -MAX_ERRNO || item->status > PORTAL_ITEM_DEFERRED)
		return false;
	if (item->status == PORTAL_ITEM_DEFERRED && item->len > 0)
		return false;
	if (item->status < 0 && item->len > 0)
		return item->what == PORTAL_ITEM_MEM && item->status == -EFAULT;
	return true;
}

static int parse_one(uint8_t *at, size_t left, size_t *ret_size)
{
	struct portal_wire_item wire;
	struct fetched_item item;
	uint64_t padded;

	if (left < sizeof(wire))
		return -EPROTO;
	memcpy(&wire, at, sizeof(wire));
	item = item_at(at);
	padded = align_up(item.len, ITEM_ALIGN);
	if (padded > left - sizeof(wire) || wire.reserved || wire.reserved2 || !is_sane(&item))
		return -EPROTO;
	for (uint64_t i = item.len; i < padded; i++)
		if (item.data[i] != 0)
			return -EPROTO;
	*ret_size = sizeof(wire) + padded;
	return 0;
}

int fetched_parse(uint8_t *data, size_t size, uint32_t nr, struct fetched *ret_items)
{
	size_t pos = 0, one;

	*ret_items = (struct fetched){ .data = data, .nr = nr };
	for (uint32_t i = 0; i < nr; i++) {
		if (parse_one(data + pos, size - pos, &one) < 0)
			return -EPROTO;
		pos += one;
	}
	return pos == size ? 0 : -EPROTO;
}

/* ---- memory ---- */

/* Get the number of known bytes from @gva on, including the NUL of a complete string. */
static bool known_from(const struct fetched_item *item, uint64_t gva, uint64_t *ret_known)
{
	bool is_whole_str = item->what == PORTAL_ITEM_STR && item->status == PORTAL_ITEM_COMPLETE;
	uint64_t len = (uint64_t)item->len + is_whole_str;

	if (item->what != PORTAL_ITEM_MEM && item->what != PORTAL_ITEM_STR)
		return false;
	if (gva < item->addr || gva - item->addr > len || item->status == PORTAL_ITEM_DEFERRED)
		return false;
	*ret_known = len - (gva - item->addr);
	return true;
}

/* Copy known bytes. The NUL of a string is added here, because the item need not contain it. */
static void copy_known(const struct fetched_item *item, uint64_t gva, uint8_t *buf, size_t len)
{
	uint64_t offset = gva - item->addr;
	size_t bytes = len < item->len - offset ? len : (size_t)(item->len - offset);

	memcpy(buf, item->data + offset, bytes);
	memset(buf + bytes, 0, len - bytes);
}

ssize_t fetched_read(const struct fetched *items, uint64_t gva, void *buf, size_t len)
{
	struct fetched_item item;
	uint64_t known;

	fetched_for_each(item, items)
	{
		if (!known_from(&item, gva, &known))
			continue;
		if (known < len && (item.what != PORTAL_ITEM_MEM || item.status >= 0))
			continue;
		if (known == 0 && len > 0)
			return -EFAULT;
		copy_known(&item, gva, buf, known < len ? (size_t)known : len);
		return (ssize_t)(known < len ? known : len);
	}
	return -ENOENT;
}

/*
 * Copy @len known bytes of @text as a string into @size bytes at @buf.
 * @is_all: the string ends after these bytes
 * Return: length; @size: truncated; -ENOENT: more bytes are needed than are known.
 */
static ssize_t copy_text(const uint8_t *text, size_t len, bool is_all, char *buf, size_t size)
{
	if (len < size && !is_all)
		return -ENOENT;
	if (len >= size) {
		memcpy(buf, text, size - 1);
		buf[size - 1] = '\0';
		return (ssize_t)size;
	}
	memcpy(buf, text, len);
	buf[len] = '\0';
	return (ssize_t)len;
}

/* Do not serve a string that faulted: a shorter read might not reach the fault. */
ssize_t fetched_read_str(const struct fetched *items, uint64_t gva, char *buf, size_t len)
{
	struct fetched_item item;
	uint64_t known;

	fetched_for_each(item, items)
	{
		const uint8_t *text, *end;
		size_t bytes;
		ssize_t n;

		if (!known_from(&item, gva, &known) || gva - item.addr > item.len)
			continue;
		text = item.data + (gva - item.addr);
		bytes = item.len - (size_t)(gva - item.addr);
		end = memchr(text, '\0', bytes);
		n = copy_text(text, end ? (size_t)(end - text) : bytes, end || known > bytes, buf,
			      len);
		if (n >= 0)
			return n;
	}
	return -ENOENT;
}

int fetched_str_error(const struct fetched *items, uint64_t gva)
{
	struct fetched_item item;

	fetched_for_each(item, items) if (item.what == PORTAL_ITEM_STR && item.addr == gva &&
					  item.status < 0) return item.status;
	return 0;
}

/* ---- the process ---- */

static ssize_t read_text(const struct fetched *items, uint16_t what, uint64_t addr, char *buf,
			 size_t len)
{
	struct fetched_item item;

	fetched_for_each(item, items)
	{
		bool is_all = item.status == PORTAL_ITEM_COMPLETE;
		size_t bytes = item.len;
		ssize_t n;

		if (item.what != what || item.addr != addr || item.status == PORTAL_ITEM_DEFERRED)
			continue;
		if (item.status < 0)
			return item.status;
		/* the last argument's NUL ends the text */
		if (is_all && what == PORTAL_ITEM_ARGS && bytes > 0 && item.data[bytes - 1] == '\0')
			bytes--;
		n = copy_text(item.data, bytes, is_all, buf, len);
		if (n >= 0)
			return n;
	}
	return -ENOENT;
}

ssize_t fetched_fd_name(const struct fetched *items, int fd, char *buf, size_t len)
{
	return read_text(items, PORTAL_ITEM_FD_NAME, (uint64_t)(int64_t)fd, buf, len);
}

ssize_t fetched_args(const struct fetched *items, char *buf, size_t len)
{
	return read_text(items, PORTAL_ITEM_ARGS, 0, buf, len);
}

/* ---- writes ---- */

/* The address of a process's arguments is not known, so any write may change them. */
static bool overlaps(const struct fetched_item *item, uint64_t gva, size_t len)
{
	uint64_t size = (uint64_t)item->len + 1; /* with a string's NUL, or the byte that faulted */

	if (item->what != PORTAL_ITEM_MEM && item->what != PORTAL_ITEM_STR)
		return item->what == PORTAL_ITEM_ARGS;
	if (gva < item->addr)
		return item->addr - gva < len;
	return gva - item->addr < size;
}

static void forget(const struct fetched_item *item)
{
	put_le16(item->data - sizeof(struct portal_wire_item) +
			 offsetof(struct portal_wire_item, what),
		 ITEM_GONE);
}

static void patch(const struct fetched_item *item, uint64_t gva, const uint8_t *buf, size_t len)
{
	uint64_t skip = gva < item->addr ? item->addr - gva : 0;
	uint64_t at = gva < item->addr ? 0 : gva - item->addr;
	uint64_t bytes = len - skip;

	if (at >= item->len)
		return;
	if (bytes > item->len - at)
		bytes = item->len - at;
	memcpy(item->data + at, buf + skip, bytes);
}

void fetched_write(struct fetched *items, uint64_t gva, const void *buf, size_t len)
{
	struct fetched_item item;

	gva = user_addr_untagged(items->abi, gva);
	fetched_for_each(item, items)
	{
		item.addr = user_addr_untagged(items->abi, item.addr);
		if (!overlaps(&item, gva, len))
			continue;
		if (item.what == PORTAL_ITEM_MEM && item.status == PORTAL_ITEM_COMPLETE)
			patch(&item, gva, buf, len);
		else
			forget(&item); /* the string may have another end now */
	}
}
