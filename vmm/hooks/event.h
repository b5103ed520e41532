/* SPDX-License-Identifier: MIT */
/*
 * The delivery of an event: calls the callbacks of its hooks in order, collects what they stage,
 * and sends the verdict. Owns struct portal_ctx, a callback's view of an event.
 */
#ifndef HOOKS_EVENT_H
#define HOOKS_EVENT_H

#include <portal/hook.h>
#include <stdatomic.h>
#include <stdint.h>

#include "hooks/hook.h"
#include "hooks/registry.h"
#include "hooks/staging.h"
#include "hooks/syscall_names.h"
#include "portal/event.h"
#include "portal/session.h"
#include "portal/sink.h"

#define EVENT_MAX_FAILURES 100u	       /* consecutive failures that switch a hook off */
#define EVENT_SLOW_NS	   10000000ull /* a callback that runs longer is reported */

/**
 * struct event_tally - counters of callbacks; relaxed atomics
 * @callbacks: callbacks that have returned
 * @failures: callbacks that returned an error
 * @switched_off: hooks that were switched off after too many failures
 * @rule_failures: events that were sent because a store of a rule failed
 * @longest_ns: longest run time of a callback on its thread, without its waits for the guest
 */
struct event_tally {
	_Atomic uint64_t callbacks, failures, switched_off, rule_failures, longest_ns;
};

/**
 * struct portal_ctx - an event that is being delivered; on the stack of its coroutine
 * @session: the session with the guest; NULL for a trace record
 * @stamp: for a trace record, otherwise NULL
 * @event: the event
 * @call: its system call
 * @names: system call tables of the guest; NULL when none are loaded
 * @hook: the hook whose callback runs; NULL between callbacks
 * @is_return: the stage is return
 * @is_error: on_error is running: it can neither stage nor request anything
 * @started_ns: when the callback was started or resumed
 * @spent_ns: its run time before that
 * @staging: the verdict so far
 */
struct portal_ctx {
	struct session *session;
	const struct trace_stamp *stamp;
	const struct guest_event *event;
	const struct syscall_body *call;
	const struct syscall_names *names;
	struct portal_hook *hook;
	bool is_return;
	bool is_error;
	uint64_t started_ns;
	uint64_t spent_ns;
	struct staging staging;
};

/**
 * event_serve() - run the hooks of an event, or report what it says; others are ignored
 *
 * Context: the session's coroutine.
 */
void event_serve(struct registry *registry, struct event_tally *tally, struct session *session,
		 const struct guest_event *event);

/** event_serve_trace() - run the trace hooks of a record. Context: the trace thread. */
void event_serve_trace(struct registry *registry, struct event_tally *tally,
		       const struct guest_event *event, const struct trace_stamp *stamp);

/** event_suspend() - pause the callback running in @session, if any, before it waits. */
void event_suspend(struct session *session);

/** event_resume() - continue the callback that event_suspend() paused. */
void event_resume(struct session *session);

/**
 * event_may_change() - check whether the callback may stage and write
 *
 * Return: false for hooks that observe or trace, and for on_error.
 */
static inline bool event_may_change(const struct portal_ctx *ctx)
{
	return !ctx->is_error && !(ctx->hook->flags & (PORTAL_HOOK_OBSERVE | PORTAL_HOOK_TRACE));
}

/**
 * event_is_trace() - check whether the callback belongs to a trace hook
 *
 * Such a callback cannot request operations, even if its event has a session.
 */
static inline bool event_is_trace(const struct portal_ctx *ctx)
{
	return ctx->hook->flags & PORTAL_HOOK_TRACE;
}

/** event_is_over() - check whether the session has ended while the callback runs. */
static inline bool event_is_over(const struct portal_ctx *ctx)
{
	return ctx->session && session_is_over(ctx->session);
}

/**
 * event_session() - get the session that a callback of @module on this thread may use
 *
 * Return: the session; NULL: no such callback runs, or it may not request operations.
 */
struct session *event_session(const struct portal_module *module);

/**
 * event_has_session() - check whether a callback with a session runs on this thread
 *
 * Changes of hooks and rules are sent to the guest at the end of that session.
 */
bool event_has_session(void);

/** event_sync() - send changed hooks and rules to the guest, log its refusals; may suspend. */
void event_sync(struct registry *registry, struct session *session);

#endif
