/* SPDX-License-Identifier: MIT */
#include "portal/fetched.h"

#include <errno.h>
#include <portal/wire.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/user_addr.h"

#define ITEM_GONE  0 /* the kind of an item that is no longer up to date */
#define MAX_ERRNO  4095
#define ITEM_ALIGN 8

/* ---- fields of an item, which is a struct portal_wire_item and its bytes ---- */

static uint64_t addr_of(const uint8_t *item)
{
	return get_le64(item + offsetof(struct portal_wire_item, addr));
}

static uint32_t len_of(const uint8_t *item)
{
	return get_le32(item + offsetof(struct portal_wire_item, len));
}

static uint16_t what_of(const uint8_t *item)
{
	return get_le16(item + offsetof(struct portal_wire_item, what));
}

static int32_t status_of(const uint8_t *item)
{
	return (int32_t)get_le32(item + offsetof(struct portal_wire_item, status));
}

static uint8_t *bytes_of(uint8_t *item)
{
	return item + sizeof(struct portal_wire_item);
}

static uint64_t padded_of(const uint8_t *item)
{
	return align_up((uint64_t)len_of(item), ITEM_ALIGN);
}

#define fetched_for_each(item, items)                                           \
	for (uint32_t left_ = ((item) = (items)->data, (items)->nr); left_ > 0; \
	     left_--, (item) = bytes_of(item) + padded_of(item))

/* ---- parsing ---- */

/* An item that the guest could not or did not read whole. */
static bool is_status_sane(const uint8_t *item)
{
	const int32_t status = status_of(item);

	if (status < -MAX_ERRNO || status > PORTAL_ITEM_DEFERRED)
		return false;
	if (status == PORTAL_ITEM_DEFERRED && len_of(item) > 0)
		return false;
	if (status < 0 && len_of(item) > 0)
		return what_of(item) == PORTAL_ITEM_MEM && status == -EFAULT;
	return true;
}

static bool is_padding_zero(uint8_t *item)
{
	const uint32_t used = len_of(item) % ITEM_ALIGN;

	return used == 0 ||
	       get_le64(bytes_of(item) + padded_of(item) - ITEM_ALIGN) >> 8 * used == 0;
}

/* Return: bytes of the item at @item; 0: it is malformed. */
static uint64_t check_one(uint8_t *item, size_t left)
{
	uint64_t padded;

	if (left < sizeof(struct portal_wire_item))
		return 0;
	padded = padded_of(item);
	if (padded > left - sizeof(struct portal_wire_item))
		return 0;
	if (get_le16(item + offsetof(struct portal_wire_item, reserved)) |
	    get_le32(item + offsetof(struct portal_wire_item, reserved2)))
		return 0;
	if (what_of(item) < PORTAL_ITEM_MEM || what_of(item) > PORTAL_ITEM_PPID)
		return 0;
	if (status_of(item) != PORTAL_ITEM_COMPLETE && !is_status_sane(item))
		return 0;
	return is_padding_zero(item) ? sizeof(struct portal_wire_item) + padded : 0;
}

int fetched_parse(uint8_t *data, size_t size, uint32_t nr, struct fetched *ret_items)
{
	uint64_t one;

	*ret_items = (struct fetched){ .data = data, .nr = nr };
	for (; nr > 0; nr--) {
		one = check_one(data, size);
		if (one == 0)
			return -EPROTO;
		data += one;
		size -= one;
	}
	return size == 0 ? 0 : -EPROTO;
}

/* ---- memory ---- */

/* Get the number of known bytes from @gva on, including the NUL of a complete string. */
static bool known_from(const uint8_t *item, uint64_t gva, uint64_t *ret_known)
{
	const uint64_t offset = gva - addr_of(item); /* an address before the item wraps */
	uint64_t len = len_of(item);

	if (offset > len + 1)
		return false;
	if (what_of(item) == PORTAL_ITEM_STR)
		len += status_of(item) == PORTAL_ITEM_COMPLETE;
	else if (what_of(item) != PORTAL_ITEM_MEM)
		return false;
	if (offset > len || status_of(item) == PORTAL_ITEM_DEFERRED)
		return false;
	*ret_known = len - offset;
	return true;
}

