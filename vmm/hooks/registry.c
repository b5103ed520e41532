/* SPDX-License-Identifier: MIT */
#include "hooks/registry.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "hooks/module.h"
#include "portal/operation.h"

#define LOG_SIZE (256u << 10) /* bytes of a ring, when nobody says */

/* what the guest has to be told about a hook */
enum change { CHANGE_NONE = 0, CHANGE_ADD, CHANGE_DEL, CHANGE_ENABLE, CHANGE_DISABLE };

static struct portal_hook *first(const struct registry *registry)
{
	return TAILQ_FIRST(&registry->hooks);
}

static struct portal_hook *next_of(const struct portal_hook *hook)
{
	return TAILQ_NEXT(hook, link);
}

void registry_init(struct registry *registry, void (*raise_work)(void *ctx), void *ctx)
{
	*registry = (struct registry){ .raise_work = raise_work, .raise_work_ctx = ctx };
	TAILQ_INIT(&registry->hooks);
	pthread_mutex_init(&registry->lock, NULL);
}

static void drop_rules(struct registry *registry, struct portal_hook *hook)
{
	while (!TAILQ_EMPTY(&hook->rules)) {
		rules_revoke(&registry->rules, TAILQ_FIRST(&hook->rules));
		rules_unlink(&registry->rules, TAILQ_FIRST(&hook->rules));
	}
}

void registry_done(struct registry *registry)
{
	struct portal_hook *hook;

	while ((hook = first(registry))) {
		TAILQ_REMOVE(&registry->hooks, hook, link);
		drop_rules(registry, hook);
		hook_free(hook);
	}
	bits_done(&registry->bits);
	names_put(registry->names);
	pthread_mutex_destroy(&registry->lock);
}

/* ---- the list, all under the lock ------------------------------------------------------------------- */

static void put(struct portal_hook *hook)
{
	if (--hook->refs == 0)
		hook_free(hook);
}

/* the guest, where it had the hook, has let go of its rules with it */
static void unlink_hook(struct registry *registry, struct portal_hook *hook)
{
	drop_rules(registry, hook);
	TAILQ_REMOVE(&registry->hooks, hook, link);
	bits_give(&registry->bits, hook->name, hook->bit);
	put(hook);
}

/* a module's hooks are registered one after the other: the place is mostly at the end */
static void link_hook(struct registry *registry, struct portal_hook *hook)
{
	struct portal_hook *before = TAILQ_LAST(&registry->hooks, registry_hooks);

	while (before && before->module->index > hook->module->index)
		before = TAILQ_PREV(before, registry_hooks, link);
	if (before)
		TAILQ_INSERT_AFTER(&registry->hooks, before, hook, link);
	else
		TAILQ_INSERT_HEAD(&registry->hooks, hook, link);
}

static int resolve(struct registry *registry, struct portal_hook *hook)
{
	if (!hook->name || !registry->names)
		return 0;
	for (int compat = 0; compat < 2; compat++)
		hook->nr[compat] = names_find(registry->names, compat, hook->name);
	return hook->nr[0] == PORTAL_NR_NONE && hook->nr[1] == PORTAL_NR_NONE ? -ENOENT : 0;
}

static bool is_wanted(struct portal_hook *hook)
{
	return !atomic_load(&hook->removed) && atomic_load(&hook->enabled);
}

static bool is_in_guest(const struct portal_hook *hook)
{
	return hook->guest == HOOK_ON || hook->guest == HOOK_OFF;
}

/* an unsure hook is switched: if the guest has not got it, it says so */
static enum change needed_change(struct portal_hook *hook)
{
	if (hook->guest == HOOK_ABSENT)
		return is_wanted(hook) && hook->refused == 0 ? CHANGE_ADD : CHANGE_NONE;
	if (atomic_load(&hook->removed))
		return CHANGE_DEL;
	if (is_wanted(hook))
		return hook->guest == HOOK_ON ? CHANGE_NONE : CHANGE_ENABLE;
	return hook->guest == HOOK_OFF ? CHANGE_NONE : CHANGE_DISABLE;
}

static void mark_changed(struct registry *registry)
{
	atomic_store(&registry->changed, registry->connected);
}

/* at once; that they can be forgotten the guest is told in time */
static void revoke_rules(struct registry *registry, struct portal_hook *hook)
{
	struct rule *rule, *next;

	for (rule = TAILQ_FIRST(&hook->rules); rule; rule = next) {
		next = TAILQ_NEXT(rule, link);
		rules_revoke(&registry->rules, rule);
		if (!rule->in_guest && !rule->busy)
			rules_unlink(&registry->rules, rule);
	}
}

