/* SPDX-License-Identifier: MIT */
#include "hooks/guest_sync.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "hooks/module.h"
#include "portal/ops/operation.h"

#define TRACE_SIZE (256u << 10) /* default size of a trace ring in bytes */

/* the change of a hook or rule that the guest still needs */
enum change { CHANGE_NONE = 0, CHANGE_ADD, CHANGE_DEL, CHANGE_ENABLE, CHANGE_DISABLE };

static bool is_in_guest(const struct portal_hook *hook)
{
	return hook->guest == HOOK_ON || hook->guest == HOOK_OFF;
}

/* An UNSURE hook gets ENABLE or DISABLE: the guest answers -ENOENT if it does not have the hook. */
static enum change needed_change(struct portal_hook *hook)
{
	if (hook->guest == HOOK_ABSENT)
		return hook_is_wanted(hook) && hook->refused == 0 ? CHANGE_ADD : CHANGE_NONE;
	if (atomic_load(&hook->removed))
		return CHANGE_DEL;
	if (hook_is_wanted(hook))
		return hook->guest == HOOK_ON ? CHANGE_NONE : CHANGE_ENABLE;
	return hook->guest == HOOK_OFF ? CHANGE_NONE : CHANGE_DISABLE;
}

/* ---- a hook ---- */

/* Create trace rings of @size bytes, or smaller ones if the guest lacks memory. */
static int open_trace(struct session *session, uint32_t size)
{
	int ret = op_trace_open(session, size);

	/* -EEXIST: an earlier, cancelled TRACE_OPEN has created smaller rings */
	while ((ret == -ENOMEM || ret == -EEXIST) && size > PORTAL_TRACE_RING_MIN) {
		size /= 2;
		ret = op_trace_open(session, size);
	}
	return ret;
}

static int send_add(struct session *session, const struct hook_target *target,
		    const struct portal_hook *hook, struct hook_added *ret_added)
{
	uint8_t payload[PORTAL_REQUEST_ROOM];

	return op_hook_add(session, payload, hook_encode(hook, target, payload), ret_added);
}

/* @ret_added: set by an addition */
static int send_change(struct session *session, const struct hook_target *target,
		       const struct portal_hook *hook, enum change change,
		       struct hook_added *ret_added)
{
	switch (change) {
	case CHANGE_ADD:
		return send_add(session, target, hook, ret_added);
	case CHANGE_DEL:
		return op_hook_del(session, hook->id);
	default:
		return op_hook_enable(session, hook->id, change == CHANGE_ENABLE);
	}
}

/* The guest no longer has @hook, and so none of its rules. Called with the lock held. */
static void forget_rules(struct registry *registry, struct portal_hook *hook)
{
	struct installed_rule *rule, *next;

	for (rule = TAILQ_FIRST(&hook->rules); rule; rule = next) {
		next = TAILQ_NEXT(rule, link);
		rule->in_guest = false;
		if (rule->revoked && !rule->busy)
			rules_unlink(&registry->rules, rule);
	}
}

/* Record the guest's answer to a change of @hook. Called with the lock held, in the same epoch. */
static void finish_change(struct registry *registry, struct portal_hook *hook, enum change change,
			  int ret, const struct hook_added *added)
{
	const char *call = syscall_names_of_call(registry->names, added->refused);

	hook->busy = false;
	if (change == CHANGE_ADD && ret < 0) {
		hook->refused = ret;
		snprintf(hook->refused_call, sizeof(hook->refused_call), "%s", call ? call : "");
	}
	if (change == CHANGE_ADD && ret == 0)
		hook->serial = added->serial;
	if (change != CHANGE_DEL && ret == 0) {
		hook->guest = change == CHANGE_DISABLE ? HOOK_OFF : HOOK_ON;
		return;
	}
	/* removed, not added, or unknown to the guest when it was to be enabled or disabled */
	forget_rules(registry, hook);
	registry_set_absent(registry, hook);
}

/*
 * Size of the trace rings that the guest must create before this change. Called with the lock held.
 * Return: bytes of a ring, never less than before; 0: no rings to create.
 */
static uint32_t missing_trace(struct registry *registry, const struct portal_hook *hook,
			      enum change change)
{
	if (change != CHANGE_ADD || !(hook->flags & PORTAL_HOOK_TRACE) || registry->has_trace ||
	    !registry->target.has_trace)
		return 0;
	if (!registry->trace_size)
		registry->trace_size = TRACE_SIZE;
	return registry->trace_size;
}