/* Copy known bytes. The NUL of a string is added here, because the item need not contain it. */
static void copy_known(uint8_t *item, uint64_t gva, uint8_t *buf, size_t len)
{
	const uint64_t offset = gva - addr_of(item), rest = len_of(item) - offset;

	if (len <= rest) {
		copy_short(buf, bytes_of(item) + offset, len);
		return;
	}
	memcpy(buf, bytes_of(item) + offset, rest);
	memset(buf + rest, 0, len - rest);
}

ssize_t fetched_read(const struct fetched *items, uint64_t gva, void *buf, size_t len)
{
	uint8_t *item;
	uint64_t known;

	fetched_for_each(item, items)
	{
		if (!known_from(item, gva, &known))
			continue;
		if (known < len && (what_of(item) != PORTAL_ITEM_MEM || status_of(item) >= 0))
			continue;
		if (known == 0 && len > 0)
			return -EFAULT;
		copy_known(item, gva, buf, known < len ? (size_t)known : len);
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
	uint8_t *item;
	uint64_t known;

	fetched_for_each(item, items)
	{
		const uint8_t *text, *end;
		size_t bytes;
		ssize_t n;

		if (!known_from(item, gva, &known) || gva - addr_of(item) > len_of(item))
			continue;
		text = bytes_of(item) + (gva - addr_of(item));
		bytes = len_of(item) - (size_t)(gva - addr_of(item));
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
	uint8_t *item;

	fetched_for_each(item, items) if (what_of(item) == PORTAL_ITEM_STR &&
					  addr_of(item) == gva &&
					  status_of(item) < 0) return status_of(item);
	return 0;
}

/* ---- the process ---- */

static ssize_t read_text(const struct fetched *items, uint16_t what, uint64_t addr, char *buf,
			 size_t len)
{
	uint8_t *item;

	fetched_for_each(item, items)
	{
		bool is_all = status_of(item) == PORTAL_ITEM_COMPLETE;
		size_t bytes = len_of(item);
		ssize_t n;

		if (what_of(item) != what || addr_of(item) != addr ||
		    status_of(item) == PORTAL_ITEM_DEFERRED)
			continue;
		if (status_of(item) < 0)
			return status_of(item);
		/* the last argument's NUL ends the text */
		if (is_all && what == PORTAL_ITEM_ARGS && bytes > 0 &&
		    bytes_of(item)[bytes - 1] == '\0')
			bytes--;
		n = copy_text(bytes_of(item), bytes, is_all, buf, len);
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
static bool overlaps(const uint8_t *item, uint64_t addr, uint64_t gva, size_t len)
{
	/* with a string's NUL, or the byte that faulted */
	const uint64_t size = (uint64_t)len_of(item) + 1;

	if (what_of(item) != PORTAL_ITEM_MEM && what_of(item) != PORTAL_ITEM_STR)
		return what_of(item) == PORTAL_ITEM_ARGS;
	return gva < addr ? addr - gva < len : gva - addr < size;
}

static void forget(uint8_t *item)
{
	put_le16(item + offsetof(struct portal_wire_item, what), ITEM_GONE);
}

static void patch(uint8_t *item, uint64_t addr, uint64_t gva, const uint8_t *buf, size_t len)
{
	uint64_t skip = gva < addr ? addr - gva : 0;
	uint64_t at = gva < addr ? 0 : gva - addr;
	uint64_t bytes = len - skip;

	if (at >= len_of(item))
		return;
	if (bytes > len_of(item) - at)
		bytes = len_of(item) - at;
	memcpy(bytes_of(item) + at, buf + skip, bytes);
}

void fetched_write(struct fetched *items, uint64_t gva, const void *buf, size_t len)
{
	uint8_t *item;

	gva = user_addr_untagged(items->abi, gva);
	fetched_for_each(item, items)
	{
		const uint64_t addr = user_addr_untagged(items->abi, addr_of(item));

		if (!overlaps(item, addr, gva, len))
			continue;
		if (what_of(item) == PORTAL_ITEM_MEM && status_of(item) == PORTAL_ITEM_COMPLETE)
			patch(item, addr, gva, buf, len);
		else
			forget(item); /* the string may have another end now */
	}
}