/* ---- what modules do --------------------------------------------------------------------------------- */

int registry_add(struct registry *registry, struct portal_hook *hook)
{
	int ret;

	pthread_mutex_lock(&registry->lock);
	ret = resolve(registry, hook);
	if (ret == 0)
		ret = bits_take(&registry->bits, hook->name, &hook->bit);
	if (ret == 0) {
		hook->id = ++registry->last_id;
		link_hook(registry, hook);
		mark_changed(registry);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_remove(struct registry *registry, struct portal_hook *hook)
{
	pthread_mutex_lock(&registry->lock);
	atomic_store(&hook->removed, true);
	revoke_rules(registry, hook);
	if (hook->guest == HOOK_ABSENT && !hook->busy)
		unlink_hook(registry, hook);
	else
		mark_changed(registry);
	pthread_mutex_unlock(&registry->lock);
}

void registry_enable(struct registry *registry, struct portal_hook *hook, bool on)
{
	pthread_mutex_lock(&registry->lock);
	atomic_store(&hook->enabled, on);
	if (!on)
		revoke_rules(registry, hook);
	mark_changed(registry);
	pthread_mutex_unlock(&registry->lock);
}

int registry_want_log(struct registry *registry, uint32_t size)
{
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	if (registry->has_log)
		ret = -EBUSY;
	else if (size > registry->log_size)
		registry->log_size = size;
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_wake(struct registry *registry)
{
	if (registry->raise_work && atomic_load(&registry->changed))
		registry->raise_work(registry->raise_work_ctx);
}

/* ---- the guest ----------------------------------------------------------------------------------------- */

/* under the lock: the guest, if there is one, has nothing */
static void forget_guest(struct registry *registry, bool said_bye)
{
	struct portal_hook *hook, *next;

	registry->epoch++;
	rules_disconnect(&registry->rules, said_bye);
	for (hook = first(registry); hook; hook = next) {
		next = next_of(hook);
		hook->guest = HOOK_ABSENT;
		hook->busy = false;
		hook->refused = 0;
		if (atomic_load(&hook->removed))
			unlink_hook(registry, hook);
	}
	names_put(registry->names);
	registry->names = NULL;
	registry->has_log = false;
}

int registry_connect(struct registry *registry, struct names *names, uint64_t features,
		     struct portal_hook **ret_unknown)
{
	struct portal_hook *hook;
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	forget_guest(registry, false);
	registry->names = names;
	registry->features = features;
	registry->connected = true;
	mark_changed(registry);
	for (hook = first(registry); hook && ret == 0; hook = next_of(hook)) {
		ret = resolve(registry, hook);
		if (ret < 0)
			*ret_unknown = hook;
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_disconnect(struct registry *registry)
{
	pthread_mutex_lock(&registry->lock);
	forget_guest(registry, true);
	registry->connected = false;
	atomic_store(&registry->changed, false);
	pthread_mutex_unlock(&registry->lock);
}

/* ---- telling it ------------------------------------------------------------------------------------------ */

/* as large as was asked for, or as can be had */
static int open_log(struct session *session, uint32_t size)
{
	int ret = op_log_open(session, size);

	/* it has smaller ones when who was to ask for them was killed */
	while ((ret == -ENOMEM || ret == -EEXIST) && size > PORTAL_LOG_MIN) {
		size /= 2;
		ret = op_log_open(session, size);
	}
	return ret;
}

/* @log_size: of the logs that have to be made first; 0: none */
static int push_new(struct session *session, uint64_t features, const struct portal_hook *hook,
		    uint32_t log_size)
{
	uint8_t payload[PORTAL_DATA_SIZE];
	int ret = log_size ? open_log(session, log_size) : 0;

	if (ret < 0)
		return ret;
	return op_hook_add(session, payload, hook_encode(hook, features, payload));
}

static int push(struct session *session, uint64_t features, const struct portal_hook *hook,
		enum change change, uint32_t log_size)
{
	switch (change) {
	case CHANGE_ADD:
		return push_new(session, features, hook, log_size);
	case CHANGE_DEL:
		return op_hook_del(session, hook->id);
	default:
		return op_hook_enable(session, hook->id, change == CHANGE_ENABLE);
	}
}

/* under the lock: they have gone with their hook */
static void lose_rules(struct registry *registry, struct portal_hook *hook)
{
	struct rule *rule, *next;

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
	/* a guest that cannot switch a hook has lost it */
	if (change == CHANGE_DEL || ret < 0)
		hook->guest = HOOK_ABSENT;
	else
		hook->guest = change == CHANGE_DISABLE ? HOOK_OFF : HOOK_ON;
	if (hook->guest == HOOK_ABSENT)
		lose_rules(registry, hook);
	if (hook->guest == HOOK_ABSENT && atomic_load(&hook->removed))
		unlink_hook(registry, hook);
}

/* under the lock; bytes of the logs that the guest has to make for this change; 0: none */
static uint32_t missing_log(const struct registry *registry, const struct portal_hook *hook,
			    enum change change)
{
	if (change != CHANGE_ADD || !(hook->flags & PORTAL_HOOK_LOG) || registry->has_log ||
	    !(registry->features & PORTAL_FEATURE_LOG))
		return 0;
	return registry->log_size ? registry->log_size : LOG_SIZE;
}

/* one change of one hook; called and returns under the lock, which it gives up while it waits */
static int tell(struct registry *registry, struct session *session, struct portal_hook *hook,
		enum change change)
{
	uint64_t epoch = registry->epoch, features = registry->features;
	uint32_t log_size = missing_log(registry, hook, change);
	bool was_unsure = hook->guest == HOOK_UNSURE;
	int ret;

	hook->busy = true;
	pthread_mutex_unlock(&registry->lock);
	ret = push(session, features, hook, change, log_size);
	pthread_mutex_lock(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	registry->has_log |= ret == 0 && log_size > 0;
	if (session_is_over(session)) {
		hook->busy = false;
		hook->guest = HOOK_UNSURE;
		mark_changed(registry);
		return ret < 0 ? ret : -ECANCELED;
	}
	settle(registry, hook, change, ret);
	return was_unsure && ret == -ENOENT ? 0 : ret;
}

/* under the lock; the first hook with something to tell, a reference */
static struct portal_hook *next_change(struct registry *registry, enum change *ret_change)
{
	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		*ret_change = hook->busy ? CHANGE_NONE : needed_change(hook);
		if (*ret_change != CHANGE_NONE) {
			hook->refs++;
			return hook;
		}
	}
	return NULL;
}

/* ---- telling it about rules -------------------------------------------------------------------------------- */

static enum change needed_rule_change(const struct registry *registry, const struct rule *rule)
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
static struct rule *next_rule_change(struct registry *registry, enum change *ret_change)
{
	struct rule *rule;

	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		TAILQ_FOREACH(rule, &hook->rules, link) {
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
	rules->opening = true;
	pthread_mutex_unlock(&registry->lock);
	ret = op_rule_open(session, &slots);
	pthread_mutex_lock(&registry->lock);
	if (epoch != registry->epoch)
		return -ECANCELED;
	rules->opening = false;
	rules->slots = slots;
	if (session_is_over(session))
		mark_changed(registry);
	else
		rules->closed = ret;
	return ret;
}

/* under the lock: the guest of this epoch has answered */
static void settle_rule(struct registry *registry, struct rule *rule, enum change change, int ret)
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
		mark_changed(registry);
}

static int push_rule(struct registry *registry, struct session *session, struct rule *rule,
		     enum change change)
{
	uint64_t epoch = registry->epoch;
	uint8_t payload[PORTAL_DATA_SIZE];
	size_t len = rule_encode(rule, payload);
	int ret;

	if (change == CHANGE_ADD)
		rules_start(&registry->rules, rule);
	rule->busy = true;
	pthread_mutex_unlock(&registry->lock);
	ret = change == CHANGE_ADD ? op_rule_add(session, payload, len) :
				     op_rule_del(session, rule->slot);
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
	mark_changed(registry);
	return ret < 0 ? ret : -ECANCELED;
}

/* Return: 0, also when the guest refuses, which is said; an error when the session is over */
static int tell_rule(struct registry *registry, struct session *session, struct rule *rule,
		     enum change change)
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

static int sync_rules(struct registry *registry, struct session *session)
{
	enum change change;
	struct rule *rule;
	int ret = 0;

	while (ret == 0 && registry->connected && (rule = next_rule_change(registry, &change))) {
		ret = tell_rule(registry, session, rule, change);
		rule_put(rule);
	}
	return ret;
}

int registry_sync(struct registry *registry, struct session *session,
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
			put(hook);
	}
	if (ret == 0)
		ret = sync_rules(registry, session);
	if (ret < 0)
		mark_changed(registry);
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

int registry_install(struct registry *registry, struct portal_hook *hook, struct session *session)
{
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	hook->refs++;
	if (!hook->busy && needed_change(hook) == CHANGE_ADD)
		ret = tell(registry, session, hook, CHANGE_ADD);
	/* an unsure one goes when the guest has been told */
	if (ret < 0 && !atomic_exchange(&hook->removed, true) && hook->guest == HOOK_ABSENT)
		unlink_hook(registry, hook);
	put(hook);
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

/* ---- rules of modules -------------------------------------------------------------------------------------- */

int registry_add_rule(struct registry *registry, struct portal_hook *hook, struct rule *rule,
		      uint64_t *ret_id)
{
	int ret;

	pthread_mutex_lock(&registry->lock);
	if (!is_wanted(hook))
		ret = -ENOENT;
	else if (registry->connected && !(registry->features & PORTAL_FEATURE_RULE))
		ret = -EOPNOTSUPP;
	else
		ret = rules_link(&registry->rules, hook, rule);
	if (ret == 0) {
		*ret_id = rule->id;
		mark_changed(registry);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

/* under the lock */
static void end_rule(struct registry *registry, struct rule *rule)
{
	rules_revoke(&registry->rules, rule);
	if (rule->in_guest)
		mark_changed(registry);
	else if (!rule->busy)
		rules_unlink(&registry->rules, rule);
}

int registry_install_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
			  struct session *session)
{
	struct rule *rule;
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
			end_rule(registry, rule);
		rule_put(rule);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

int registry_revoke_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
			 uint64_t *ret_hits)
{
	struct rule *rule;

	pthread_mutex_lock(&registry->lock);
	rule = rules_find(hook, id);
	if (rule) {
		rule->refs++;
		end_rule(registry, rule);
		*ret_hits = rule->hits;
		rule_put(rule);
	}
	pthread_mutex_unlock(&registry->lock);
	return rule ? 0 : -ENOENT;
}

int registry_rule_hits(struct registry *registry, struct portal_hook *hook, uint64_t id,
		       uint64_t *ret_hits)
{
	struct rule *rule;

	pthread_mutex_lock(&registry->lock);
	rule = rules_find(hook, id);
	if (rule)
		*ret_hits = rules_hits(&registry->rules, rule);
	pthread_mutex_unlock(&registry->lock);
	return rule ? 0 : -ENOENT;
}

void registry_count_rules(struct registry *registry, uint64_t *ret_added, uint64_t *ret_revoked,
			  uint64_t *ret_hits)
{
	pthread_mutex_lock(&registry->lock);
	*ret_added = registry->rules.added;
	*ret_revoked = registry->rules.revoked;
	*ret_hits = rules_total_hits(&registry->rules);
	pthread_mutex_unlock(&registry->lock);
}

/* ---- events ------------------------------------------------------------------------------------------------ */

static bool is_for(struct portal_hook *hook, const struct call *call)
{
	uint32_t border = call->is_return ? PORTAL_ON_RETURN : PORTAL_ON_ENTER;

	if (!(call->hooks & 1ull << hook->bit) || !(hook->when & border) || !is_wanted(hook))
		return false;
	return !hook->name || hook->nr[call->is_compat] == call->nr;
}

size_t registry_collect(struct registry *registry, const struct call *call,
			struct portal_hook *hooks[static PORTAL_MAX_HOOKS],
			struct names **ret_names)
{
	size_t nr = 0;

	pthread_mutex_lock(&registry->lock);
	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		if (!is_for(hook, call) || nr == PORTAL_MAX_HOOKS)
			continue;
		hook->refs++;
		hooks[nr++] = hook;
	}
	*ret_names = names_get(registry->names);
	pthread_mutex_unlock(&registry->lock);
	return nr;
}

struct portal_hook *registry_find(struct registry *registry, uint32_t id, struct names **ret_names)
{
	struct portal_hook *hook;

	pthread_mutex_lock(&registry->lock);
	hook = first(registry);
	while (hook && hook->id != id)
		hook = next_of(hook);
	if (hook)
		hook->refs++;
	*ret_names = names_get(registry->names);
	pthread_mutex_unlock(&registry->lock);
	return hook;
}

void registry_put(struct registry *registry, struct portal_hook *hook)
{
	if (!hook)
		return;
	pthread_mutex_lock(&registry->lock);
	put(hook);
	pthread_mutex_unlock(&registry->lock);
}

void registry_describe(struct registry *registry, const struct portal_module *module, FILE *out)
{
	pthread_mutex_lock(&registry->lock);
	for (const struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		if (hook->module != module)
			continue;
		fputs("  ", out);
		hook_describe(hook, out);
	}
	pthread_mutex_unlock(&registry->lock);
}

size_t registry_count(struct registry *registry, const struct portal_module *module)
{
	size_t nr = 0;

	pthread_mutex_lock(&registry->lock);
	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook))
		nr += !atomic_load(&hook->removed) && (!module || hook->module == module);
	pthread_mutex_unlock(&registry->lock);
	return nr;
}
