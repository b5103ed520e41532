/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench.h"

#define GUARD 0xa7

void bench_init(struct bench *bench, u32 room)
{
	memset(bench, 0, sizeof(*bench));
	memset(bench->page, GUARD, sizeof(bench->page));
	bench->call.long_bytes = 8;
	bench->fetch = (struct fetch){
		.call = &bench->call,
		.scratch = bench->scratch,
		.items = bench->page,
		.room = room,
	};
}

void bench_declare(struct bench *bench, struct bench_fetch fetch)
{
	const struct portal_wire_fetch wire = {
		.what = cpu_to_le32(fetch.what),
		.arg = cpu_to_le32(fetch.arg),
		.offset = cpu_to_le64(fetch.offset),
		.inner_offset = cpu_to_le64(fetch.inner_offset),
		.max = cpu_to_le32(fetch.max),
		.len_from = cpu_to_le16(fetch.len_from),
		.len_arg = cpu_to_le16(fetch.len_arg),
	};

	fetch_collect(&bench->fetch, &wire);
}

void bench_parse(struct bench *bench)
{
	const struct fetch *fetch = &bench->fetch;

	assert_in_range(fetch->used, 0, fetch->room);
	for (size_t at = fetch->room; at < sizeof(bench->page); at++)
		assert_int_equal(bench->page[at], GUARD);
	assert_int_equal(fetched_parse(bench->page, fetch->used, fetch->nr, &bench->items), 0);
}

struct bench_item bench_item(struct bench *bench, u32 n, const u8 **ret_data)
{
	const u8 *at = bench->page;
	struct portal_wire_item wire;

	assert_in_range(n + 1, 1, bench->fetch.nr);
	for (u32 i = 0;; i++) {
		memcpy(&wire, at, sizeof(wire));
		if (i == n)
			break;
		at += sizeof(wire) + ALIGN(le32_to_cpu(wire.len), 8);
	}
	if (ret_data)
		*ret_data = at + sizeof(wire);
	return (struct bench_item){
		.what = le16_to_cpu(wire.what),
		.addr = le64_to_cpu(wire.addr),
		.status = (s32)le32_to_cpu(wire.status),
		.len = le32_to_cpu(wire.len),
	};
}
