/* SPDX-License-Identifier: MIT */
#include "portal/channel.h"

#include <assert.h>
#include <errno.h>
#include <portal/ops.h>
#include <portal/wire.h>
#include <stdlib.h>

#include "base/lock.h"
#include "portal/channel_state.h"
#include "portal/pool.h"
#include "portal/session_state.h"
#include "portal/sessions.h"
#include "portal/trace.h"

int channel_create(const struct channel_config *config, struct channel **ret_channel)
{
	struct channel *channel;
	int ret;

	if (config->nr_vcpus == 0)
		return -EINVAL;
	channel = calloc(1, sizeof(*channel) + config->nr_vcpus * sizeof(channel->vcpus[0]));
	if (!channel)
		return -ENOMEM;
	channel->env.ram = config->ram;
	channel->env.sink = config->sink;
	ret = trace_create(&config->ram, &config->sink, &channel->env.stats, &channel->env.trace);
	if (ret < 0) {
		free(channel);
		return ret;
	}
	channel->waker = config->waker;
	channel->direct = config->direct;
	channel->nr_vcpus = config->nr_vcpus;
	for (unsigned int i = 0; i < channel->nr_vcpus; i++)
		coro_pool_init(&channel->vcpus[i].coros);
	*ret_channel = channel;
	return 0;
}

void channel_destroy(struct channel *channel)
{
	if (!channel)
		return;
	trace_destroy(channel->env.trace);
	for (unsigned int i = 0; i < channel->nr_vcpus; i++) {
		assert(!channel->vcpus[i].open);
		coro_pool_done(&channel->vcpus[i].coros);
	}
	pool_put(channel->pool);
	free(channel);
}

/* ---- calls, by kind ---- */

static int protocol_error(struct channel *channel)
{
	stats_add(&channel->env.stats.protocol_errors, 1);
	return -EPROTO;
}

/* Load and parse a hello, which is longer in another version. Its page is not in the pool yet. */
static int load_hello(struct channel *channel, gpa_t page, struct region_header *ret_header,
		      struct hello *ret_hello)
{
	uint8_t data[PORTAL_DATA_SIZE];
	void *host = NULL;

	if (page.value % PORTAL_PAGE_SIZE == 0)
		host = channel->env.ram.slice(channel->env.ram.ctx, page, PORTAL_PAGE_SIZE);
	if (!host)
		return -EFAULT;
	region_load(host, ret_header);
	if (ret_header->code != PORTAL_OPEN_HELLO || ret_header->size > sizeof(data))
		return protocol_error(channel);
	region_load_data(host, data, ret_header->size);
	return hello_parse(data, ret_header->size, ret_hello);
}

/* Report a hello with another wire version, and end its session without installing hooks. */
static int refuse_version(struct channel *channel, gpa_t page, uint32_t generation,
			  uint32_t version)
{
	void *host = channel->env.ram.slice(channel->env.ram.ctx, page, PORTAL_PAGE_SIZE);
	const struct region_header none = { .code = PORTAL_OP_NONE, .generation = generation };

	stats_add(&channel->env.stats.protocol_errors, 1);
	channel->env.sink.on_mismatch(channel->env.sink.ctx, version);
	region_store(host, &none, NULL, 0);
	return 0;
}

/* Not inlined: its large frame would be that of every call. */
__attribute__((noinline)) static int call_hello(struct channel *channel, unsigned int vcpu,
						gpa_t page)
{
	struct region_header header;
	struct session *session;
	struct pool *pool, *old;
	struct hello hello;
	int ret = load_hello(channel, page, &header, &hello);

	if (ret == -EPROTONOSUPPORT)
		return refuse_version(channel, page, header.generation, hello.version);
	if (ret < 0)
		return ret;
	ret = pool_create(&channel->env, &hello, &pool);
	if (ret < 0)
		return ret;
	session = pool_find(pool, page);
	if (!session) {
		pool_put(pool);
		return -ENOENT;
	}
	lock_take(&channel->lock);
	old = sessions_retire_pool(channel, pool);
	sessions_claim(channel, session, vcpu);
	lock_release(&channel->lock);
	sessions_await_accesses(channel, old);
	/* the previous guest module no longer writes to its trace rings */
	trace_close(channel->env.trace);
	session->header = header;
	sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
	return sessions_start(channel, session);
}

static int claim_free(struct channel *channel, unsigned int vcpu, gpa_t page,
		      struct session **ret_session)
{
	struct session *session;
	int ret = 0;

