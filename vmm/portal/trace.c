/* SPDX-License-Identifier: MIT */
#include "portal/trace.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "portal/stats.h"
#include "portal/trace_ring.h"

/* maximum delay of a record while more are expected, so that not each one wakes the thread */
#define LINGER_MS 20

enum trace_state {
	TRACE_CLOSED = 0,
	TRACE_OPEN,
	TRACE_CLOSING, /* the thread runs one more round */
};

/**
 * struct lane - a ring and its state in the current round
 * @ring: the ring
 * @head: position up to which it may be read
 * @owed: bytes that were present at the first look of this round and are not taken yet
 * @has_next: @next is the record at the tail
 * @next: header of that record
 * @is_off: the ring is disabled because the guest violated the protocol
 * @written, @lost: the guest's counts that the statistics already include
 */
struct lane {
	struct trace_ring ring;
	uint32_t head;
	uint32_t owed;
	bool has_next;
	struct trace_record next;
	bool is_off;
	uint32_t written, lost;
};

/**
 * struct trace - see trace.h
 * @lock: protects the fields from @has_thread to @served; the fields after them belong to the
 *	thread while there are rings, otherwise to the caller of trace_open()
 * @changed: one of the protected fields has changed
 * @requested: number of requests for space
 * @served: number of these that are done
 * @gpas: addresses of the rings
 * @event: the record that is being delivered
 */
struct trace {
	struct guest_ram ram;
	struct event_sink sink;
	struct stats *stats;
	int wake_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool has_thread;
	bool quit;
	bool is_broken;
	enum trace_state state;
	uint64_t requested, served;
	struct hello hello;
	size_t nr;
	uint64_t gpas[PORTAL_MAX_TRACE_RINGS];
	struct lane *lanes;
	uint8_t event[PORTAL_TRACE_RECORD_MAX] __attribute__((aligned(8)));
};

static uint32_t used(const struct lane *lane)
{
	return lane->head - lane->ring.tail;
}

/* ---- a round: deliver the present records in order of time ---- */

static void lane_break(struct trace *trace, struct lane *lane)
{
	lane->is_off = true;
	lane->has_next = false;
	lane->owed = 0;
	lane->head = lane->ring.tail;
	stats_add(&trace->stats->protocol_errors, 1);
	pthread_mutex_lock(&trace->lock);
	trace->is_broken = true;
	pthread_mutex_unlock(&trace->lock);
	trace->sink.on_trace_broken(trace->sink.ctx, (unsigned int)(lane - trace->lanes));
}

static void look(struct trace *trace)
{
	for (size_t i = 0; i < trace->nr; i++) {
		struct lane *lane = &trace->lanes[i];

		if (!lane->is_off && trace_ring_head(&lane->ring, &lane->head) < 0)
			lane_break(trace, lane);
	}
}

/*
 * Read all heads twice. The round ends when all records of the first look are delivered. A record
 * that was written before one of these was begun is visible at the second look, in any ring, so it
 * is delivered before it.
 */
static void look_twice(struct trace *trace)
{
	look(trace);
	for (size_t i = 0; i < trace->nr; i++)
		trace->lanes[i].owed = used(&trace->lanes[i]);
	look(trace);
}

/* Return: whether the lane has a record to deliver. */
static bool lane_fetch(struct trace *trace, struct lane *lane)
{
	if (lane->is_off || lane->has_next || used(lane) == 0)
		return lane->has_next;
	lane->has_next = trace_ring_peek(&lane->ring, lane->head, &lane->next) == 0;
	if (!lane->has_next)
		lane_break(trace, lane);
	return lane->has_next;
}

static bool comes_before(const struct lane *lane, const struct lane *other)
{
	if (!other || lane->next.time < other->next.time)
		return true;
	return lane->next.time == other->next.time && lane->owed > 0 && other->owed == 0;
}

/* Return: the lane with the earliest record; NULL: no lane owes a record any more. */
static struct lane *next_lane(struct trace *trace)
{
	struct lane *first = NULL;
	bool is_owed = false;

	for (size_t i = 0; i < trace->nr; i++) {
		struct lane *lane = &trace->lanes[i];

		if (!lane_fetch(trace, lane))
			continue;
		is_owed |= lane->owed > 0;
		if (comes_before(lane, first))
			first = lane;
	}
	return is_owed ? first : NULL;
}

static void lane_take(struct trace *trace, struct lane *lane)
{
	const struct trace_record record = lane->next;
	const struct trace_stamp stamp = {
		.ring = (unsigned int)(lane - trace->lanes),
		.time = record.time,
		.lost = record.lost,
	};
	struct guest_event event;

	trace_ring_take(&lane->ring, &record, trace->event);
	lane->has_next = false;
	lane->owed -= record.size < lane->owed ? record.size : lane->owed;
	if (event_parse(trace->event, record.len, &trace->hello, &event) < 0) {
		lane_break(trace, lane);
		return;
	}
	trace->sink.on_trace(trace->sink.ctx, &event, &stamp);
	stats_add(&trace->stats->trace_consumed, 1);
}

