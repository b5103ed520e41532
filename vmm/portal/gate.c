/* SPDX-License-Identifier: MIT */
#include "portal/gate.h"

#include <assert.h>
#include <errno.h>
#include <portal/ops.h>
#include <portal/wire.h>
#include <pthread.h>
#include <stdlib.h>

#include "portal/pool.h"
#include "portal/session_state.h"
#include "portal/trace.h"

/**
 * struct vcpu - a vCPU as the gate sees it; all but @notice belongs to its thread
 * @coros: its thread's coroutines
 * @open: sessions it holds
 * @notice: a session of its own was doomed by another thread
 * @closed: gate_cancel_vcpu() has been called
 */
struct vcpu {
	struct coro_pool coros;
	struct session *open;
	atomic_bool notice;
	bool closed;
};

/**
 * struct gate - see gate.h
 * @lock: @pool, its references, and who holds which session; never held over a callback
 */
struct gate {
	struct gate_mem mem;
	struct gate_events events;
	enum gate_direct direct;
	struct stats stats;
	struct trace *trace;
	pthread_mutex_t lock;
	struct pool *pool;
	unsigned int nr_vcpus;
	struct vcpu vcpus[];
};

int gate_create(const struct gate_config *config, struct gate **ret_gate)
{
	struct gate *gate;
	int ret;

	if (config->nr_vcpus == 0)
		return -EINVAL;
	gate = calloc(1, sizeof(*gate) + config->nr_vcpus * sizeof(gate->vcpus[0]));
	if (!gate)
		return -ENOMEM;
	ret = trace_create(config, &gate->stats, &gate->trace);
	if (ret < 0) {
		free(gate);
		return ret;
	}
	gate->mem = config->mem;
	gate->events = config->events;
	gate->direct = config->direct;
	gate->nr_vcpus = config->nr_vcpus;
	pthread_mutex_init(&gate->lock, NULL);
	for (unsigned int i = 0; i < gate->nr_vcpus; i++)
		coro_pool_init(&gate->vcpus[i].coros);
	*ret_gate = gate;
	return 0;
}