	lock_take(&channel->lock);
	session = pool_find(channel->pool, page);
	if (!session) {
		ret = -ENOENT;
	} else if (session->state != SESSION_FREE) {
		/* the page already has an open session: a bug of the guest, or an attack */
		sessions_doom(channel, session);
		ret = -EBUSY;
	} else {
		sessions_claim(channel, session, vcpu);
	}
	lock_release(&channel->lock);
	*ret_session = session;
	return ret;
}

/* Direct access to the memory of the event's task. */
static void use_page_table(struct channel *channel, struct session *session)
{
	const struct guest_event *event = &session->event;

	if (channel->direct == DIRECT_OFF || event->pgd == 0 || event->pgd % 8 != 0)
		return;
	session->table = session->pool->table;
	session->table.root = GPA(event->pgd);
}

static int load_event(struct channel *channel, struct session *session)
{
	struct guest_event *event = &session->event;
	size_t size = session->header.size;

	region_load_data(session->page, session->payload, size);
	if (event_parse(session->payload, size, &session->pool->hello, event) < 0)
		return -EPROTO;
	if (event_is_call(event)) {
		session->base = event->call.base;
		use_page_table(channel, session);
	}
	return 0;
}

static int load_opening(struct channel *channel, struct session *session, uint32_t kind)
{
	const struct region_header *header = &session->header;

	region_load(session->page, &session->header);
	if (header->size > sizeof(session->payload))
		return -EPROTO;
	if (kind == PORTAL_CALL_WORK)
		return header->code == PORTAL_OPEN_WORK && header->size == 0 ? 0 : -EPROTO;
	return header->code == PORTAL_OPEN_EVENT ? load_event(channel, session) : -EPROTO;
}

static int call_open(struct channel *channel, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	struct session *session;
	int ret = claim_free(channel, vcpu, page, &session);

	if (ret < 0) {
		/* the session that was open may belong to this vCPU */
		sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
		return ret;
	}
	if (load_opening(channel, session, kind) < 0) {
		sessions_release(channel, session);
		return protocol_error(channel);
	}
	return sessions_start(channel, session);
}

static int claim_suspended(struct channel *channel, unsigned int vcpu, gpa_t page,
			   struct session **ret_session)
{
	struct session *session;
	int ret = 0;

	lock_take(&channel->lock);
	session = pool_find(channel->pool, page);
	if (!session || session->state == SESSION_FREE)
		ret = -ENOENT;
	else if (session->vcpu != vcpu)
		ret = -EBUSY;
	else
		session->state = SESSION_RUNNING;
	lock_release(&channel->lock);
	*ret_session = session;
	return ret;
}

static int call_answer(struct channel *channel, unsigned int vcpu, gpa_t page, bool is_remote)
{
	struct region_header header;
	struct session *session;
	int ret = claim_suspended(channel, vcpu, page, &session);

	if (ret < 0)
		return ret;
	region_load(session->page, &header);
	if (header.generation == session->header.generation) {
		session->header = header;
		session->is_remote = is_remote;
		return sessions_run(channel, session);
	}
	lock_take(&channel->lock);
	session->state = SESSION_SUSPENDED;
	lock_release(&channel->lock);
	return -ESTALE;
}

/* Called with the lock held. Nothing else changes a suspended session, so its header is stable. */
static int detach_suspended(struct channel *channel, struct session *session)
{
	struct region_header header;
	int ret;

	if (!session || session->state == SESSION_FREE)
		return -ENOENT;
	if (session->state != SESSION_SUSPENDED)
		return -EBUSY;
	region_load(session->page, &header);
	if (header.generation != session->header.generation)
		return -ESTALE;
	ret = pool_detach(session);
	if (ret == 0)
		sessions_doom(channel, session);
	return ret;
}

/*
 * The session's thread runs its callback to the end, because coroutines cannot move to another
 * thread. The page does not wait for that.
 */
static int call_cancel(struct channel *channel, unsigned int vcpu, gpa_t page)
{
	int ret;

	lock_take(&channel->lock);
	ret = detach_suspended(channel, pool_find(channel->pool, page));
	lock_release(&channel->lock);
	sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
	return ret;
}

static int call_bye(struct channel *channel, unsigned int vcpu, gpa_t page)
{
	struct pool *old = NULL;
	bool known;

	lock_take(&channel->lock);
	known = pool_find(channel->pool, page) != NULL;
	if (known)
		old = sessions_retire_pool(channel, NULL);
	lock_release(&channel->lock);
	if (!known)
		return -ENOENT;
	sessions_await_accesses(channel, old);
	sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
	trace_close(channel->env.trace);
	channel->env.sink.on_bye(channel->env.sink.ctx);
	return 0;
}

static int call_trace(struct channel *channel, gpa_t page)
{
	bool known;

	lock_take(&channel->lock);
	known = pool_find(channel->pool, page) != NULL;
	lock_release(&channel->lock);
	return known ? trace_wait_for_space(channel->env.trace) : -ENOENT;
}

