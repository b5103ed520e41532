/* SPDX-License-Identifier: MIT */
#include "portal/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/bytes.h"
#include "portal/log_ring.h"

/* while records come: how long they may wait for more of them, so that not each one wakes the
 * thread */
#define LINGER_MS 20

enum log_state {
	LOG_CLOSED = 0,
	LOG_OPEN,
	LOG_CLOSING, /* one more round */
};

/**
 * struct lane - a ring and what is known of it in this round
 * @ring: the ring
 * @head: how far it may be read
 * @owed: bytes that were there at the first look and are not taken yet
 * @has_next: @next is the record at the tail
 * @next: its header
 * @is_off: the guest has broken the protocol: it is not looked at any more
 * @written, @lost: the guest's counts as far as they are in the statistics
 */
struct lane {
	struct log_ring ring;
	uint32_t head;
	uint32_t owed;
	bool has_next;
	struct log_record next;
	bool is_off;
	uint32_t written, lost;
};

/**
 * struct log - see log.h
 * @lock: from @changed to @served; the rest is the thread's while there are rings, else whoever
 * opens them
 * @changed: any of that has
 * @asked: how often room was asked for, @served: how many of these were given it
 * @gpas: of the rings
 * @event: the record that is handed out
 */
struct log {
	struct gate_mem mem;
	struct gate_events events;
	struct stats *stats;
	int bell_fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool has_thread;
	bool quit;
	bool is_broken;
	enum log_state state;
	uint64_t asked, served;
	struct hello hello;
	size_t nr;
	uint64_t gpas[PORTAL_MAX_LOGS];
	struct lane *lanes;
	uint8_t event[PORTAL_LOG_RECORD_MAX];
};

static uint32_t used(const struct lane *lane)
{
	return lane->head - lane->ring.tail;
}

/* ---- one round: what is there, in the order of time ---- */

static void lane_break(struct log *log, struct lane *lane)
{
	lane->is_off = true;
	lane->has_next = false;
	lane->owed = 0;
	lane->head = lane->ring.tail;
	stats_add(&log->stats->protocol_errors, 1);
	pthread_mutex_lock(&log->lock);
	log->is_broken = true;
	pthread_mutex_unlock(&log->lock);
	log->events.on_log_broken(log->events.ctx, (unsigned int)(lane - log->lanes));
}

static void look(struct log *log)
{
	for (size_t i = 0; i < log->nr; i++) {
		struct lane *lane = &log->lanes[i];

		if (!lane->is_off && log_ring_head(&lane->ring, &lane->head) < 0)
			lane_break(log, lane);
	}
}

/*
 * Of what is seen at the second look only as much is handed out as is needed for all that was there
 * at the first. Whatever was written before one of those had been begun is seen by the second look,
 * in whichever ring it is: so nothing overtakes it.
 */
static void look_twice(struct log *log)
{
	look(log);
	for (size_t i = 0; i < log->nr; i++)
		log->lanes[i].owed = used(&log->lanes[i]);
	look(log);
}

/* Return: does this one have a record that can be handed out? */
static bool lane_fetch(struct log *log, struct lane *lane)
{
	if (lane->is_off || lane->has_next || used(lane) == 0)
		return lane->has_next;
	lane->has_next = log_ring_peek(&lane->ring, lane->head, &lane->next) == 0;
	if (!lane->has_next)
		lane_break(log, lane);
	return lane->has_next;
}

static bool comes_before(const struct lane *lane, const struct lane *other)
{
	if (!other || lane->next.time < other->next.time)
		return true;
	return lane->next.time == other->next.time && lane->owed > 0 && other->owed == 0;
}

/* Return: the lane whose record is the next of all; NULL: nothing is owed any more */
static struct lane *next_lane(struct log *log)
{
	struct lane *first = NULL;
	bool is_owed = false;

	for (size_t i = 0; i < log->nr; i++) {
		struct lane *lane = &log->lanes[i];

		if (!lane_fetch(log, lane))
			continue;
		is_owed |= lane->owed > 0;
		if (comes_before(lane, first))
			first = lane;
	}
	return is_owed ? first : NULL;
}

static void lane_take(struct log *log, struct lane *lane)
{
	const struct log_record record = lane->next;
	const struct log_stamp stamp = {
		.ring = (unsigned int)(lane - log->lanes),
		.time = record.time,
		.lost = record.lost,
	};
	struct call call;

	log_ring_take(&lane->ring, &record, log->event);
	lane->has_next = false;
	lane->owed -= record.size < lane->owed ? record.size : lane->owed;
	if (event_parse_call(log->event, record.len, &log->hello, &call) < 0) {
		lane_break(log, lane);
		return;
	}
	call.is_return = record.event == PORTAL_EVENT_SYSCALL_RETURN;
	log->events.on_log(log->events.ctx, &call, &stamp);
	stats_add(&log->stats->log_consumed, 1);
}