void gate_destroy(struct gate *gate)
{
	if (!gate)
		return;
	trace_destroy(gate->trace);
	for (unsigned int i = 0; i < gate->nr_vcpus; i++) {
		assert(!gate->vcpus[i].open);
		coro_pool_done(&gate->vcpus[i].coros);
	}
	pool_put(gate->pool);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

/* ---- a session's life: claim, run, release ---- */

/* under the lock; the session's own thread will see to it */
static void session_doom(struct gate *gate, struct session *session)
{
	atomic_store_explicit(&session->doomed, true, memory_order_release);
	atomic_store_explicit(&gate->vcpus[session->vcpu].notice, true, memory_order_release);
}

/* under the lock */
static void session_claim(struct gate *gate, struct session *session, unsigned int vcpu)
{
	session->state = SESSION_RUNNING;
	session->vcpu = vcpu;
	session->over = false;
	session->status = 0;
	session->ended_with = PORTAL_OP_NONE;
	session->user = NULL;
	session->mem = &gate->mem;
	session->events = &gate->events;
	session->stats = &gate->stats;
	session->table.format = PAGE_TABLE_NONE;
	session->may_write = gate->direct == GATE_DIRECT_READ_WRITE;
	session->trace = gate->trace;
	session->pool->refs++;
	session->next = gate->vcpus[vcpu].open;
	gate->vcpus[vcpu].open = session;
}

static void session_unlink(struct vcpu *vcpu, struct session *session)
{
	struct session **at = &vcpu->open;

	while (*at != session)
		at = &(*at)->next;
	*at = session->next;
}

static void session_release(struct gate *gate, struct session *session)
{
	session_unlink(&gate->vcpus[session->vcpu], session);
	pthread_mutex_lock(&gate->lock);
	session->state = SESSION_FREE;
	atomic_store_explicit(&session->doomed, false, memory_order_relaxed);
	pool_put(session->pool);
	pthread_mutex_unlock(&gate->lock);
}

/* the coroutine has returned: leave the session's end in the page, if the page is still ours */
static int session_finish(struct gate *gate, struct session *session)
{
	const struct region_header none = {
		.code = PORTAL_OP_NONE,
		.generation = session->header.generation,
	};
	int status = session->status;

	if (status == 0 && atomic_load_explicit(&session->doomed, memory_order_acquire)) {
		stats_add(&gate->stats.cancelled, !session->over);
		status = -ECANCELED;
	}
	if (status == 0) {
		if (session->ended_with == PORTAL_OP_NONE)
			region_store(session->page, &none, NULL, 0);
		stats_add(&gate->stats.operations[session->ended_with], 1);
	}
	stats_session_closed(&gate->stats);
	session_release(gate, session);
	return status;
}

static int session_run(struct gate *gate, struct session *session)
{
	if (!coro_resume(session->coro))
		return session_finish(gate, session);
	pthread_mutex_lock(&gate->lock);
	session->state = SESSION_SUSPENDED;
	pthread_mutex_unlock(&gate->lock);
	return 0;
}

/* let a suspended session of this vCPU run to its end; nothing it asks for is done */
static void session_cancel(struct gate *gate, struct session *session)
{
	pthread_mutex_lock(&gate->lock);
	session->state = SESSION_RUNNING;
	pthread_mutex_unlock(&gate->lock);
	atomic_store_explicit(&session->doomed, true, memory_order_release);
	/* it cannot wait again, so it is gone now, perhaps with its pool */
	(void)session_run(gate, session);
}

/* the doomed among this vCPU's sessions; one that has only just been claimed will see it itself */
static void cancel_doomed(struct gate *gate, struct vcpu *vcpu)
{
	struct session *session, *next;

	if (!atomic_exchange_explicit(&vcpu->notice, false, memory_order_acq_rel))
		return;
	for (session = vcpu->open; session; session = next) {
		next = session->next;
		if (session->state == SESSION_SUSPENDED &&
		    atomic_load_explicit(&session->doomed, memory_order_acquire))
			session_cancel(gate, session);
	}
}

/* the pool goes: its sessions end, each on its own thread. Under the lock. */
static void retire_pool(struct gate *gate, struct pool *replacement)
{
	struct pool *old = gate->pool;

	gate->pool = replacement;
	for (size_t i = 0; old && i < old->nr_sessions; i++)
		if (old->sessions[i].state != SESSION_FREE)
			session_doom(gate, &old->sessions[i]);
	pool_put(old);
}

/* ---- what runs in a session's coroutine ---- */

static void serve(struct coro *self, void *arg)
{
	struct session *session = arg;
	const struct gate_events *events = session->events;

	session->coro = self;
	switch (session->header.code) {
	case PORTAL_EVENT_HELLO:
		events->on_hello(events->ctx, session, &session->pool->hello);
		break;
	case PORTAL_EVENT_SYSCALL_ENTER:
	case PORTAL_EVENT_SYSCALL_RETURN:
		events->on_call(events->ctx, session, &session->event.call);
		break;
	case PORTAL_EVENT_ERROR:
		events->on_error(events->ctx, session, &session->event.error);
		break;
	case PORTAL_EVENT_WORK:
		events->on_work(events->ctx, session);
		break;
	}
}

static bool has_waited(const struct session *session)
{
	if (session->header.code != PORTAL_EVENT_SYSCALL_ENTER &&
	    session->header.code != PORTAL_EVENT_SYSCALL_RETURN)
		return false;
	return session->event.call.flags & PORTAL_SYSCALL_WAITED;
}

static int session_start(struct gate *gate, struct session *session)
{
	struct vcpu *vcpu = &gate->vcpus[session->vcpu];
	size_t created = vcpu->coros.nr_created;
	int ret = coro_take(&vcpu->coros, serve, session, &session->coro);

	if (ret < 0) {
		session_release(gate, session);
		return ret;
	}
	stats_add(&gate->stats.coroutines, vcpu->coros.nr_created - created);
	stats_add(&gate->stats.events[session->header.code & 0xff], 1);
	stats_add(&gate->stats.page_waits, has_waited(session));
	stats_session_opened(&gate->stats);
	return session_run(gate, session);
}

/* ---- the six kinds of call ---- */

static int protocol_error(struct gate *gate)
{
	stats_add(&gate->stats.protocol_errors, 1);
	return -EPROTO;
}

/* a hello in a page that is RAM, before any of it is believed */
static int load_hello(struct gate *gate, gpa_t page, struct region_header *ret_header,
		      struct hello *ret_hello)
{
	uint8_t data[sizeof(struct portal_wire_hello)];
	void *host = NULL;

	if (page.value % PORTAL_PAGE_SIZE == 0)
		host = gate->mem.slice(gate->mem.ctx, page, PORTAL_PAGE_SIZE);
	if (!host)
		return -EFAULT;
	region_load(host, ret_header);
	if (ret_header->code != PORTAL_EVENT_HELLO || ret_header->size > sizeof(data))
		return protocol_error(gate);
	region_load_data(host, data, ret_header->size);
	return event_parse_hello(data, ret_header->size, ret_hello);
}

/* another version: say so to the user, and no hooks to the guest */
static int turn_away(struct gate *gate, gpa_t page, uint32_t generation, uint32_t version)
{
	void *host = gate->mem.slice(gate->mem.ctx, page, PORTAL_PAGE_SIZE);
	const struct region_header none = { .code = PORTAL_OP_NONE, .generation = generation };

	stats_add(&gate->stats.protocol_errors, 1);
	gate->events.on_mismatch(gate->events.ctx, version);
	region_store(host, &none, NULL, 0);
	return 0;
}

static int call_hello(struct gate *gate, unsigned int vcpu, gpa_t page)
{
	struct region_header header;
	struct session *session;
	struct pool *pool;
	struct hello hello;
	int ret = load_hello(gate, page, &header, &hello);

	if (ret == -EPROTONOSUPPORT)
		return turn_away(gate, page, header.generation, hello.version);
	if (ret < 0)
		return ret;
	ret = pool_create(&gate->mem, &hello, &pool);
	if (ret < 0)
		return ret;
	session = pool_find(pool, page);
	if (!session) {
		pool_put(pool);
		return -ENOENT;
	}
	/* nor does anybody write to the trace rings of the one before */
	trace_close(gate->trace);
	pthread_mutex_lock(&gate->lock);
	retire_pool(gate, pool);
	session_claim(gate, session, vcpu);
	pthread_mutex_unlock(&gate->lock);
	session->header = header;
	cancel_doomed(gate, &gate->vcpus[vcpu]);
	return session_start(gate, session);
}

/* @session is not free: its guest has forgotten it, or lies */
static int refuse_open(struct gate *gate, struct session *session)
{
	session_doom(gate, session);
	return -EBUSY;
}

static int claim_free(struct gate *gate, unsigned int vcpu, gpa_t page,
		      struct session **ret_session)
{
	struct session *session;
	int ret = 0;

	pthread_mutex_lock(&gate->lock);
	session = pool_find(gate->pool, page);
	if (!session)
		ret = -ENOENT;
	else if (session->state != SESSION_FREE)
		ret = refuse_open(gate, session);
	else
		session_claim(gate, session, vcpu);
	pthread_mutex_unlock(&gate->lock);
	*ret_session = session;
	return ret;
}

static int load_call(struct gate *gate, struct session *session, size_t size)
{
	const struct hello *hello = &session->pool->hello;
	struct syscall_event *call = &session->event.call;
	int ret = event_parse_call(session->payload, size, hello, call);

	if (ret < 0)
		return ret;
	call->is_return = session->header.code == PORTAL_EVENT_SYSCALL_RETURN;
	if (gate->direct != GATE_DIRECT_OFF)
		page_table_init(&session->table, hello->abi, call->pgd, call->paging);
	return 0;
}

static int load_event(struct gate *gate, struct session *session, uint32_t kind)
{
	uint8_t *data = session->payload;
	const struct hello *hello = &session->pool->hello;
	size_t size;

	region_load(session->page, &session->header);
	size = session->header.size;
	if (session->header.size > sizeof(session->payload))
		return -EPROTO;
	if (kind == PORTAL_CALL_WORK)
		return session->header.code == PORTAL_EVENT_WORK && size == 0 ? 0 : -EPROTO;
	region_load_data(session->page, data, size);
	switch (session->header.code) {
	case PORTAL_EVENT_SYSCALL_ENTER:
	case PORTAL_EVENT_SYSCALL_RETURN:
		return load_call(gate, session, size);
	case PORTAL_EVENT_ERROR:
		return event_parse_error(data, size, hello, &session->event.error);
	default:
		return -EPROTO;
	}
}

static int call_open(struct gate *gate, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	struct session *session;
	int ret = claim_free(gate, vcpu, page, &session);

	if (ret < 0) {
		/* the one that was open may be this vCPU's own */
		cancel_doomed(gate, &gate->vcpus[vcpu]);
		return ret;
	}
	if (load_event(gate, session, kind) < 0) {
		session_release(gate, session);
		return protocol_error(gate);
	}
	return session_start(gate, session);
}

static int claim_suspended(struct gate *gate, unsigned int vcpu, gpa_t page,
			   struct session **ret_session)
{
	struct session *session;
	int ret = 0;

	pthread_mutex_lock(&gate->lock);
	session = pool_find(gate->pool, page);
	if (!session || session->state == SESSION_FREE)
		ret = -ENOENT;
	else if (session->vcpu != vcpu)
		ret = -EBUSY;
	else
		session->state = SESSION_RUNNING;
	pthread_mutex_unlock(&gate->lock);
	*ret_session = session;
	return ret;
}

static int call_answer(struct gate *gate, unsigned int vcpu, gpa_t page)
{
	struct region_header header;
	struct session *session;
	int ret = claim_suspended(gate, vcpu, page, &session);

	if (ret < 0)
		return ret;
	region_load(session->page, &header);
	if (header.generation == session->header.generation) {
		session->header = header;
		return session_run(gate, session);
	}
	pthread_mutex_lock(&gate->lock);
	session->state = SESSION_SUSPENDED;
	pthread_mutex_unlock(&gate->lock);
	return -ESTALE;
}

static int call_bye(struct gate *gate, unsigned int vcpu, gpa_t page)
{
	bool known;

	pthread_mutex_lock(&gate->lock);
	known = pool_find(gate->pool, page) != NULL;
	if (known)
		retire_pool(gate, NULL);
	pthread_mutex_unlock(&gate->lock);
	if (!known)
		return -ENOENT;
	cancel_doomed(gate, &gate->vcpus[vcpu]);
	trace_close(gate->trace);
	gate->events.on_bye(gate->events.ctx);
	return 0;
}

static int call_trace(struct gate *gate, gpa_t page)
{
	bool known;

	pthread_mutex_lock(&gate->lock);
	known = pool_find(gate->pool, page) != NULL;
	pthread_mutex_unlock(&gate->lock);
	return known ? trace_make_room(gate->trace) : -ENOENT;
}

static int call(struct gate *gate, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	switch (kind) {
	case PORTAL_CALL_HELLO:
		return call_hello(gate, vcpu, page);
	case PORTAL_CALL_EVENT:
	case PORTAL_CALL_WORK:
		return call_open(gate, vcpu, page, kind);
	case PORTAL_CALL_ANSWER:
		return call_answer(gate, vcpu, page);
	case PORTAL_CALL_BYE:
		return call_bye(gate, vcpu, page);
	case PORTAL_CALL_TRACE:
		return call_trace(gate, page);
	default:
		return -EINVAL;
	}
}

int gate_call(struct gate *gate, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	int ret;

	stats_add(&gate->stats.doorbells[kind < STATS_NR_CALLS ? kind : 0], 1);
	if (vcpu >= gate->nr_vcpus) {
		ret = -EINVAL;
	} else if (gate->vcpus[vcpu].closed) {
		ret = -ESHUTDOWN;
	} else {
		cancel_doomed(gate, &gate->vcpus[vcpu]);
		ret = call(gate, vcpu, page, kind);
	}
	if (ret < 0)
		stats_add(&gate->stats.refused, 1);
	return ret;
}

int gate_call_index(struct gate *gate, unsigned int vcpu, uint32_t index, uint32_t kind)
{
	gpa_t page;

	pthread_mutex_lock(&gate->lock);
	page = pool_page(gate->pool, index);
	pthread_mutex_unlock(&gate->lock);
	return gate_call(gate, vcpu, page, kind);
}

void gate_cancel_vcpu(struct gate *gate, unsigned int vcpu)
{
	assert(vcpu < gate->nr_vcpus);
	gate->vcpus[vcpu].closed = true;
	while (gate->vcpus[vcpu].open)
		session_cancel(gate, gate->vcpus[vcpu].open);
}

int gate_bell(const struct gate *gate)
{
	return trace_bell(gate->trace);
}

void gate_close_trace(struct gate *gate)
{
	trace_close(gate->trace);
}

static void copy_counters(uint64_t *to, const _Atomic uint64_t *from, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		to[i] = stats_get(&from[i]);
}

void gate_get_stats(const struct gate *gate, struct gate_stats *ret_stats)
{
	const struct stats *stats = &gate->stats;

	copy_counters(ret_stats->doorbells, stats->doorbells, STATS_NR_CALLS);
	copy_counters(ret_stats->events, stats->events, STATS_NR_EVENTS);
	copy_counters(ret_stats->operations, stats->operations, PORTAL_NR_OPS);
	ret_stats->refused = stats_get(&stats->refused);
	ret_stats->bytes_read = stats_get(&stats->bytes_read);
	ret_stats->bytes_written = stats_get(&stats->bytes_written);
	ret_stats->sessions_now = stats_get(&stats->sessions_now);
	ret_stats->sessions_peak = stats_get(&stats->sessions_peak);
	ret_stats->page_waits = stats_get(&stats->page_waits);
	ret_stats->protocol_errors = stats_get(&stats->protocol_errors);
	ret_stats->cancelled = stats_get(&stats->cancelled);
	ret_stats->coroutines = stats_get(&stats->coroutines);
	ret_stats->direct_read = stats_get(&stats->direct_read);
	ret_stats->direct_written = stats_get(&stats->direct_written);
	ret_stats->direct_declined = stats_get(&stats->direct_declined);
	ret_stats->trace_lost = stats_get(&stats->trace_lost);
	ret_stats->trace_produced = stats_get(&stats->trace_written) + ret_stats->trace_lost;
	ret_stats->trace_consumed = stats_get(&stats->trace_consumed);
	ret_stats->trace_wakeups = stats_get(&stats->trace_wakeups);
	ret_stats->trace_blocked = stats_get(&stats->trace_blocked);
}
