/* SPDX-License-Identifier: MIT */
/*
 * A page on which fetch.c collects, and the host's reading of it. Declarations go in, items come
 * out; whatever the guest wrote beyond its room, and whatever the host does not take for a list of
 * items, fails the test.
 */
#ifndef BENCH_H
#define BENCH_H

#include "hooks/fetch.h"
#include "portal/fetched.h"

#define BENCH_ROOM (PORTAL_DATA_SIZE - sizeof(struct portal_wire_syscall)) /* an event's */

/**
 * struct bench - one event's items
 * @fetch: the guest's side
 * @args: the call's arguments
 * @items: the host's side, after bench_parse()
 */
struct bench {
	struct fetch fetch;
	u64 args[PORTAL_NR_ARGS];
	struct fetched items;
	u8 scratch[PORTAL_PAGE_SIZE];
	_Alignas(8) u8 page[BENCH_ROOM + 64];
};

/** struct bench_fetch - struct portal_wire_fetch in the host's byte order */
struct bench_fetch {
	u32 what, arg;
	u64 offset, inner_offset;
	u32 max, len_arg_plus1;
};

/** struct bench_item - an item's header in the host's byte order */
struct bench_item {
	u16 what;
	u64 addr;
	s32 status;
	u32 len;
};

/**
 * bench_init() - an event without items, of a 64-bit task whose arguments are 0
 * @room: bytes for items, at most BENCH_ROOM
 */
void bench_init(struct bench *bench, u32 room);

/** bench_declare() - collect what @fetch declares */
void bench_declare(struct bench *bench, struct bench_fetch fetch);

/** bench_parse() - let the host read the list */
void bench_parse(struct bench *bench);

/** bench_item() - header of item @n; @ret_data: its bytes, may be NULL */
struct bench_item bench_item(struct bench *bench, u32 n, const u8 **ret_data);

#endif
