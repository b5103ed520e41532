/* SPDX-License-Identifier: MIT */
/*
 * The fake guest and a channel whose sink is the test itself: it requests raw operations, also
 * those that no hook uses yet.
 */
#ifndef ROWS_RIG_H
#define ROWS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <portal/ops.h>

#include "fake/event.h"
#include "fake/guest.h"
#include "fake/syscall.h"
#include "portal/channel.h"

#define ROWS_MEMORY	 0x10000ull /* the task's memory */
#define ROWS_MEMORY_SIZE (4 * 4096)
#define ROWS_MAX_EVENTS	 8
#define ROWS_VCPUS	 2

struct rows;

/** typedef rows_talk_fn - what the host does in a session; @event: NULL in hello and work. */
typedef void rows_talk_fn(struct rows *rows, struct session *session,
			  const struct guest_event *event);

/* an event, and a copy of its items */
struct rows_event {
	struct guest_event event;
	uint8_t items[PORTAL_TRACE_RECORD_MAX];
};

/**
 * struct rows - the guest, the channel and what the host has seen
 * @guest: the fake guest
 * @task: a 64-bit task with memory at ROWS_MEMORY
 * @memory: that memory
 * @channel: the channel
 * @in_hello, @in_event, @in_work: called in the sessions of that kind; may be NULL
 * @events: events received, @nr_events of them; later ones are not kept
 * @nr_events: number of events
 * @nr_work, @nr_records: numbers of work sessions and records
 * @record: the last record
 * @ret: results that the test keeps
 */
struct rows {
	struct fake_guest guest;
	struct fake_task task;
	uint8_t *memory;
	struct channel *channel;
	rows_talk_fn *in_hello, *in_event, *in_work;
	struct rows_event events[ROWS_MAX_EVENTS];
	unsigned int nr_events, nr_work;
	_Atomic unsigned int nr_records;
	struct guest_event record;
	int64_t ret[8];
};

/** rows_init() - set up guest and channel; the guest has not said hello. */
void rows_init(struct rows *rows);

/** rows_done() - free them. */
void rows_done(struct rows *rows);

/** rows_hello() - let the guest say hello, with @in_hello after the host's welcome. */
void rows_hello(struct rows *rows, rows_talk_fn *in_hello);

/** rows_event() - get event @i that was received. */
const struct guest_event *rows_event(const struct rows *rows, unsigned int i);

/**
 * rows_call() - request an operation
 * @request: as for session_call()
 * @ret_cursor: the answer's cursor; may be NULL
 *
 * Return: the result; negative errno.
 */
int64_t rows_call(struct session *session, const struct session_request *request,
		  uint64_t *ret_cursor);

/** rows_read() - read @len bytes at @addr of the session's task. Return: bytes; negative errno. */
int64_t rows_read(struct session *session, uint64_t addr, void *buf, size_t len);

/**
 * rows_add_hook() - install a hook on one system call
 * @hook: its header; sites and sizes are filled in
 * @site: the system call
 * @fetch: @nr_fetch declarations
 *
 * Return: its serial; negative errno.
 */
int64_t rows_add_hook(struct session *session, struct portal_wire_hook hook,
		      struct portal_wire_site site, const struct portal_wire_fetch *fetch,
		      size_t nr_fetch);

/** rows_hook() - make the header of a hook with @id on system calls of the firmware. */
struct portal_wire_hook rows_hook(uint32_t id, uint32_t when);

/** rows_site() - make the site of a 64-bit system call. */
struct portal_wire_site rows_site(const char *name);

/**
 * rows_map() - map the ranges that the answer to WINDOW_OPEN or SHARE_OPEN has announced
 * @size: bytes of the ranges in the answer
 * @ret_parts: host addresses of up to FAKE_BULK_RANGES parts; @ret_sizes: their bytes
 *
 * Return: number of parts.
 */
size_t rows_map(struct session *session, int64_t size, uint8_t *ret_parts[FAKE_BULK_RANGES],
		size_t ret_sizes[FAKE_BULK_RANGES]);

/**
 * rows_item() - find an item of an event
 * @what: PORTAL_ITEM_*
 * @ret_item: its header
 *
 * Return: its bytes; NULL: there is none.
 */
const uint8_t *rows_item(const struct rows *rows, unsigned int event, uint16_t what,
			 struct portal_wire_item *ret_item);

#endif