static void count(struct log *log)
{
	for (size_t i = 0; i < log->nr; i++) {
		struct lane *lane = &log->lanes[i];
		uint32_t written, lost;

		log_ring_counts(&lane->ring, &written, &lost);
		stats_add(&log->stats->log_written, written - lane->written);
		stats_add(&log->stats->log_lost, lost - lane->lost);
		lane->written = written;
		lane->lost = lost;
	}
}

static void serve(struct log *log, uint64_t ticket)
{
	pthread_mutex_lock(&log->lock);
	log->served = ticket;
	pthread_cond_broadcast(&log->changed);
	pthread_mutex_unlock(&log->lock);
}

static bool has_room(const struct log *log)
{
	for (size_t i = 0; i < log->nr; i++)
		if (used(&log->lanes[i]) > log->lanes[i].ring.size / 2)
			return false;
	return true;
}

/* @ticket: whose turn it is as soon as there is room. Return: was there anything? */
static bool run_round(struct log *log, uint64_t ticket)
{
	bool waits = ticket != log->served, moved = false;
	struct lane *lane;

	look_twice(log);
	while ((lane = next_lane(log))) {
		lane_take(log, lane);
		moved = true;
		if (waits && has_room(log)) {
			serve(log, ticket);
			waits = false;
		}
	}
	count(log);
	if (waits)
		serve(log, ticket);
	return moved;
}

/* ---- sleep ---- */

/* The guest does both the other way round: either it sees where we sleep, or we see what it has
 * written. */
static bool may_sleep(struct log *log, bool lingers)
{
	bool may = true;

	for (size_t i = 0; i < log->nr; i++) {
		const struct log_ring *ring = &log->lanes[i].ring;

		log_ring_wake_at(ring, ring->tail + (lingers ? ring->size / 4 : 0));
	}
	look(log);
	for (size_t i = 0; i < log->nr; i++) {
		const struct lane *lane = &log->lanes[i];

		may = may && used(lane) <= (lingers ? lane->ring.size / 4 : 0);
	}
	return may;
}

/* @lingers: there were records a moment ago, so that there will be more; a few of them can wait for
 * each other */
static void log_sleep(struct log *log, bool lingers)
{
	struct pollfd bell = { .fd = log->bell_fd, .events = POLLIN };
	uint64_t rings;

	if (!may_sleep(log, lingers) || poll(&bell, 1, lingers ? LINGER_MS : -1) <= 0)
		return;
	if (read(log->bell_fd, &rings, sizeof(rings)) == (ssize_t)sizeof(rings))
		stats_add(&log->stats->log_wakeups, 1);
}

static void ring_bell(const struct log *log)
{
	const uint64_t one = 1;

	/* full: it rings anyway */
	if (write(log->bell_fd, &one, sizeof(one)) < 0)
		return;
}

/* ---- the thread ---- */

/* Return: LOG_OPEN or LOG_CLOSING; LOG_CLOSED: the thread is not wanted any more */
static enum log_state await_rings(struct log *log, uint64_t *ret_ticket)
{
	enum log_state state;

	pthread_mutex_lock(&log->lock);
	while (log->state == LOG_CLOSED && !log->quit)
		pthread_cond_wait(&log->changed, &log->lock);
	state = log->state;
	*ret_ticket = log->asked;
	pthread_mutex_unlock(&log->lock);
	return state;
}

static void let_go(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	free(log->lanes);
	log->lanes = NULL;
	log->nr = 0;
	log->is_broken = false;
	log->state = LOG_CLOSED;
	pthread_cond_broadcast(&log->changed);
	pthread_mutex_unlock(&log->lock);
}

static void *log_thread(void *arg)
{
	struct log *log = arg;
	enum log_state state;
	uint64_t ticket;

	pthread_setname_np(pthread_self(), "log");
	while ((state = await_rings(log, &ticket)) != LOG_CLOSED) {
		bool moved = run_round(log, ticket);

		if (state == LOG_CLOSING)
			let_go(log);
		else
			log_sleep(log, moved);
	}
	return NULL;
}

/* ---- what others do ---- */

int log_create(const struct gate_config *config, struct stats *stats, struct log **ret_log)
{
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		return -ENOMEM;
	log->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (log->bell_fd < 0) {
		free(log);
		return -errno;
	}
	log->mem = config->mem;
	log->events = config->events;
	log->stats = stats;
	pthread_mutex_init(&log->lock, NULL);
	pthread_cond_init(&log->changed, NULL);
	*ret_log = log;
	return 0;
}

