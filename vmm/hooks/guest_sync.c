/* SPDX-License-Identifier: MIT */
#include "hooks/guest_sync.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "hooks/module.h"
#include "portal/ops/operation.h"

#define TRACE_SIZE (256u << 10) /* bytes of a ring, when nobody says */

/* what the guest has to be told about a hook */
enum change { CHANGE_NONE = 0, CHANGE_ADD, CHANGE_DEL, CHANGE_ENABLE, CHANGE_DISABLE };

static bool is_in_guest(const struct portal_hook *hook)
{
	return hook->guest == HOOK_ON || hook->guest == HOOK_OFF;
}

/* an unsure hook is switched: if the guest has not got it, it says so */
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

/* as large as was asked for, or as can be had */
static int open_trace(struct session *session, uint32_t size)
{
	int ret = op_trace_open(session, size);

	/* it has smaller ones when who was to ask for them was killed */
	while ((ret == -ENOMEM || ret == -EEXIST) && size > PORTAL_TRACE_RING_MIN) {
		size /= 2;
		ret = op_trace_open(session, size);
	}
	return ret;
}

static int push_new(struct session *session, uint64_t features, const struct portal_hook *hook)
{
	uint8_t payload[PORTAL_DATA_SIZE];

	return op_hook_add(session, payload, hook_encode(hook, features, payload));
}

static int push(struct session *session, uint64_t features, const struct portal_hook *hook,
		enum change change)
{
	switch (change) {
	case CHANGE_ADD:
		return push_new(session, features, hook);
	case CHANGE_DEL:
		return op_hook_del(session, hook->id);
	default:
		return op_hook_enable(session, hook->id, change == CHANGE_ENABLE);
	}
}

/* under the lock: they have gone with their hook */
static void lose_rules(struct registry *registry, struct portal_hook *hook)
{
	struct installed_rule *rule, *next;

	for (rule = TAILQ_FIRST(&hook->rules); rule; rule = next) {
		next = TAILQ_NEXT(rule, link);
		rule->in_guest = false;
		if (rule->revoked && !rule->busy)
			rules_unlink(&registry->rules, rule);
	}
}

/* under the lock: the guest of this epoch has answered */
static void settle(struct registry *registry, struct portal_hook *hook, enum change change, int ret)
{
	hook->busy = false;
	if (change == CHANGE_ADD && ret < 0)
		hook->refused = ret;
	if (change != CHANGE_DEL && ret == 0) {
		hook->guest = change == CHANGE_DISABLE ? HOOK_OFF : HOOK_ON;
		return;
	}
	/* a guest that cannot switch a hook has lost it */
	lose_rules(registry, hook);
	registry_lost(registry, hook);
}

/* under the lock; bytes of the trace rings that the guest has to make for this change, never less
 * than before; 0: none */
static uint32_t missing_trace(struct registry *registry, const struct portal_hook *hook,
			      enum change change)
{
	if (change != CHANGE_ADD || !(hook->flags & PORTAL_HOOK_TRACE) || registry->has_trace ||
	    !(registry->features & PORTAL_FEATURE_TRACE))
		return 0;
	if (!registry->trace_size)
		registry->trace_size = TRACE_SIZE;
	return registry->trace_size;
}

/* under the lock: this session can tell the guest nothing any more */
static int leave_to_others(struct registry *registry)
{
	registry_mark_changed(registry);
	return -ECANCELED;
}

/* one change of one hook; called and returns under the lock, which it gives up while it waits */
static int tell(struct registry *registry, struct session *session, struct portal_hook *hook,
		enum change change)
{
	uint64_t epoch = registry->epoch, features = registry->features;
	uint32_t trace_size = missing_trace(registry, hook, change);
	bool was_unsure = hook->guest == HOOK_UNSURE, has_trace;
	int ret;

