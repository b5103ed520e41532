/* SPDX-License-Identifier: MIT */
#include "fake/log.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct portal_wire_log *shared(struct fake_log *log)
{
	return (struct portal_wire_log *)(void *)log->page;
}

int fake_log_init(struct fake_log *log, uint32_t size)
{
	*log = (struct fake_log){ .size = size };
	log->page = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + size);
	if (!log->page)
		return -ENOMEM;
	memset(log->page, 0, PORTAL_PAGE_SIZE + size);
	return 0;
}

void fake_log_done(struct fake_log *log)
{
	free(log->page);
	*log = (struct fake_log){ 0 };
}

static void put(struct fake_log *log, uint32_t position, const void *bytes, size_t len)
{
	uint8_t *ring = log->page + PORTAL_PAGE_SIZE;

	for (size_t i = 0; i < len; i++)
		ring[(position + i) % log->size] = ((const uint8_t *)bytes)[i];
}

bool fake_log_write(struct fake_log *log, uint32_t event, uint64_t time, const void *body,
		    size_t len, bool *ret_wake)
{
	uint32_t tail = le32toh(__atomic_load_n(&shared(log)->tail, __ATOMIC_SEQ_CST));
	uint32_t size = (uint32_t)(sizeof(struct portal_wire_record) + len);
	const struct portal_wire_record record = {
		.size = htole32(size),
		.commit = htole32(PORTAL_LOG_COMMIT ^ log->head),
		.seq = htole32(log->written),
		.lost = htole32(log->lost),
		.time = htole64(time),
		.event = htole32(event),
	};
	uint32_t before = log->head, wake_at;

	if (log->size - (log->head - tail) < size)
		return false;
	put(log, log->head, &record, sizeof(record));
	put(log, log->head + (uint32_t)sizeof(record), body, len);
	log->head += size;
	log->written++;
	__atomic_store_n(&shared(log)->written, htole32(log->written), __ATOMIC_SEQ_CST);
	__atomic_store_n(&shared(log)->head, htole32(log->head), __ATOMIC_SEQ_CST);
	wake_at = le32toh(__atomic_load_n(&shared(log)->wake_at, __ATOMIC_SEQ_CST));
	/* passed: it was not before this position, and is now */
	*ret_wake = (int32_t)(before - wake_at) <= 0 && (int32_t)(log->head - wake_at) > 0;
	log->bells += *ret_wake;
	return true;
}

void fake_log_lose(struct fake_log *log)
{
	log->lost++;
	__atomic_store_n(&shared(log)->lost, htole32(log->lost), __ATOMIC_SEQ_CST);
}