/* The session is over: leave the changes to a later one. Called with the lock held. */
static int defer_changes(struct registry *registry)
{
	registry_mark_changed(registry);
	return -ECANCELED;
}

/* Send one change of a hook. Called with the lock held, which is released during the operation. */
static int sync_hook(struct registry *registry, struct session *session, struct portal_hook *hook,
		     enum change change)
{
	const struct hook_target target = registry->target;
	struct hook_added added = { 0 };
	uint64_t epoch = registry->epoch;
	uint32_t trace_size = missing_trace(registry, hook, change);
	bool was_unsure = hook->guest == HOOK_UNSURE, has_trace;
	int ret;

	if (session_is_over(session))
		return defer_changes(registry);
	hook->busy = true;
	lock_release(&registry->lock);
	ret = trace_size ? open_trace(session, trace_size) : 0;
	has_trace = trace_size && ret == 0;
	if (ret == 0)
		ret = send_change(session, &target, hook, change, &added);
	lock_take(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	registry->has_trace |= has_trace;
	if (session_is_over(session)) {
		hook->busy = false;
		hook->guest = HOOK_UNSURE;
		registry_mark_changed(registry);
		return ret < 0 ? ret : -ECANCELED;
	}
	finish_change(registry, hook, change, ret, &added);
	/* changed meanwhile, while @busy kept other sessions from sending it */
	if (needed_change(hook) != CHANGE_NONE)
		registry_mark_changed(registry);
	return was_unsure && ret == -ENOENT ? 0 : ret;
}

/* Get a reference to the first hook with a change to send. Called with the lock held. */
static struct portal_hook *next_change(struct registry *registry, enum change *ret_change)
{
	for (struct portal_hook *hook = TAILQ_FIRST(&registry->hooks); hook;
	     hook = TAILQ_NEXT(hook, link)) {
		*ret_change = hook->busy ? CHANGE_NONE : needed_change(hook);
		if (*ret_change != CHANGE_NONE) {
			hook_get(hook);
			return hook;
		}
	}
	return NULL;
}

/* ---- a rule ---- */

static enum change needed_rule_change(const struct registry *registry,
				      const struct installed_rule *rule)
{
	const struct rules *rules = &registry->rules;

	if (rule->busy)
		return CHANGE_NONE;
	if (rule->in_guest)
		return rule->revoked || rule->unsure ? CHANGE_DEL : CHANGE_NONE;
	if (rule->revoked || rule->refused || rules->opening || rules->closed)
		return CHANGE_NONE;
	if (!registry->has_rules || !is_in_guest(rule->hook))
		return CHANGE_NONE;
	return CHANGE_ADD;
}

/* Get a reference to the first rule with a change to send. Called with the lock held. */
static struct installed_rule *next_rule_change(struct registry *registry, enum change *ret_change)
{
	struct installed_rule *rule;

