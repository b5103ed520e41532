/* SPDX-License-Identifier: MIT */
/*
 * A page in which hooks/fetch.c collects items, and the host's parser of them. Declarations go in,
 * items come out. The test fails if the guest writes beyond its room, or if the parser rejects the
 * items.
 */
#ifndef BENCH_H
#define BENCH_H

#include "hooks/fetch.h"
#include "portal/fetched.h"

/* bytes for the items of an event */
#define BENCH_ROOM                                                                        \
	((u32)(PORTAL_DATA_SIZE - sizeof(struct portal_wire_event) - 2 * sizeof(__le32) - \
	       sizeof(struct portal_wire_syscall)))

/**
 * struct bench - one event's items
 * @fetch: the guest's side
 * @call: the call: its arguments, its program
 * @items: the host's side, after bench_parse()
 */
struct bench {
	struct fetch fetch;
	struct filter_call call;
	struct fetched items;
	u8 scratch[PORTAL_PAGE_SIZE];
	_Alignas(8) u8 page[BENCH_ROOM + 64];
};

/** struct bench_fetch - struct portal_wire_fetch in native byte order */
struct bench_fetch {
	u32 what, arg;
	u64 offset, inner_offset;
	u32 max;
	u16 len_from, len_arg;
};

/** struct bench_item - header of an item in native byte order */
struct bench_item {
	u16 what;
	u64 addr;
	s32 status;
	u32 len;
};

/**
 * bench_init() - make an event without items, of a 64-bit task with all arguments 0
 * @room: bytes for items, at most BENCH_ROOM
 */
void bench_init(struct bench *bench, u32 room);

/** bench_declare() - collect the items of a declaration */
void bench_declare(struct bench *bench, struct bench_fetch fetch);

/** bench_parse() - parse the items as the host does */
void bench_parse(struct bench *bench);

/** bench_item() - get the header of item @n; @ret_data: its bytes, may be NULL */
struct bench_item bench_item(struct bench *bench, u32 n, const u8 **ret_data);

#endif
