// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/user_mem.h"
#include "hooks/fetch.h"
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
		item.len = user_mem_read(addr, item.data, len);
		item.status = item.len == len ? PORTAL_ITEM_COMPLETE : -EFAULT;
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
	len = user_mem_read_str(addr, item.data, limit);
	item_finish(fetch, &item, len, len == limit, limit, max);
}

/* Makes an item of the answer to an operation on the process. */
static void fetch_op(struct fetch *fetch, u16 what, u64 addr, op_fn *run, u32 max)
{
	struct op op = { .scratch = fetch->scratch };
	struct fetch_item item;
	s64 result;

	if (has_item(fetch, what, addr, max) || !item_begin(fetch, what, addr, &item))
		return;
	op.size = addr;
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

/* The pointer becomes an item, too, because the hook reads it first. */
static bool fetch_pointer(struct fetch *fetch, u64 addr, u64 *ret_pointer)
{
	__le64 pointer = 0;

	fetch_mem(fetch, addr, fetch->long_bytes);
	if (user_mem_read(addr, &pointer, fetch->long_bytes) != fetch->long_bytes)
		return false;
	*ret_pointer = le64_to_cpu(pointer);
	return true;
}

static u32 wanted_len(const struct fetch *fetch, const struct portal_wire_fetch *wire)
{
	u32 n = le32_to_cpu(wire->len_arg_plus1);

	if (n == 0)
		return le32_to_cpu(wire->max);
	return min_t(u64, fetch->args[n - 1], le32_to_cpu(wire->max));
}

void fetch_collect(struct fetch *fetch, const struct portal_wire_fetch *wire)
{
	u64 arg = fetch->args[le32_to_cpu(wire->arg)];
	u64 addr = arg + le64_to_cpu(wire->offset), pointer;
	u32 max = le32_to_cpu(wire->max);

	switch (le32_to_cpu(wire->what)) {
	case PORTAL_WIRE_FETCH_STR:
		fetch_str(fetch, addr, max);
		break;
	case PORTAL_WIRE_FETCH_MEM:
		fetch_mem(fetch, addr, wanted_len(fetch, wire));
		break;
	case PORTAL_WIRE_FETCH_PTR_MEM:
		if (fetch_pointer(fetch, addr, &pointer))
			fetch_mem(fetch, pointer + le64_to_cpu(wire->inner_offset),
				  wanted_len(fetch, wire));
		break;
	case PORTAL_WIRE_FETCH_PTR_STR:
		if (fetch_pointer(fetch, addr, &pointer))
			fetch_str(fetch, pointer + le64_to_cpu(wire->inner_offset), max);
		break;
	case PORTAL_WIRE_FETCH_FD_NAME:
		fetch_op(fetch, PORTAL_ITEM_FD_NAME, (s64)(s32)arg, op_fd_name, max);
		break;
	case PORTAL_WIRE_FETCH_ARGS:
		fetch_op(fetch, PORTAL_ITEM_ARGS, 0, op_proc_args, max);
		break;
	}
}
