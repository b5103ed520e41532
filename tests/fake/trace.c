/* SPDX-License-Identifier: MIT */
#include "fake/trace.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct portal_wire_trace_ring *shared(struct fake_trace *trace)
{
	return (struct portal_wire_trace_ring *)(void *)trace->page;
}

int fake_trace_init(struct fake_trace *trace, uint32_t size)
{
	*trace = (struct fake_trace){ .size = size };
	trace->page = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + size);
	if (!trace->page)
		return -ENOMEM;
	memset(trace->page, 0, PORTAL_PAGE_SIZE + size);
	return 0;
}

void fake_trace_done(struct fake_trace *trace)
{
	free(trace->page);
	*trace = (struct fake_trace){ 0 };
}

static void put(struct fake_trace *trace, uint32_t position, const void *bytes, size_t len)
{
	uint8_t *ring = trace->page + PORTAL_PAGE_SIZE;

	for (size_t i = 0; i < len; i++)
		ring[(position + i) % trace->size] = ((const uint8_t *)bytes)[i];
}

bool fake_trace_write(struct fake_trace *trace, uint64_t time, const void *event, size_t len,
		      bool *ret_wake)
{
	uint32_t tail = le32toh(__atomic_load_n(&shared(trace)->tail, __ATOMIC_SEQ_CST));
	uint32_t size = (uint32_t)(sizeof(struct portal_wire_trace_record) + len);
	const struct portal_wire_trace_record record = {
		.size = htole32(size),
		.commit = htole32(PORTAL_TRACE_COMMIT ^ trace->head),
		.seq = htole32(trace->written),
		.lost = htole32(trace->lost),
		.time = htole64(time),
	};
	uint32_t before = trace->head, wake_at;

	if (trace->size - (trace->head - tail) < size)
		return false;
	put(trace, trace->head, &record, sizeof(record));
	put(trace, trace->head + (uint32_t)sizeof(record), event, len);
	trace->head += size;
	trace->written++;
	__atomic_store_n(&shared(trace)->written, htole32(trace->written), __ATOMIC_SEQ_CST);
	__atomic_store_n(&shared(trace)->head, htole32(trace->head), __ATOMIC_SEQ_CST);
	wake_at = le32toh(__atomic_load_n(&shared(trace)->wake_at, __ATOMIC_SEQ_CST));
	/* head has passed wake_at: it was not beyond it before this record, and is now */
	*ret_wake = (int32_t)(before - wake_at) <= 0 && (int32_t)(trace->head - wake_at) > 0;
	trace->wakeups += *ret_wake;
	return true;
}

void fake_trace_lose(struct fake_trace *trace)
{
	trace->lost++;
	__atomic_store_n(&shared(trace)->lost, htole32(trace->lost), __ATOMIC_SEQ_CST);
}
