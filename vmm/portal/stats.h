/* SPDX-License-Identifier: MIT */
/* The channel's counters: relaxed atomics, exact while no call is being served. */
#ifndef PORTAL_STATS_H
#define PORTAL_STATS_H

#include <portal/ops.h>
#include <stdatomic.h>
#include <stdint.h>

#define STATS_NR_CALLS	10 /* by PORTAL_CALL_*, 0 = unknown kinds */
#define STATS_NR_EVENTS 5  /* by PORTAL_EVENT_*, 0 = unknown kinds */

/* see struct channel_stats for the meaning of each */
struct stats {
	_Atomic uint64_t doorbells[STATS_NR_CALLS];
	_Atomic uint64_t events[STATS_NR_EVENTS];
	_Atomic uint64_t hellos, work, missed;
	_Atomic uint64_t operations[PORTAL_NR_OPS];
	_Atomic uint64_t refused, bytes_read, bytes_written;
	_Atomic uint64_t sessions_now, sessions_peak, page_waits;
	_Atomic uint64_t protocol_errors, cancelled, coroutines;
	_Atomic uint64_t direct_read, direct_written, direct_declined;
	_Atomic uint64_t trace_written, trace_lost, trace_consumed, trace_wakeups, trace_blocked;
};

static inline void stats_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static inline uint64_t stats_get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/** stats_session_opened() - count an open session and update the peak. */
static inline void stats_session_opened(struct stats *stats)
{
	uint64_t now = 1 + atomic_fetch_add_explicit(&stats->sessions_now, 1, memory_order_relaxed);
	uint64_t peak = stats_get(&stats->sessions_peak);

	while (now > peak &&
	       !atomic_compare_exchange_weak_explicit(&stats->sessions_peak, &peak, now,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

static inline void stats_session_closed(struct stats *stats)
{
	atomic_fetch_sub_explicit(&stats->sessions_now, 1, memory_order_relaxed);
}

#endif
