/* SPDX-License-Identifier: MIT */
/* The fake guest's logs, docs/protocol.md section 8: a writer over ordinary memory. */
#ifndef FAKE_LOG_H
#define FAKE_LOG_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fake_log - one vCPU's log
 * @page: struct portal_wire_log, and the ring behind its page; NULL: there is none
 * @size: bytes of the ring
 * @head: position behind the last record
 * @written: records in the ring so far
 * @lost: records for which there was no room
 * @bells: times the host was woken
 */
struct fake_log {
	uint8_t *page;
	uint32_t size;
	uint32_t head, written, lost;
	unsigned int bells;
};

/** fake_log_init() - an empty log with a ring of @size bytes. Return: 0; -ENOMEM. */
int fake_log_init(struct fake_log *log, uint32_t size);

/** fake_log_done() - frees it; one without memory is fine. */
void fake_log_done(struct fake_log *log);

/**
 * fake_log_write() - write a record
 * @log: the log; only one thread writes
 * @event: PORTAL_EVENT_*
 * @time: ns
 * @body: @len bytes (a multiple of 8): what follows the header
 * @ret_wake: with true: the host is to be woken
 *
 * Return: false: there is no room, nothing is changed.
 */
bool fake_log_write(struct fake_log *log, uint32_t event, uint64_t time, const void *body,
		    size_t len, bool *ret_wake);

/** fake_log_lose() - a record that was not written is counted. */
void fake_log_lose(struct fake_log *log);

#endif