	for (struct portal_hook *hook = TAILQ_FIRST(&registry->hooks); hook;
	     hook = TAILQ_NEXT(hook, link)) {
		TAILQ_FOREACH(rule, &hook->rules, link)
		{
			*ret_change = needed_rule_change(registry, rule);
			if (*ret_change != CHANGE_NONE) {
				rule->refs++;
				return rule;
			}
		}
	}
	return NULL;
}

/* Locate the slots. Called with the lock held, which is released during the operation. */
static int open_slots(struct registry *registry, struct session *session)
{
	struct rules *rules = &registry->rules;
	uint64_t epoch = registry->epoch;
	struct portal_rule_slot *slots = NULL;
	int ret;

	if (rules->slots)
		return 0;
	if (session_is_over(session))
		return defer_changes(registry);
	rules->opening = true;
	lock_release(&registry->lock);
	ret = op_rule_open(session, &slots);
	lock_take(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	rules->opening = false;
	rules->slots = slots;
	if (ret < 0 && !session_is_over(session))
		rules->closed = ret;
	else
		registry_mark_changed(registry); /* rules may have been added meanwhile */
	return ret;
}

/* Record the guest's answer to a change of @rule. Called with the lock held, in the same epoch. */
static void finish_rule_change(struct registry *registry, struct installed_rule *rule,
			       enum change change, int ret)
{
	if (!rule->hook)
		return;
	if (change == CHANGE_ADD && ret < 0)
		rule->refused = ret;
	rule->in_guest = change == CHANGE_ADD && ret == 0;
	rule->unsure = false;
	if (!rule->in_guest && rule->revoked)
		rules_unlink(&registry->rules, rule);
	/* revoked or made unsure meanwhile, or to be added again */
	else if (needed_rule_change(registry, rule) != CHANGE_NONE)
		registry_mark_changed(registry);
}

/* Send a change of a rule. Called with the lock held, which is released during the operation. */
static int send_rule_change(struct registry *registry, struct session *session,
			    struct installed_rule *rule, enum change change)
{
	uint64_t epoch = registry->epoch;
	uint8_t payload[PORTAL_REQUEST_ROOM];
	size_t len = rule_encode(rule, payload);
	int ret;

	if (session_is_over(session))
		return defer_changes(registry);
	if (change == CHANGE_ADD)
		rules_start(&registry->rules, rule);
	rule->busy = true;
	lock_release(&registry->lock);
	ret = change == CHANGE_ADD ? op_rule_add(session, payload, len)
				   : op_rule_del(session, rule->slot);
	lock_take(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	rule->busy = false;
	if (!session_is_over(session)) {
		finish_rule_change(registry, rule, change, ret);
		return ret;
	}
	/* the guest may or may not have done it */
	rule->in_guest = rule->unsure = true;
	registry_mark_changed(registry);
	return ret < 0 ? ret : -ECANCELED;
}

/*
 * Send a change of a rule, after locating the slots. Called with the lock held, which is released
 * during the operations.
 * Return: 0, also when the guest refuses, which is logged; an error when the session is over.
 */
static int sync_rule(struct registry *registry, struct session *session,
		     struct installed_rule *rule, enum change change)
{
	const struct portal_hook *hook = rule->hook;
	int ret = change == CHANGE_ADD ? open_slots(registry, session) : 0;

	/* the rule may have changed while the lock was released */
	if (ret == 0 && rule->hook && needed_rule_change(registry, rule) == change)
		ret = send_rule_change(registry, session, rule, change);
	if (ret == 0 || session_is_over(session) || ret == -ECANCELED)
		return ret;
	if (change == CHANGE_ADD && rule->hook)
		log_warn("%s: the guest cannot install a rule for %s: %s; its calls become events",
			 hook->module->desc->name, hook_call_name(hook), strerror(-ret));
	return 0;
}

/* ---- all changes, or one new hook or rule ---- */

static int sync_rules(struct registry *registry, struct session *session)
{
	enum change change;
	struct installed_rule *rule;
	int ret = 0;

	while (ret == 0 && registry->connected && (rule = next_rule_change(registry, &change))) {
		ret = sync_rule(registry, session, rule, change);
		rule_put(rule);
	}
	return ret;
}

int guest_sync_changes(struct registry *registry, struct session *session,
		       struct portal_hook **ret_refused)
{
	struct portal_hook *hook;
	enum change change;
	int ret = 0;

	if (!atomic_load(&registry->changed))
		return 0;
	lock_take(&registry->lock);
	atomic_store(&registry->changed, false);
	while (ret == 0 && registry->connected && (hook = next_change(registry, &change))) {
		ret = sync_hook(registry, session, hook, change);
		if (ret < 0 && ret_refused)
			*ret_refused = hook;
		else
			hook_put(hook);
	}
	if (ret == 0)
		ret = sync_rules(registry, session);
	if (ret < 0)
		registry_mark_changed(registry);
	lock_release(&registry->lock);
	return ret;
}

int guest_sync_hook(struct registry *registry, struct portal_hook *hook, struct session *session)
{
	int ret = 0;

	lock_take(&registry->lock);
	hook_get(hook);
	if (!hook->busy && needed_change(hook) == CHANGE_ADD)
		ret = sync_hook(registry, session, hook, CHANGE_ADD);
	if (ret < 0)
		registry_drop(registry, hook);
	hook_put(hook);
	lock_release(&registry->lock);
	return ret;
}

int guest_sync_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
		    struct session *session)
{
	struct installed_rule *rule;
	int ret = 0;

	lock_take(&registry->lock);
	rule = rules_find(hook, id);
	if (rule) {
		rule->refs++;
		if (needed_rule_change(registry, rule) == CHANGE_ADD)
			ret = sync_rule(registry, session, rule, CHANGE_ADD);
		if (ret == 0)
			ret = rule->refused ? rule->refused : registry->rules.closed;
		if (ret < 0)
			registry_end_rule(registry, rule);
		rule_put(rule);
	}
	lock_release(&registry->lock);
	return ret;
}