static void count(struct trace *trace)
{
	for (size_t i = 0; i < trace->nr; i++) {
		struct lane *lane = &trace->lanes[i];
		uint32_t written, lost;

		trace_ring_counts(&lane->ring, &written, &lost);
		stats_add(&trace->stats->trace_written, written - lane->written);
		stats_add(&trace->stats->trace_lost, lost - lane->lost);
		lane->written = written;
		lane->lost = lost;
	}
}

static void serve(struct trace *trace, uint64_t ticket)
{
	pthread_mutex_lock(&trace->lock);
	trace->served = ticket;
	pthread_cond_broadcast(&trace->changed);
	pthread_mutex_unlock(&trace->lock);
}

static bool has_room(const struct trace *trace)
{
	for (size_t i = 0; i < trace->nr; i++)
		if (used(&trace->lanes[i]) > trace->lanes[i].ring.size / 2)
			return false;
	return true;
}

/*
 * Run a round.
 * @ticket: the requests for space to complete as soon as there is space
 * Return: whether a record was delivered.
 */
static bool run_round(struct trace *trace, uint64_t ticket)
{
	bool waits = ticket != trace->served, moved = false;
	struct lane *lane;

	look_twice(trace);
	while ((lane = next_lane(trace))) {
		lane_take(trace, lane);
		moved = true;
		if (waits && has_room(trace)) {
			serve(trace, ticket);
			waits = false;
		}
	}
	count(trace);
	if (waits)
		serve(trace, ticket);
	return moved;
}

/* ---- sleep ---- */

/*
 * Store wake_at, then load head. The guest stores head, then loads wake_at. So either the guest
 * sees the new wake_at, or we see its new record.
 */
static bool may_sleep(struct trace *trace, bool lingers)
{
	bool may = true;

	for (size_t i = 0; i < trace->nr; i++) {
		const struct trace_ring *ring = &trace->lanes[i].ring;

		trace_ring_wake_at(ring, ring->tail + (lingers ? ring->size / 4 : 0));
	}
	look(trace);
	for (size_t i = 0; i < trace->nr; i++) {
		const struct lane *lane = &trace->lanes[i];

		may = may && used(lane) <= (lingers ? lane->ring.size / 4 : 0);
	}
	return may;
}

/* @lingers: the last round had records, so more are expected: wait for several of them. */
static void trace_sleep(struct trace *trace, bool lingers)
{
	struct pollfd wake = { .fd = trace->wake_fd, .events = POLLIN };
	uint64_t rings;

	if (!may_sleep(trace, lingers) || poll(&wake, 1, lingers ? LINGER_MS : -1) <= 0)
		return;
	if (read(trace->wake_fd, &rings, sizeof(rings)) == (ssize_t)sizeof(rings))
		stats_add(&trace->stats->trace_wakeups, 1);
}

static void wake_thread(const struct trace *trace)
{
	const uint64_t one = 1;

	/* EAGAIN: the counter is saturated, so the thread wakes anyway */
	if (write(trace->wake_fd, &one, sizeof(one)) < 0)
		return;
}

/* ---- the thread ---- */

/* Wait for rings. Return: TRACE_OPEN or TRACE_CLOSING; TRACE_CLOSED: the thread must end. */
static enum trace_state await_rings(struct trace *trace, uint64_t *ret_ticket)
{
	enum trace_state state;

	pthread_mutex_lock(&trace->lock);
	while (trace->state == TRACE_CLOSED && !trace->quit)
		pthread_cond_wait(&trace->changed, &trace->lock);
	state = trace->state;
	*ret_ticket = trace->requested;
	pthread_mutex_unlock(&trace->lock);
	return state;
}

static void free_lanes(struct trace *trace)
{
	pthread_mutex_lock(&trace->lock);
	free(trace->lanes);
	trace->lanes = NULL;
	trace->nr = 0;
	trace->is_broken = false;
	trace->state = TRACE_CLOSED;
	pthread_cond_broadcast(&trace->changed);
	pthread_mutex_unlock(&trace->lock);
}

static void *trace_thread(void *arg)
{
	struct trace *trace = arg;
	enum trace_state state;
	uint64_t ticket;

	pthread_setname_np(pthread_self(), "trace");
	while ((state = await_rings(trace, &ticket)) != TRACE_CLOSED) {
		bool moved = run_round(trace, ticket);

		if (state == TRACE_CLOSING)
			free_lanes(trace);
		else
			trace_sleep(trace, moved);
	}
	return NULL;
}

/* ---- other threads ---- */

int trace_create(const struct guest_ram *ram, const struct event_sink *sink, struct stats *stats,
		 struct trace **ret_trace)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	trace->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (trace->wake_fd < 0) {
		free(trace);
		return -errno;
	}
	trace->ram = *ram;
	trace->sink = *sink;
	trace->stats = stats;
	pthread_mutex_init(&trace->lock, NULL);
	pthread_cond_init(&trace->changed, NULL);
	*ret_trace = trace;
	return 0;
}

