/* SPDX-License-Identifier: MIT */
/*
 * One event on its way through the hooks: calls the callbacks in order, keeps what they stage,
 * sends the verdict. Owns struct portal_ctx, which is what a callback sees of an event.
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

#define EVENT_MAX_FAILURES 100u	       /* in a row, then the hook is switched off */
#define EVENT_SLOW_NS	   10000000ull /* of the host's time, then it is said */

/**
 * struct event_tally - what has happened to callbacks; relaxed atomics
 * @callbacks: run to their end
 * @failures: of these, how many returned an error
 * @switched_off: hooks that failed too often
 * @rule_failures: calls that came as events because a rule could not store what it should
 * @longest_ns: longest time one callback used on its vCPU's thread, waits for the guest not counted
 */
struct event_tally {
	_Atomic uint64_t callbacks, failures, switched_off, rule_failures, longest_ns;
};

/**
 * struct portal_ctx - an event while hooks work on it; lives on its coroutine's stack
 * @session: the conversation with the guest; NULL: it is a record of a log
 * @stamp: of that record; NULL otherwise
 * @call: the event
 * @names: tables the event's number belongs to; NULL when the guest had told none
 * @hook: whose callback runs; NULL between callbacks
 * @is_return: the call has run
 * @is_error: on_error: nothing can be staged and nothing asked of the guest
 * @started_ns: when the callback was last given the thread
 * @spent_ns: how long it has had it before that
 * @staging: the verdict so far
 */
struct portal_ctx {
	struct session *session;
	const struct trace_stamp *stamp;
	const struct syscall_event *call;
	const struct names *names;
	struct portal_hook *hook;
	bool is_return;
	bool is_error;
	uint64_t started_ns;
	uint64_t spent_ns;
	struct staging staging;
};

/** event_serve_call() - run the hooks of a system call event; in its session's coroutine. */
void event_serve_call(struct registry *registry, struct event_tally *tally, struct session *session,
		      const struct syscall_event *call);

/** event_serve_trace() - run the trace hooks of a record; on the trace thread. */
void event_serve_trace(struct registry *registry, struct event_tally *tally,
		       const struct syscall_event *call, const struct trace_stamp *stamp);

/**
 * event_serve_error() - tell the hook that its deferred write failed; in the session's coroutine.
 */
void event_serve_error(struct registry *registry, struct session *session,
		       const struct syscall_error *error);

/** event_suspend() - the callback running in @session, if any, is about to wait for the guest. */
void event_suspend(struct session *session);

/** event_resume() - it goes on. */
void event_resume(struct session *session);

/**
 * event_may_change() - the callback may stage and write: it does not only observe or log, and is
 * not on_error.
 */
bool event_may_change(const struct portal_ctx *ctx);

/**
 * event_is_trace() - the callback is a trace hook's: nothing can be asked, also where its event has
 * a session.
 */
bool event_is_trace(const struct portal_ctx *ctx);

/** event_is_over() - the session has ended under the callback. */
bool event_is_over(const struct portal_ctx *ctx);

/**
 * event_session() - what a callback of @module that runs on this thread may ask in; NULL: there is
 * none.
 */
struct session *event_session(const struct portal_module *module);

/**
 * event_has_session() - a session is under way on this thread: at its end the guest is told what
 * has changed.
 */
bool event_has_session(void);

/** event_sync() - tell the guest what has changed, log what it refuses; may suspend. */
void event_sync(struct registry *registry, struct session *session);

#endif
