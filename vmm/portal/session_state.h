/* SPDX-License-Identifier: MIT */
/*
 * The state of a session. For files in portal/ only.
 *
 * A session's fields belong to the vCPU thread that runs it, from the call that opens it to the
 * call that ends it. Other threads only read @state, @vcpu and @header.generation, under the
 * channel's lock, and set @doomed.
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

/* what all sessions of a channel use; it does not change */
struct session_env {
	struct guest_ram ram;
	struct event_sink sink;
	struct stats stats;
	struct trace *trace;
};

enum session_state {
	SESSION_FREE = 0,
	SESSION_RUNNING,   /* its vCPU's thread is inside channel_call() */
	SESSION_SUSPENDED, /* the guest is carrying out an operation */
};

/**
 * struct session - a page of the pool and the session on it
 * @page: host address of the page
 * @slot: where the pool has its pointer to the page's session
 * @pool: the pool that the page belongs to
 * @env: what it uses of the channel
 * @state: changed under the channel's lock
 * @vcpu: index of the vCPU that holds the session
 * @doomed: set by another thread to cancel the session; it ends at the next call of its own vCPU
 * @accesses: its thread is between session_access_begin() and session_access_end()
 * @next: next open session of the same vCPU
 * @coro: the coroutine that runs its callbacks
 * @header: the last header that the guest wrote
 * @over: no further operation is possible
 * @status: what the call that ends the session returns; the page is written only when it is 0
 * @ended_with: PORTAL_OP_NONE or PORTAL_OP_VERDICT
 * @user: session_set_user()
 * @event: the event that opened the session
 * @payload: bytes of the event; @event points into it
 * @table: page tables of the event's task; PAGE_TABLE_NONE: no direct access
 * @base: added to an address of the program gives the address in the task
 * @may_write: direct access may write
 * @is_remote: the last answer was PORTAL_CALL_ANSWER_REMOTE: the task is not on the vCPU that is
 *	stopped, so direct access is not safe
 */
struct session {
	void *page;
	struct session **slot;
	struct pool *pool;
	struct session_env *env;
	enum session_state state;
	unsigned int vcpu;
	atomic_bool doomed;
	atomic_bool accesses;
	struct session *next;
	struct coro *coro;
	struct region_header header;
	bool over;
	int status;
	uint32_t ended_with;
	void *user;
	struct guest_event event;
	uint8_t payload[PORTAL_DATA_SIZE] __attribute__((aligned(8)));
	struct page_table table;
	uint64_t base;
	bool may_write;
	bool is_remote;
};

/**
 * session_access_begin() - begin to use memory of the guest, other than to read it
 *
 * Bye and hello set @doomed and then wait until @accesses is clear. Each side stores before it
 * loads: either this sees @doomed, or the other side sees @accesses. So nothing is written
 * afterwards, when the guest may use the memory for something else.
 *
 * Return: true: call session_access_end() soon, and do not suspend before; false: the session is
 * cancelled.
 */
static inline bool session_access_begin(struct session *session)
{
	atomic_store(&session->accesses, true);
	if (!atomic_load(&session->doomed))
		return true;
	atomic_store_explicit(&session->accesses, false, memory_order_release);
	return false;
}

static inline void session_access_end(struct session *session)
{
	atomic_store_explicit(&session->accesses, false, memory_order_release);
}

/** session_store() - region_store() to the session's page. Return: false: it is cancelled. */
bool session_store(struct session *session, const struct region_header *header, const void *data,
		   size_t len);

#endif
