// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/identity.h"
#include "base/user_mem.h"
#include "hooks/fetch.h"
#include "hooks/number.h"
#include "ops/op.h"

#define ITEM_ALIGN 8

/* the item that is being fetched */
struct fetch_item {
	u16 what;
	u64 addr;
	s32 status;
	u32 len;
	u32 room; /* bytes after its header */
	u8 *data;
};

/* ---- the list of items ---- */

/* A complete string, name or argument area covers a request of any length. */
static bool covers(const struct portal_wire_item *wire, u16 what, u64 addr, u32 len)
{
	if (le16_to_cpu(wire->what) != what || le64_to_cpu(wire->addr) != addr)
		return false;
	return le32_to_cpu(wire->len) >= len ||
	       (what != PORTAL_ITEM_MEM && le32_to_cpu(wire->status) == PORTAL_ITEM_COMPLETE);
}

static bool next_item(const struct fetch *fetch, u32 *pos, struct portal_wire_item *ret_wire)
{
	if (*pos == fetch->used)
		return false;
	memcpy(ret_wire, fetch->items + *pos, sizeof(*ret_wire));
	*pos += sizeof(*ret_wire) + ALIGN(le32_to_cpu(ret_wire->len), ITEM_ALIGN);
	return true;
}

static bool has_item(const struct fetch *fetch, u16 what, u64 addr, u32 len)
{
	struct portal_wire_item wire;
	u32 pos = 0;

	while (next_item(fetch, &pos, &wire))
		if (covers(&wire, what, addr, len))
			return true;
	return false;
}

/* Finds a duplicate: an item that faulted or did not fit covers no request and is fetched again. */
static bool is_repeated(const struct fetch *fetch, const struct portal_wire_item *wire)
{
	struct portal_wire_item other;
	u32 pos = 0;

	while (next_item(fetch, &pos, &other))
		if (!memcmp(&other, wire, sizeof(other)))
			return true;
	return false;
}

static bool item_begin(const struct fetch *fetch, u16 what, u64 addr, struct fetch_item *item)
{
	u32 left = fetch->room - fetch->used;

	if (left < sizeof(struct portal_wire_item))
		return false;
	*item = (struct fetch_item){
		.what = what,
		.addr = addr,
		.room = ALIGN_DOWN(left - sizeof(struct portal_wire_item), ITEM_ALIGN),
		.data = fetch->items + fetch->used + sizeof(struct portal_wire_item),
	};
	return true;
}

static void item_end(struct fetch *fetch, const struct fetch_item *item)
{
	struct portal_wire_item wire = {
		.addr = cpu_to_le64(item->addr),
		.len = cpu_to_le32(item->len),
		.what = cpu_to_le16(item->what),
		.status = cpu_to_le32(item->status),
	};
	u32 padded = ALIGN(item->len, ITEM_ALIGN);

	if (is_repeated(fetch, &wire))
		return;
	memcpy(fetch->items + fetch->used, &wire, sizeof(wire));
	memset(item->data + item->len, 0, padded - item->len);
	fetch->used += sizeof(wire) + padded;
	fetch->nr++;
}

/* ---- kinds of items ---- */

static void fetch_mem(struct fetch *fetch, u64 addr, u32 len)
{
	struct fetch_item item;

	if (has_item(fetch, PORTAL_ITEM_MEM, addr, len) ||
	    !item_begin(fetch, PORTAL_ITEM_MEM, addr, &item))
		return;
	if (len > item.room) {
		item.status = PORTAL_ITEM_DEFERRED;
	} else {
		item.len = user_mem_read(fetch->call->base + addr, item.data, len);
		item.status = item.len == len ? PORTAL_ITEM_COMPLETE : -EFAULT;
		fetch->incomplete |= item.len != len;
	}
	item_end(fetch, &item);
}

/*
 * Sets the status. @max: bytes that were requested; @limit: bytes for which there was room;
 * @result: bytes that were read or -errno; @more: there are more bytes than that.
 */
static void item_finish(struct fetch *fetch, struct fetch_item *item, s64 result, bool more,
			u32 limit, u32 max)
{
	if (result < 0) {
		item->status = result;
	} else if (more && limit < max) {
		item->status = PORTAL_ITEM_DEFERRED;
	} else {
		item->status = more ? PORTAL_ITEM_CUT : PORTAL_ITEM_COMPLETE;
		item->len = result;
	}
	item_end(fetch, item);
}

static void fetch_str(struct fetch *fetch, u64 addr, u32 max)
{
	struct fetch_item item;
	ssize_t len;
	u32 limit;

	if (has_item(fetch, PORTAL_ITEM_STR, addr, max) ||
	    !item_begin(fetch, PORTAL_ITEM_STR, addr, &item))
		return;
	limit = min(max, item.room);
	len = user_mem_read_str(fetch->call->base + addr, item.data, limit);
	fetch->incomplete |= len < 0;
	item_finish(fetch, &item, len, len == limit, limit, max);
}