void log_destroy(struct log *log)
{
	if (!log)
		return;
	log_close(log);
	if (log->has_thread) {
		pthread_mutex_lock(&log->lock);
		log->quit = true;
		pthread_cond_broadcast(&log->changed);
		pthread_mutex_unlock(&log->lock);
		pthread_join(log->thread, NULL);
	}
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->lock);
	close(log->bell_fd);
	free(log);
}

int log_bell(const struct log *log)
{
	return log->bell_fd;
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b + b_size && b < a + a_size;
}

/* the address of ring @n, which is in RAM, against those before it and the pool */
static bool stands_alone(const struct hello *hello, const uint64_t *gpas, size_t n, uint64_t size)
{
	for (size_t i = 0; i < n; i++)
		if (overlap(gpas[n], size, gpas[i], size))
			return false;
	for (size_t i = 0; i < hello->nr_ranges; i++)
		if (overlap(gpas[n], size, hello->ranges[i].gpa.value,
			    (uint64_t)hello->ranges[i].nr_pages * PORTAL_PAGE_SIZE))
			return false;
	return true;
}

static int make_lanes(const struct log *log, const struct hello *hello, const uint64_t *gpas,
		      size_t nr, uint32_t size, struct lane **ret_lanes)
{
	auto_free struct lane *lanes = NULL;
	uint64_t whole = PORTAL_PAGE_SIZE + (uint64_t)size;

	if (nr == 0 || nr > PORTAL_MAX_LOGS)
		return -EPROTO;
	lanes = calloc(nr, sizeof(*lanes));
	if (!lanes)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++) {
		void *host = NULL;

		if (gpas[i] % PORTAL_PAGE_SIZE == 0)
			host = log->mem.slice(log->mem.ctx, GPA(gpas[i]), whole);
		if (!host || !stands_alone(hello, gpas, i, whole))
			return -EPROTO;
		log_ring_init(&lanes[i].ring, host, size);
	}
	*ret_lanes = take_ptr(lanes);
	return 0;
}

/* under the lock */
static int start(struct log *log)
{
	int err = 0;

	if (!log->has_thread)
		err = pthread_create(&log->thread, NULL, log_thread, log);
	log->has_thread = err == 0;
	return -err;
}

/* under the lock, and there are none */
static int open_rings(struct log *log, const struct hello *hello, const uint64_t *gpas, size_t nr,
		      uint32_t size)
{
	struct lane *lanes = NULL;
	int ret = start(log);

	if (ret == 0)
		ret = make_lanes(log, hello, gpas, nr, size, &lanes);
	if (ret < 0)
		return ret;
	log->lanes = lanes;
	log->nr = nr;
	memcpy(log->gpas, gpas, nr * sizeof(*gpas));
	log->hello = *hello;
	log->state = LOG_OPEN;
	pthread_cond_broadcast(&log->changed);
	return 0;
}

static bool are_these(const struct log *log, const uint64_t *gpas, size_t nr, uint32_t size)
{
	return nr == log->nr && memcmp(gpas, log->gpas, nr * sizeof(*gpas)) == 0 &&
	       size == log->lanes[0].ring.size;
}

int log_open(struct log *log, const struct hello *hello, const uint64_t *gpas, size_t nr,
	     uint32_t size)
{
	int ret = 0;

	pthread_mutex_lock(&log->lock);
	while (log->state == LOG_CLOSING)
		pthread_cond_wait(&log->changed, &log->lock);
	if (log->state == LOG_CLOSED)
		ret = open_rings(log, hello, gpas, nr, size);
	else if (!are_these(log, gpas, nr, size))
		ret = -EPROTO;
	pthread_mutex_unlock(&log->lock);
	return ret;
}

void log_close(struct log *log)
{
	pthread_mutex_lock(&log->lock);
	if (log->state == LOG_OPEN) {
		log->state = LOG_CLOSING;
		ring_bell(log);
	}
	while (log->state != LOG_CLOSED)
		pthread_cond_wait(&log->changed, &log->lock);
	pthread_mutex_unlock(&log->lock);
}

/* under the lock */
static int await_room(struct log *log)
{
	uint64_t ticket = ++log->asked;

	ring_bell(log);
	while (log->state == LOG_OPEN && log->served < ticket)
		pthread_cond_wait(&log->changed, &log->lock);
	return 0;
}

int log_make_room(struct log *log)
{
	int ret = -ENOENT;

	pthread_mutex_lock(&log->lock);
	if (log->is_broken)
		ret = -EPROTO;
	else if (log->state == LOG_OPEN)
		ret = await_room(log);
	pthread_mutex_unlock(&log->lock);
	stats_add(&log->stats->log_blocked, ret == 0);
	return ret;
}
