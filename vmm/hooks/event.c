/* SPDX-License-Identifier: MIT */
#include "hooks/event.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/cold.h"
#include "base/log.h"
#include "hooks/guest_sync.h"
#include "hooks/module.h"

static _Thread_local struct portal_ctx *current;

struct session *event_session(const struct portal_module *module)
{
	if (!current || current->is_error || current->hook->module != module ||
	    event_is_trace(current))
		return NULL;
	return current->session;
}

bool event_has_session(void)
{
	return current && current->session;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- entering and leaving a callback ---- */

static void callback_enter(struct portal_ctx *ctx)
{
	module_enter(ctx->hook->module);
	current = ctx;
	ctx->started_ns = now_ns();
}

static void callback_leave(struct portal_ctx *ctx)
{
	ctx->spent_ns += now_ns() - ctx->started_ns;
	current = NULL;
	module_leave(ctx->hook->module);
}

void event_suspend(struct session *session)
{
	struct portal_ctx *ctx = session_user(session);

	if (ctx && ctx->hook)
		callback_leave(ctx);
}

void event_resume(struct session *session)
{
	struct portal_ctx *ctx = session_user(session);

	if (ctx && ctx->hook)
		callback_enter(ctx);
}

/* ---- one callback ---- */

cold_fn static void report_slow(struct portal_hook *hook, uint64_t spent_ns)
{
	/* the guest does not wait for trace hooks */
	if (hook->flags & PORTAL_HOOK_TRACE || atomic_exchange(&hook->slow_reported, true))
		return;
	log_guest(
		LOG_WARN,
		"%s: the hook on %s took %llu ms, during which the vCPU was stopped; do long work "
		"in a thread of the module",
		hook->module->desc->name, hook_call_name(hook),
		(unsigned long long)(spent_ns / 1000000));
}

static void count_callback(struct event_tally *tally, struct portal_hook *hook, uint64_t spent_ns)
{
	uint64_t longest = atomic_load_explicit(&tally->longest_ns, memory_order_relaxed);

	atomic_fetch_add_explicit(&tally->callbacks, 1, memory_order_relaxed);
	while (spent_ns > longest &&
	       !atomic_compare_exchange_weak_explicit(&tally->longest_ns, &longest, spent_ns,
						      memory_order_relaxed, memory_order_relaxed))
		;
	if (unlikely(spent_ns > EVENT_SLOW_NS))
		report_slow(hook, spent_ns);
}

cold_fn static void count_failure(struct registry *registry, struct event_tally *tally,
				  const struct portal_ctx *ctx, struct portal_hook *hook, int err)
{
	unsigned int failures = 1 + atomic_fetch_add(&hook->failures, 1);

	atomic_fetch_add_explicit(&tally->failures, 1, memory_order_relaxed);
	log_guest(LOG_WARN,
		  "%s: the hook on %s failed: %s; the system call continues without it [%s %u]",
		  hook->module->desc->name, hook_call_name(hook), strerror(-err), ctx->event->comm,
		  ctx->event->tid);
	if (failures != EVENT_MAX_FAILURES)
		return;
	log_warn("%s: the hook on %s has failed %u times in a row and is switched off",
		 hook->module->desc->name, hook_call_name(hook), failures);
	atomic_fetch_add_explicit(&tally->switched_off, 1, memory_order_relaxed);
	registry_enable(registry, hook, false);
	if (!ctx->session)
		registry_wake(registry);
}

/* Inlined: its frame would be another one for each event. */
static inline __attribute__((always_inline)) int run_callback(struct portal_ctx *ctx,
							      struct portal_hook *hook)
{
	int ret = 0;

	ctx->hook = hook;
	ctx->spent_ns = 0;
	callback_enter(ctx);
	/* another callback may have removed the hook while this one waited for the module's lock */
	if (hook_is_wanted(hook))
		ret = hook->fn(ctx, hook->data);
	callback_leave(ctx);
	ctx->hook = NULL;
	return ret;
}

/* Run the callback for the entry, at the return. */
__attribute__((noinline)) static int run_entry(struct portal_ctx *ctx, struct portal_hook *hook)
{
	int ret;

	ctx->is_return = false;
	ret = run_callback(ctx, hook);
	ctx->is_return = true;
	return ret;
}

/* A hook that observes both stages gets both now, at return: one exit instead of two. */
static int run_stages(struct portal_ctx *ctx, struct portal_hook *hook)
{
	int ret = 0;

	if (hook->flags & PORTAL_HOOK_OBSERVE && hook->when & PORTAL_ON_ENTER && ctx->is_return)
		ret = run_entry(ctx, hook);
	return ret < 0 ? ret : run_callback(ctx, hook);
}

static bool knows_end(const struct portal_hook *hook, const struct syscall_body *call)
{
	return call->end != PORTAL_CALL_END_KILLED || hook->module->desc->api >= HOOK_API_OF_ENDS;
}

/*
 * Run a hook, and drop what it has staged if it fails.
 * @before: what was staged before; NULL: nothing
 * Return: true: later hooks are not called.
 */
static bool run_hook_after(const struct staging_state *before, struct registry *registry,
			   struct event_tally *tally, struct portal_ctx *ctx,
			   struct portal_hook *hook)
{
	int ret = run_stages(ctx, hook);

	count_callback(tally, hook, ctx->spent_ns);
	if (event_is_over(ctx))
		return true;
	if (ret >= 0) {
		if (atomic_load_explicit(&hook->failures, memory_order_relaxed))
			atomic_store(&hook->failures, 0);
		return ret > 0 && !(hook->flags & (PORTAL_HOOK_OBSERVE | PORTAL_HOOK_TRACE));
	}
	staging_restore(&ctx->staging, before);
	count_failure(registry, tally, ctx, hook, ret);
	return false;
}

/* An earlier hook of the same call has staged something: few calls have two hooks. */
cold_fn static bool run_later_hook(struct registry *registry, struct event_tally *tally,
				   struct portal_ctx *ctx, struct portal_hook *hook)
{
	struct staging_state before;

	staging_save(&ctx->staging, &before);
	return run_hook_after(&before, registry, tally, ctx, hook);
}

/* Return: true: later hooks are not called. */
static bool run_hook(struct registry *registry, struct event_tally *tally, struct portal_ctx *ctx,
		     struct portal_hook *hook)
{
	if (!knows_end(hook, ctx->call))
		return false;
	if (!staging_is_empty(&ctx->staging))
		return run_later_hook(registry, tally, ctx, hook);
	return run_hook_after(NULL, registry, tally, ctx, hook);
}

/* ---- an event ---- */

/* Return: true: the guest has refused a hook, and there may be further changes to send. */
static bool sync_until_refused(struct registry *registry, struct session *session)
{
	struct portal_hook *refused = NULL;
	int ret = guest_sync_changes(registry, session, &refused);
	bool was_refused = ret < 0 && refused && !session_is_over(session);
	char reason[HOOK_REFUSAL_SIZE];

	if (was_refused)
		log_guest(LOG_ERROR, "%s: the guest cannot hook %s: %s",
			  refused->module->desc->name, hook_call_name(refused),
			  hook_refusal(refused, ret, reason));
	hook_put(refused);
	return was_refused;
}

/* Terminates: a refused hook is not sent again. */
cold_fn static void sync_changed(struct registry *registry, struct session *session)
{
	while (sync_until_refused(registry, session))
		;
}

void event_sync(struct registry *registry, struct session *session)
{
	if (atomic_load_explicit(&registry->changed, memory_order_acquire))
		sync_changed(registry, session);
}

/* The call is counted as a hit of the rule and is also an event: count the overlap. */
cold_fn static void note_rule_failure(struct event_tally *tally, const struct portal_ctx *ctx,
				      struct portal_hook *const *hooks)
{
	atomic_fetch_add_explicit(&tally->rule_failures, 1, memory_order_relaxed);
	log_guest(LOG_WARN, "%s: a rule of the hook on %s could not do all its stores [%s %u]",
		  hooks[0]->module->desc->name, hook_call_name(hooks[0]), ctx->event->comm,
		  ctx->event->tid);
}

static void put_all(struct portal_hook *const *hooks, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		hook_put(hooks[i]);
}

/* Not an initializer, which would clear the whole staging area. */
static void ctx_init(struct portal_ctx *ctx, struct session *session,
		     const struct guest_event *event, const struct syscall_names *names)
{
	ctx->session = session;
	ctx->stamp = NULL;
	ctx->event = event;
	ctx->call = &event->call;
	ctx->names = names;
	ctx->hook = NULL;
	ctx->is_return = event->call.is_return;
	ctx->is_error = false;
	ctx->spent_ns = 0;
	staging_init(&ctx->staging, event->call.abi);
}

static void serve_call(struct registry *registry, struct event_tally *tally,
		       struct session *session, const struct guest_event *event)
{
	struct portal_ctx ctx;
	struct portal_hook *hooks[PORTAL_MAX_HOOKS];
	struct syscall_names *names;
	size_t nr = registry_collect(registry, event, hooks, &names), len;
	bool handled = false;

	ctx_init(&ctx, session, event, names);
	session_set_user(session, &ctx);
	if (nr > 0 && ctx.call->flags & PORTAL_SYSCALL_F_RULE_FAILED)
		note_rule_failure(tally, &ctx, hooks);
	for (size_t i = 0; i < nr && !handled; i++)
		handled = run_hook(registry, tally, &ctx, hooks[i]);
	put_all(hooks, nr);
	event_sync(registry, session);
	session_set_user(session, NULL);
	syscall_names_put(names);
	if (staging_is_empty(&ctx.staging))
		return;
	len = staging_encode(&ctx.staging);
	session_verdict(session, ctx.staging.payload, len);
}

/* Records name only trace hooks; ignore any other hook, since no session exists. */
void event_serve_trace(struct registry *registry, struct event_tally *tally,
		       const struct guest_event *event, const struct trace_stamp *stamp)
{
	struct portal_ctx ctx;
	struct portal_hook *hooks[PORTAL_MAX_HOOKS];
	struct syscall_names *names;
	size_t nr;

	if (!event_is_call(event))
		return;
	nr = registry_collect(registry, event, hooks, &names);
	ctx_init(&ctx, NULL, event, names);
	ctx.stamp = stamp;
	for (size_t i = 0; i < nr; i++)
		if (hooks[i]->flags & PORTAL_HOOK_TRACE)
			run_hook(registry, tally, &ctx, hooks[i]);
	put_all(hooks, nr);
	syscall_names_put(names);
}

/* ---- events that report something ---- */

static void report_error(struct portal_hook *hook, struct portal_ctx *ctx,
			 const struct event_error *error)
{
	if (!hook->on_error) {
		log_guest(LOG_WARN,
			  "%s: a deferred write of the hook on %s to %#llx failed: %s [%s %u]",
			  hook->module->desc->name, hook_call_name(hook),
			  (unsigned long long)error->addr, strerror(-error->err), ctx->event->comm,
			  ctx->event->tid);
		return;
	}
	ctx->hook = hook;
	callback_enter(ctx);
	if (!atomic_load(&hook->removed))
		hook->on_error(ctx, error->addr, error->err, hook->data);
	callback_leave(ctx);
	ctx->hook = NULL;
}

/* A deferred write of the event's only hook has failed. */
cold_fn static void serve_error(struct registry *registry, struct session *session,
				const struct guest_event *event)
{
	struct portal_ctx ctx;
	struct syscall_names *names;
	struct portal_hook *hook = registry_find(registry, event->hooks[0], &names);

	ctx_init(&ctx, session, event, names);
	ctx.is_error = true;
	session_set_user(session, &ctx);
	if (hook)
		report_error(hook, &ctx, &event->error);
	hook_put(hook);
	event_sync(registry, session);
	session_set_user(session, NULL);
	syscall_names_put(names);
}

static void report_missed(const struct portal_hook *hook, const struct guest_event *event)
{
	static const char *const reasons[] = {
		[PORTAL_MISSED_NO_PAGE] = "went on without it: the guest module had no page left",
		[PORTAL_MISSED_CPU_GONE] = "went on without it: the CPU was switched off",
		[PORTAL_MISSED_REFUSED] = "failed with EAGAIN: the guest module had no page left",
	};

	log_guest(LOG_WARN, "%s: %" PRIu64 " calls of the hook on %s %s [%s %u]",
		  hook->module->desc->name, event->missed.count, hook_call_name(hook),
		  reasons[event->missed.reason], event->comm, event->tid);
}

cold_fn static void serve_missed(struct registry *registry, const struct guest_event *event)
{
	struct syscall_names *names;

	for (uint32_t i = 0; i < event->nr_hooks; i++) {
		struct portal_hook *hook = registry_find(registry, event->hooks[i], &names);

		if (hook)
			report_missed(hook, event);
		hook_put(hook);
		syscall_names_put(names);
	}
}

void event_serve(struct registry *registry, struct event_tally *tally, struct session *session,
		 const struct guest_event *event)
{
	if (event_is_call(event))
		serve_call(registry, tally, session, event);
	else if (event->kind == PORTAL_EVENT_ERROR)
		serve_error(registry, session, event);
	else if (event->kind == PORTAL_EVENT_MISSED)
		serve_missed(registry, event);
}