	if (session_is_over(session))
		return leave_to_others(registry);
	hook->busy = true;
	pthread_mutex_unlock(&registry->lock);
	ret = trace_size ? open_trace(session, trace_size) : 0;
	has_trace = trace_size && ret == 0;
	if (ret == 0)
		ret = push(session, features, hook, change);
	pthread_mutex_lock(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	registry->has_trace |= has_trace;
	if (session_is_over(session)) {
		hook->busy = false;
		hook->guest = HOOK_UNSURE;
		registry_mark_changed(registry);
		return ret < 0 ? ret : -ECANCELED;
	}
	settle(registry, hook, change, ret);
	if (needed_change(hook) != CHANGE_NONE)
		registry_mark_changed(
			registry); /* changed meanwhile, when no other could tell it */
	return was_unsure && ret == -ENOENT ? 0 : ret;
}

/* under the lock; the first hook with something to tell, a reference */
static struct portal_hook *next_change(struct registry *registry, enum change *ret_change)
{
	for (struct portal_hook *hook = TAILQ_FIRST(&registry->hooks); hook;
	     hook = TAILQ_NEXT(hook, link)) {
		*ret_change = hook->busy ? CHANGE_NONE : needed_change(hook);
		if (*ret_change != CHANGE_NONE) {
			hook->refs++;
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
	if (!(registry->features & PORTAL_FEATURE_RULE) || !is_in_guest(rule->hook))
		return CHANGE_NONE;
	return CHANGE_ADD;
}

/* under the lock; a reference */
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

/* under the lock, which it gives up while it waits, as the next two */
static int open_slots(struct registry *registry, struct session *session)
{
	struct rules *rules = &registry->rules;
	uint64_t epoch = registry->epoch;
	struct portal_rule_slot *slots = NULL;
	int ret;

	if (rules->slots)
		return 0;
	if (session_is_over(session))
		return leave_to_others(registry);
	rules->opening = true;
	pthread_mutex_unlock(&registry->lock);
	ret = op_rule_open(session, &slots);
	pthread_mutex_lock(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	rules->opening = false;
	rules->slots = slots;
	if (ret < 0 && !session_is_over(session))
		rules->closed = ret;
	else
		registry_mark_changed(registry); /* rules that came meanwhile */
	return ret;
}

/* under the lock: the guest of this epoch has answered */
static void settle_rule(struct registry *registry, struct installed_rule *rule, enum change change,
			int ret)
{
	if (!rule->hook)
		return;
	if (change == CHANGE_ADD && ret < 0)
		rule->refused = ret;
	rule->in_guest = change == CHANGE_ADD && ret == 0;
	rule->unsure = false;
	if (!rule->in_guest && rule->revoked)
		rules_unlink(&registry->rules, rule);
	/* revoked or in doubt meanwhile, or to be added again */
	else if (needed_rule_change(registry, rule) != CHANGE_NONE)
		registry_mark_changed(registry);
}

static int push_rule(struct registry *registry, struct session *session,
		     struct installed_rule *rule, enum change change)
{
	uint64_t epoch = registry->epoch;
	uint8_t payload[PORTAL_DATA_SIZE];
	size_t len = rule_encode(rule, payload);
	int ret;

	if (session_is_over(session))
		return leave_to_others(registry);
	if (change == CHANGE_ADD)
		rules_start(&registry->rules, rule);
	rule->busy = true;
	pthread_mutex_unlock(&registry->lock);
	ret = change == CHANGE_ADD ? op_rule_add(session, payload, len)
				   : op_rule_del(session, rule->slot);
	pthread_mutex_lock(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	rule->busy = false;
	if (!session_is_over(session)) {
		settle_rule(registry, rule, change, ret);
		return ret;
	}
	/* it may have been done all the same */
	rule->in_guest = rule->unsure = true;
	registry_mark_changed(registry);
	return ret < 0 ? ret : -ECANCELED;
}

/* Return: 0, also when the guest refuses, which is said; an error when the session is over */
static int tell_rule(struct registry *registry, struct session *session,
		     struct installed_rule *rule, enum change change)
{
	const struct portal_hook *hook = rule->hook;
	int ret = change == CHANGE_ADD ? open_slots(registry, session) : 0;

	/* the wait may have changed what is to be told */
	if (ret == 0 && rule->hook && needed_rule_change(registry, rule) == change)
		ret = push_rule(registry, session, rule, change);
	if (ret == 0 || session_is_over(session) || ret == -ECANCELED)
		return ret;
	if (change == CHANGE_ADD && rule->hook)
		log_warn("%s: the guest takes no rule for %s: %s; the calls come as events",
			 hook->module->desc->name, hook_call_name(hook), strerror(-ret));
	return 0;
}

/* ---- all of them, or one that is new ---- */

static int sync_rules(struct registry *registry, struct session *session)
{
	enum change change;
	struct installed_rule *rule;
	int ret = 0;

	while (ret == 0 && registry->connected && (rule = next_rule_change(registry, &change))) {
		ret = tell_rule(registry, session, rule, change);
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
	pthread_mutex_lock(&registry->lock);
	atomic_store(&registry->changed, false);
	while (ret == 0 && registry->connected && (hook = next_change(registry, &change))) {
		ret = tell(registry, session, hook, change);
		if (ret < 0 && ret_refused)
			*ret_refused = hook;
		else
			hook_put(hook);
	}
	if (ret == 0)
		ret = sync_rules(registry, session);
	if (ret < 0)
		registry_mark_changed(registry);
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

int guest_sync_hook(struct registry *registry, struct portal_hook *hook, struct session *session)
{
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	hook->refs++;
	if (!hook->busy && needed_change(hook) == CHANGE_ADD)
		ret = tell(registry, session, hook, CHANGE_ADD);
	if (ret < 0)
		registry_drop(registry, hook);
	hook_put(hook);
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

int guest_sync_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
		    struct session *session)
{
	struct installed_rule *rule;
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	rule = rules_find(hook, id);
	if (rule) {
		rule->refs++;
		if (needed_rule_change(registry, rule) == CHANGE_ADD)
			ret = tell_rule(registry, session, rule, CHANGE_ADD);
		if (ret == 0)
			ret = rule->refused ? rule->refused : registry->rules.closed;
		if (ret < 0)
			registry_end_rule(registry, rule);
		rule_put(rule);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}
