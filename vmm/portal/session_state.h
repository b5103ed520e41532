/* SPDX-License-Identifier: MIT */
/*
 * What a session is made of and what it needs from the channel. For channel.c, pool.c and session.c
 * only.
 *
 * A session's fields belong to the thread that runs it, from the ring that claims it to the one
 * that ends it. Other threads see @state and @vcpu, under the channel's lock, and may set @doomed.
 */
#ifndef PORTAL_SESSION_STATE_H
#define PORTAL_SESSION_STATE_H

#include <stdatomic.h>

#include "base/coro.h"
#include "portal/event.h"
#include "portal/guest_ram.h"
#include "portal/region.h"
#include "portal/session.h"
#include "portal/sink.h"
#include "portal/stats.h"
#include "portal/task_mem/page_table.h"

struct trace;

enum session_state {
	SESSION_FREE = 0,
	SESSION_RUNNING,   /* its vCPU's thread is inside channel_call() */
	SESSION_SUSPENDED, /* the guest works on an operation */
};

/**
 * struct session - a page of the pool and the conversation on it
 * @page: its host address
 * @pool: the pool it belongs to
 * @state: claimed and given back under the channel's lock
 * @vcpu: who holds it
 * @doomed: another thread wants it cancelled; it ends as soon as its own thread comes by
 * @next: list of the vCPU's open sessions
 * @coro: what runs in it
 * @header: the last header the guest left
 * @over: no operation is possible any more
 * @status: what the ring that ends it returns; the page is written only when it is 0
 * @ended_with: PORTAL_OP_NONE or PORTAL_OP_VERDICT
 * @user: session_set_user()
 * @event: what it was opened for
 * @payload: the event's bytes; its items are read from there
 * @ram: guest RAM
 * @table: of the event's task; PAGE_TABLE_NONE: its memory is for the guest to access
 * @may_write: through @table, too
 * @sink: the channel's
 * @stats: the channel's
 */
struct session {
	void *page;
	struct pool *pool;
	enum session_state state;
	unsigned int vcpu;
	atomic_bool doomed;
	struct session *next;
	struct coro *coro;
	struct region_header header;
	bool over;
	int status;
	uint32_t ended_with;
	void *user;
	union {
		struct syscall_event call;
		struct syscall_error error;
	} event;
	uint8_t payload[PORTAL_DATA_SIZE];
	const struct guest_ram *ram;
	struct page_table table;
	bool may_write;
	const struct event_sink *sink;
	struct stats *stats;
	struct trace *trace;
};

#endif