void trace_destroy(struct trace *trace)
{
	if (!trace)
		return;
	trace_close(trace);
	if (trace->has_thread) {
		pthread_mutex_lock(&trace->lock);
		trace->quit = true;
		pthread_cond_broadcast(&trace->changed);
		pthread_mutex_unlock(&trace->lock);
		pthread_join(trace->thread, NULL);
	}
	pthread_cond_destroy(&trace->changed);
	pthread_mutex_destroy(&trace->lock);
	close(trace->wake_fd);
	free(trace);
}

int trace_wake_fd(const struct trace *trace)
{
	return trace->wake_fd;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* Check that ring @n, which is in RAM, does not overlap an earlier ring. */
static bool is_separate(const uint64_t *gpas, size_t n, uint64_t size)
{
	for (size_t i = 0; i < n; i++)
		if (overlap(gpas[n], size, gpas[i], size))
			return false;
	return true;
}

static int make_lanes(const struct trace *trace, const uint64_t *gpas, size_t nr, uint32_t size,
		      struct lane **ret_lanes)
{
	auto_free struct lane *lanes = NULL;
	uint64_t whole = PORTAL_PAGE_SIZE + (uint64_t)size;

	if (nr == 0 || nr > PORTAL_MAX_TRACE_RINGS)
		return -EPROTO;
	lanes = calloc(nr, sizeof(*lanes));
	if (!lanes)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		void *host = NULL;

		if (gpas[i] % PORTAL_PAGE_SIZE == 0)
			host = trace->ram.slice(trace->ram.ctx, GPA(gpas[i]), whole);
		if (!host || !is_separate(gpas, i, whole))
			return -EPROTO;
		trace_ring_init(&lanes[i].ring, host, size);
	}
	*ret_lanes = take_ptr(lanes);
	return 0;
}

/* Called with the lock held. */
static int start_thread(struct trace *trace)
{
	int err = 0;

	if (!trace->has_thread)
		err = pthread_create(&trace->thread, NULL, trace_thread, trace);
	trace->has_thread = err == 0;
	return -err;
}

/* Called with the lock held, when there are no rings. */
static int open_rings(struct trace *trace, const struct hello *hello, const uint64_t *gpas,
		      size_t nr, uint32_t size)
{
	struct lane *lanes = NULL;
	int ret = start_thread(trace);

	if (ret == 0)
		ret = make_lanes(trace, gpas, nr, size, &lanes);
	if (ret < 0)
		return ret;
	trace->lanes = lanes;
	trace->nr = nr;
	memcpy(trace->gpas, gpas, nr * sizeof(*gpas));
	trace->hello = *hello;
	trace->state = TRACE_OPEN;
	pthread_cond_broadcast(&trace->changed);
	return 0;
}

static bool are_open_rings(const struct trace *trace, const uint64_t *gpas, size_t nr,
			   uint32_t size)
{
	return nr == trace->nr && memcmp(gpas, trace->gpas, nr * sizeof(*gpas)) == 0 &&
	       size == trace->lanes[0].ring.size;
}

int trace_open(struct trace *trace, const struct hello *hello, const uint64_t *gpas, size_t nr,
	       uint32_t size)
{
	int ret = 0;

	pthread_mutex_lock(&trace->lock);
	while (trace->state == TRACE_CLOSING)
		pthread_cond_wait(&trace->changed, &trace->lock);
	if (trace->state == TRACE_CLOSED)
		ret = open_rings(trace, hello, gpas, nr, size);
	else if (!are_open_rings(trace, gpas, nr, size))
		ret = -EPROTO;
	pthread_mutex_unlock(&trace->lock);
	return ret;
}

void trace_close(struct trace *trace)
{
	pthread_mutex_lock(&trace->lock);
	if (trace->state == TRACE_OPEN) {
		trace->state = TRACE_CLOSING;
		wake_thread(trace);
	}
	while (trace->state != TRACE_CLOSED)
		pthread_cond_wait(&trace->changed, &trace->lock);
	pthread_mutex_unlock(&trace->lock);
}

/* Called with the lock held. */
static int await_room(struct trace *trace)
{
	uint64_t ticket = ++trace->requested;

	wake_thread(trace);
	while (trace->state == TRACE_OPEN && trace->served < ticket)
		pthread_cond_wait(&trace->changed, &trace->lock);
	return 0;
}

int trace_wait_for_space(struct trace *trace)
{
	int ret = -ENOENT;

	pthread_mutex_lock(&trace->lock);
	if (trace->is_broken)
		ret = -EPROTO;
	else if (trace->state == TRACE_OPEN)
		ret = await_room(trace);
	pthread_mutex_unlock(&trace->lock);
	stats_add(&trace->stats->trace_blocked, ret == 0);
	return ret;
}
