/* SPDX-License-Identifier: MIT */
#include "portal/sessions.h"

#include <errno.h>
#include <portal/ops.h>
#include <portal/wire.h>
#include <sched.h>

#include "base/cold.h"
#include "base/lock.h"
#include "portal/pool.h"
#include "portal/region.h"

void sessions_doom(struct channel *channel, struct session *session)
{
	const struct vcpu_waker *waker = &channel->waker;

	atomic_store(&session->doomed, true);
	atomic_store(&channel->vcpus[session->vcpu].notice, true);
	if (waker->wake)
		waker->wake(waker->ctx, session->vcpu);
}

void sessions_claim(struct channel *channel, struct session *session, unsigned int vcpu)
{
	session->state = SESSION_RUNNING;
	session->vcpu = vcpu;
	session->over = false;
	session->status = 0;
	session->ended_with = PORTAL_OP_NONE;
	session->user = NULL;
	session->table.format = PAGE_TABLE_NONE;
	session->base = 0;
	session->may_write = channel->direct == DIRECT_READ_WRITE;
	session->is_remote = false;
	session->pool->refs++;
	session->next = channel->vcpus[vcpu].open;
	channel->vcpus[vcpu].open = session;
}

static void session_unlink(struct channel_vcpu *vcpu, struct session *session)
{
	struct session **at = &vcpu->open;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
}

void sessions_release(struct channel *channel, struct session *session)
{
	struct pool *pool = session->pool;

	session_unlink(&channel->vcpus[session->vcpu], session);
	lock_take(&channel->lock);
	session->state = SESSION_FREE;
	atomic_store_explicit(&session->doomed, false, memory_order_relaxed);
	pool_free_detached(session);
	pool_put(pool);
	lock_release(&channel->lock);
}

/* Write NONE to the page, unless the verdict is there. Return: false: the session is cancelled. */
static bool session_end(struct session *session)
{
	struct region_header *header = &session->header;

	if (session->ended_with != PORTAL_OP_NONE)
		return !atomic_load_explicit(&session->doomed, memory_order_acquire);
	header->code = PORTAL_OP_NONE;
	header->addr = 0;
	header->size = 0;
	return session_store(session, header, NULL, 0);
}

/* The coroutine has returned: write the end of the session to the page, unless it was cancelled. */
static int session_finish(struct channel *channel, struct session *session)
{
	int status = session->status;

	if (status == 0 && !session_end(session)) {
		stats_add(&channel->env.stats.cancelled, !session->over);
		status = -ECANCELED;
	}
	if (status == 0)
		stats_add(&channel->env.stats.operations[session->ended_with], 1);
	stats_session_closed(&channel->env.stats);
	sessions_release(channel, session);
	return status;
}

int sessions_run(struct channel *channel, struct session *session)
{
	if (!coro_resume(session->coro))
		return session_finish(channel, session);
	lock_take(&channel->lock);
	session->state = SESSION_SUSPENDED;
	lock_release(&channel->lock);
	return 0;
}

void sessions_cancel(struct channel *channel, struct session *session)
{
	lock_take(&channel->lock);
	session->state = SESSION_RUNNING;
	lock_release(&channel->lock);
	atomic_store_explicit(&session->doomed, true, memory_order_release);
	/* it cannot suspend again: now the session is released, and possibly its pool is freed */
	(void)sessions_run(channel, session);
}

void sessions_cancel_doomed(struct channel *channel, struct channel_vcpu *vcpu)
{
	struct session *session, *next;

	if (!atomic_load(&vcpu->notice) || !atomic_exchange(&vcpu->notice, false))
		return;
	for (session = vcpu->open; session; session = next) {
		next = session->next;
		if (session->state == SESSION_SUSPENDED &&
		    atomic_load_explicit(&session->doomed, memory_order_acquire))
			sessions_cancel(channel, session);
	}
}

static void doom_open_session(struct session *session, void *channel)
{
	if (session->state != SESSION_FREE)
		sessions_doom(channel, session);
}

struct pool *sessions_retire_pool(struct channel *channel, struct pool *replacement)
{
	struct pool *old = channel->pool;

	channel->pool = replacement;
	if (old)
		pool_for_each_session(old, doom_open_session, channel);
	return old;
}

static void await_access(struct session *session, void *ctx)
{
	(void)ctx;
	while (atomic_load(&session->accesses))
		sched_yield();
}

void sessions_await_accesses(struct channel *channel, struct pool *old)
{
	if (old)
		pool_for_each_session(old, await_access, NULL);
	lock_take(&channel->lock);
	pool_put(old);
	lock_release(&channel->lock);
}

/* ---- the coroutine of a session ---- */

static void count_event(struct stats *stats, const struct guest_event *event)
{
	stats_add(&stats->events[event->kind < STATS_NR_EVENTS ? event->kind : 0], 1);
	if (unlikely(event->flags & PORTAL_EVENT_F_WAITED))
		stats_add(&stats->page_waits, 1);
	if (event->kind == PORTAL_EVENT_MISSED)
		stats_add(&stats->missed, event->missed.count);
}

static void serve(struct coro *self, void *arg)
{
	struct session *session = arg;
	const struct event_sink *sink = &session->env->sink;
	struct stats *stats = &session->env->stats;

	session->coro = self;
	switch (session->header.code) {
	case PORTAL_OPEN_HELLO:
		stats_add(&stats->hellos, 1);
		sink->on_hello(sink->ctx, session, &session->pool->hello);
		break;
	case PORTAL_OPEN_EVENT:
		count_event(stats, &session->event);
		sink->on_event(sink->ctx, session, &session->event);
		break;
	case PORTAL_OPEN_WORK:
		stats_add(&stats->work, 1);
		sink->on_work(sink->ctx, session);
		break;
	}
}

int sessions_start(struct channel *channel, struct session *session)
{
	struct channel_vcpu *vcpu = &channel->vcpus[session->vcpu];
	size_t created = vcpu->coros.nr_created;
	int ret = coro_take(&vcpu->coros, serve, session, &session->coro);

	if (ret < 0) {
		sessions_release(channel, session);
		return ret;
	}
	if (unlikely(vcpu->coros.nr_created != created))
		stats_add(&channel->env.stats.coroutines, 1);
	stats_session_opened(&channel->env.stats);
	return sessions_run(channel, session);
}