static bool has_page(const struct page_ranges *ranges, gpa_t page)
{
	for (size_t i = 0; i < ranges->nr; i++) {
		const struct page_range *range = &ranges->range[i];

		if (page.value - range->gpa.value < (uint64_t)range->nr_pages * PORTAL_PAGE_SIZE)
			return true;
	}
	return false;
}

/* The page is one of those that its message adds, so it is not in the pool yet. */
__attribute__((noinline)) static int call_grow(struct channel *channel, gpa_t page)
{
	uint8_t data[sizeof(struct portal_wire_grow)];
	struct region_header header;
	struct page_ranges added;
	void *host = NULL;
	int ret = -ENOENT;

	if (page.value % PORTAL_PAGE_SIZE == 0)
		host = channel->env.ram.slice(channel->env.ram.ctx, page, PORTAL_PAGE_SIZE);
	if (!host)
		return -EFAULT;
	region_load(host, &header);
	if (header.code != PORTAL_OPEN_GROW || header.size > sizeof(data))
		return protocol_error(channel);
	region_load_data(host, data, header.size);
	if (hello_parse_grow(data, header.size, &added) < 0)
		return protocol_error(channel);
	if (!has_page(&added, page))
		return -ENOENT;
	lock_take(&channel->lock);
	if (channel->pool)
		ret = pool_grow(channel->pool, &added);
	lock_release(&channel->lock);
	return ret == -EPROTO ? protocol_error(channel) : ret;
}

static int call(struct channel *channel, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	switch (kind) {
	case PORTAL_CALL_HELLO:
		return call_hello(channel, vcpu, page);
	case PORTAL_CALL_EVENT:
	case PORTAL_CALL_WORK:
		return call_open(channel, vcpu, page, kind);
	case PORTAL_CALL_ANSWER:
	case PORTAL_CALL_ANSWER_REMOTE:
		return call_answer(channel, vcpu, page, kind == PORTAL_CALL_ANSWER_REMOTE);
	case PORTAL_CALL_CANCEL:
		return call_cancel(channel, vcpu, page);
	case PORTAL_CALL_BYE:
		return call_bye(channel, vcpu, page);
	case PORTAL_CALL_TRACE:
		return call_trace(channel, page);
	case PORTAL_CALL_GROW:
		return call_grow(channel, page);
	default:
		return -EINVAL;
	}
}

int channel_call(struct channel *channel, unsigned int vcpu, gpa_t page, uint32_t kind)
{
	int ret;

	stats_add(&channel->env.stats.doorbells[kind < STATS_NR_CALLS ? kind : 0], 1);
	if (vcpu >= channel->nr_vcpus) {
		ret = -EINVAL;
	} else if (channel->vcpus[vcpu].closed) {
		ret = -ESHUTDOWN;
	} else {
		sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
		ret = call(channel, vcpu, page, kind);
	}
	if (ret < 0)
		stats_add(&channel->env.stats.refused, 1);
	return ret;
}

int channel_call_index(struct channel *channel, unsigned int vcpu, uint32_t index, uint32_t kind)
{
	gpa_t page;

	lock_take(&channel->lock);
	page = pool_page(channel->pool, index);
	lock_release(&channel->lock);
	return channel_call(channel, vcpu, page, kind);
}

void channel_attend(struct channel *channel, unsigned int vcpu)
{
	sessions_cancel_doomed(channel, &channel->vcpus[vcpu]);
}

void channel_cancel_vcpu(struct channel *channel, unsigned int vcpu)
{
	assert(vcpu < channel->nr_vcpus);
	channel->vcpus[vcpu].closed = true;
	while (channel->vcpus[vcpu].open)
		sessions_cancel(channel, channel->vcpus[vcpu].open);
}

int channel_trace_fd(const struct channel *channel)
{
	return trace_wake_fd(channel->env.trace);
}

void channel_close_trace(struct channel *channel)
{
	trace_close(channel->env.trace);
}

static void copy_counters(uint64_t *to, const _Atomic uint64_t *from, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		to[i] = stats_get(&from[i]);
}

void channel_get_stats(const struct channel *channel, struct channel_stats *ret_stats)
{
	const struct stats *stats = &channel->env.stats;

	copy_counters(ret_stats->doorbells, stats->doorbells, STATS_NR_CALLS);
	copy_counters(ret_stats->events, stats->events, STATS_NR_EVENTS);
	ret_stats->hellos = stats_get(&stats->hellos);
	ret_stats->work = stats_get(&stats->work);
	ret_stats->missed = stats_get(&stats->missed);
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
