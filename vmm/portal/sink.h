/* SPDX-License-Identifier: MIT */
/* Where the channel delivers what the guest reports. */
#ifndef PORTAL_SINK_H
#define PORTAL_SINK_H

#include <stdint.h>

#include "portal/event.h"
#include "portal/session.h"

/**
 * struct trace_stamp - what a trace record carries beside its event
 * @ring: number of its trace ring
 * @time: when the guest wrote it, ns of the guest's CLOCK_MONOTONIC
 * @lost: records lost in this ring since the previous record
 */
struct trace_stamp {
	unsigned int ring;
	uint64_t time;
	uint32_t lost;
};

/**
 * struct event_sink - receiver of events
 * @on_hello: a guest has registered its pool; in the session's coroutine, as the next two
 * @on_event: an event of any kind, also of one that is not known here
 * @on_work: the guest offers a session for the host's own operations
 * @on_mismatch: a hello with another wire version was refused; on the vCPU's thread
 * @on_bye: the guest module is being unloaded, or its kernel ends or sleeps; on the vCPU's thread
 * @on_suspend: the session's coroutine is about to wait for the guest; in the coroutine
 * @on_resume: the session's coroutine continues; in the coroutine
 * @on_trace: a trace record, in the order that trace.h guarantees; on the trace thread, which must
 *	not call into the guest
 * @on_trace_broken: the guest violated the protocol in this trace ring, which is disabled; on the
 *	trace thread
 * @ctx: passed to each
 *
 * All functions must be set. Arguments are valid until the function returns.
 */
struct event_sink {
	void (*on_hello)(void *ctx, struct session *session, const struct hello *hello);
	void (*on_event)(void *ctx, struct session *session, const struct guest_event *event);
	void (*on_work)(void *ctx, struct session *session);
	void (*on_mismatch)(void *ctx, uint32_t version);
	void (*on_bye)(void *ctx);
	void (*on_suspend)(void *ctx, struct session *session);
	void (*on_resume)(void *ctx, struct session *session);
	void (*on_trace)(void *ctx, const struct guest_event *event,
			 const struct trace_stamp *stamp);
	void (*on_trace_broken)(void *ctx, unsigned int ring);
	void *ctx;
};

#endif