/* Makes an item of the answer to an operation on the process, with the parameter @arg. */
static void fetch_op(struct fetch *fetch, u16 what, u64 addr, op_fn *run, u64 arg, u32 max)
{
	struct op op = { .arg = arg, .scratch = fetch->scratch };
	struct fetch_item item;
	s64 result;

	if (!fetch->scratch) {
		fetch->incomplete = true;
		return;
	}
	if (has_item(fetch, what, addr, max) || !item_begin(fetch, what, addr, &item))
		return;
	op.data = item.data;
	op.room = min(max, item.room);
	/* without room the operation reports neither the length nor a fault */
	if (!op.room) {
		item_finish(fetch, &item, 0, true, 0, max);
		return;
	}
	result = run(&op);
	item_finish(fetch, &item, result, op.cursor != 0, op.room, max);
}

static void fetch_fd_name(struct fetch *fetch, u64 arg, u32 max)
{
	s64 fd = (s32)lower_32_bits(arg);

	fetch_op(fetch, PORTAL_ITEM_FD_NAME, fd, op_fd_name, fd, max);
}

/* These are short: they are complete, or there is no room for them. */
static void fetch_numbers(struct fetch *fetch, u16 what, const __le32 *numbers, u32 len)
{
	struct fetch_item item;

	if (has_item(fetch, what, 0, len) || !item_begin(fetch, what, 0, &item))
		return;
	if (len > item.room) {
		item.status = PORTAL_ITEM_DEFERRED;
	} else {
		memcpy(item.data, numbers, len);
		item.len = len;
	}
	item_end(fetch, &item);
}

static void fetch_credentials(struct fetch *fetch)
{
	__le32 ids[IDENTITY_NR_CREDENTIALS];

	identity_credentials(ids);
	fetch_numbers(fetch, PORTAL_ITEM_CREDENTIALS, ids, sizeof(ids));
}

static void fetch_ppid(struct fetch *fetch)
{
	__le32 ppid = cpu_to_le32(identity_ppid());

	fetch_numbers(fetch, PORTAL_ITEM_PPID, &ppid, sizeof(ppid));
}

/* The pointer becomes an item, too, because the hook reads it first. */
static bool fetch_pointer(struct fetch *fetch, u64 addr, u64 *ret_pointer)
{
	const struct filter_call *call = fetch->call;
	u8 bytes[NUMBER_MAX];

	fetch_mem(fetch, addr, call->long_bytes);
	if (user_mem_read(call->base + addr, bytes, call->long_bytes) != call->long_bytes) {
		fetch->incomplete = true;
		return false;
	}
	*ret_pointer = number_get(bytes, call->long_bytes, call->big_endian);
	return true;
}

/* Return: false: the length is a result that is no length, so nothing is fetched. */
static bool wanted_len(const struct fetch *fetch, const struct portal_wire_fetch *wire,
		       u32 *ret_len)
{
	u64 len = U64_MAX;

	if (le16_to_cpu(wire->len_from) == PORTAL_LEN_ARG)
		len = fetch->call->args[le16_to_cpu(wire->len_arg)];
	if (le16_to_cpu(wire->len_from) == PORTAL_LEN_RESULT) {
		if (fetch->ret < 0)
			return false;
		len = fetch->ret;
	}
	*ret_len = min_t(u64, len, le32_to_cpu(wire->max));
	return true;
}

static void fetch_sized(struct fetch *fetch, const struct portal_wire_fetch *wire, u64 addr)
{
	u32 len;

	if (!wanted_len(fetch, wire, &len))
		return;
	if (le32_to_cpu(wire->what) == PORTAL_WIRE_FETCH_PTR_MEM) {
		if (!fetch_pointer(fetch, addr, &addr))
			return;
		addr += le64_to_cpu(wire->inner_offset);
	}
	fetch_mem(fetch, addr, len);
}

void fetch_collect(struct fetch *fetch, const struct portal_wire_fetch *wire)
{
	u64 arg = fetch->call->args[le32_to_cpu(wire->arg)];
	u64 addr = arg + le64_to_cpu(wire->offset), pointer;
	u32 max = le32_to_cpu(wire->max);

	switch (le32_to_cpu(wire->what)) {
	case PORTAL_WIRE_FETCH_STR:
		fetch_str(fetch, addr, max);
		break;
	case PORTAL_WIRE_FETCH_MEM:
	case PORTAL_WIRE_FETCH_PTR_MEM:
		fetch_sized(fetch, wire, addr);
		break;
	case PORTAL_WIRE_FETCH_PTR_STR:
		if (fetch_pointer(fetch, addr, &pointer))
			fetch_str(fetch, pointer + le64_to_cpu(wire->inner_offset), max);
		break;
	case PORTAL_WIRE_FETCH_FD_NAME:
		fetch_fd_name(fetch, arg, max);
		break;
	case PORTAL_WIRE_FETCH_ARGS:
		fetch_op(fetch, PORTAL_ITEM_ARGS, 0, op_proc_args, 0, max);
		break;
	case PORTAL_WIRE_FETCH_CWD:
		fetch_op(fetch, PORTAL_ITEM_CWD, 0, op_fd_name, AT_FDCWD, max);
		break;
	case PORTAL_WIRE_FETCH_CREDENTIALS:
		fetch_credentials(fetch);
		break;
	case PORTAL_WIRE_FETCH_PPID:
		fetch_ppid(fetch);
		break;
	}
}

u32 fetch_fitting(const struct fetch *fetch, u32 room, u32 *ret_used)
{
	struct portal_wire_item wire;
	u32 nr = 0, pos = 0;

	*ret_used = 0;
	while (next_item(fetch, &pos, &wire) && pos <= room) {
		*ret_used = pos;
		nr++;
	}
	return nr;
}
