/* SPDX-License-Identifier: MIT */
#include "hooks/registry.h"

#include <errno.h>
#include <string.h>

#include "hooks/module.h"

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
	hook_bits_done(&registry->bits);
	syscall_names_put(registry->names);
	pthread_mutex_destroy(&registry->lock);
}

/* ---- the list; called with the lock held ---- */

/* The guest no longer has the hook, and so none of its rules. */
static void unlink_hook(struct registry *registry, struct portal_hook *hook)
{
	drop_rules(registry, hook);
	TAILQ_REMOVE(&registry->hooks, hook, link);
	hook_bits_free(&registry->bits, hook->name, hook->bit);
	hook_put(hook);
}

void registry_set_absent(struct registry *registry, struct portal_hook *hook)
{
	hook->guest = HOOK_ABSENT;
	hook->busy = false;
	if (atomic_load(&hook->removed))
		unlink_hook(registry, hook);
}

/* Search from the end: modules usually register their hooks one after the other. */
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
		hook->nr[compat] = syscall_names_find(registry->names, compat, hook->name);
	return hook->nr[0] == PORTAL_NR_NONE && hook->nr[1] == PORTAL_NR_NONE ? -ENOENT : 0;
}

void registry_mark_changed(struct registry *registry)
{
	atomic_store(&registry->changed, registry->connected);
}

/* Revoke all rules of a hook. Those in the guest are freed when the guest has removed them. */
static void revoke_rules(struct registry *registry, struct portal_hook *hook)
{
	struct installed_rule *rule, *next;

	for (rule = TAILQ_FIRST(&hook->rules); rule; rule = next) {
		next = TAILQ_NEXT(rule, link);
		rules_revoke(&registry->rules, rule);
		if (!rule->in_guest && !rule->busy)
			rules_unlink(&registry->rules, rule);
	}
}

/* ---- hooks of modules ---- */

int registry_add(struct registry *registry, struct portal_hook *hook)
{
	int ret;

	pthread_mutex_lock(&registry->lock);
	ret = resolve(registry, hook);
	if (ret == 0)
		ret = hook_bits_take(&registry->bits, hook->name, &hook->bit);
	if (ret == 0) {
		hook->id = ++registry->last_id;
		link_hook(registry, hook);
		registry_mark_changed(registry);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_drop(struct registry *registry, struct portal_hook *hook)
{
	if (atomic_exchange(&hook->removed, true))
		return;
	revoke_rules(registry, hook);
	if (hook->guest == HOOK_ABSENT && !hook->busy)
		unlink_hook(registry, hook);
	else
		registry_mark_changed(registry);
}

void registry_remove(struct registry *registry, struct portal_hook *hook)
{
	pthread_mutex_lock(&registry->lock);
	registry_drop(registry, hook);
	pthread_mutex_unlock(&registry->lock);
}

void registry_enable(struct registry *registry, struct portal_hook *hook, bool on)
{
	pthread_mutex_lock(&registry->lock);
	atomic_store(&hook->enabled, on);
	if (!on)
		revoke_rules(registry, hook);
	registry_mark_changed(registry);
	pthread_mutex_unlock(&registry->lock);
}

int registry_request_trace(struct registry *registry, uint32_t size)
{
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	if (registry->has_trace)
		ret = -EBUSY;
	else if (size > registry->trace_size)
		registry->trace_size = size;
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_wake(struct registry *registry)
{
	if (registry->raise_work && atomic_load(&registry->changed))
		registry->raise_work(registry->raise_work_ctx);
}

/* ---- the guest ---- */

/* Reset all state of the guest: it has no hooks and no rules. Called with the lock held. */
static void forget_guest(struct registry *registry, bool said_bye)
{
	struct portal_hook *hook, *next;

	registry->epoch++;
	rules_disconnect(&registry->rules, said_bye);
	for (hook = first(registry); hook; hook = next) {
		next = next_of(hook);
		hook->refused = 0;
		registry_set_absent(registry, hook);
	}
	syscall_names_put(registry->names);
	registry->names = NULL;
	registry->has_trace = false;
}

int registry_connect(struct registry *registry, struct syscall_names *names, uint64_t features,
		     struct portal_hook **ret_unknown)
{
	struct portal_hook *hook;
	int ret = 0;

	pthread_mutex_lock(&registry->lock);
	forget_guest(registry, false);
	registry->names = names;
	registry->features = features;
	registry->connected = true;
	registry_mark_changed(registry);
	for (hook = first(registry); hook && ret == 0; hook = next_of(hook)) {
		ret = resolve(registry, hook);
		if (ret < 0) {
			hook->refs++;
			*ret_unknown = hook;
		}
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

/* ---- rules of modules ---- */

int registry_add_rule(struct registry *registry, struct portal_hook *hook,
		      struct installed_rule *rule, uint64_t *ret_id)
{
	int ret;

	pthread_mutex_lock(&registry->lock);
	if (!hook_is_wanted(hook))
		ret = -ENOENT;
	else if (registry->connected && !(registry->features & PORTAL_FEATURE_RULE))
		ret = -EOPNOTSUPP;
	else
		ret = rules_link(&registry->rules, hook, rule);
	if (ret == 0) {
		*ret_id = rule->id;
		registry_mark_changed(registry);
	}
	pthread_mutex_unlock(&registry->lock);
	return ret;
}

void registry_end_rule(struct registry *registry, struct installed_rule *rule)
{
	rules_revoke(&registry->rules, rule);
	if (rule->in_guest)
		registry_mark_changed(registry);
	else if (!rule->busy)
		rules_unlink(&registry->rules, rule);
}

int registry_revoke_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
			 uint64_t *ret_hits)
{
	struct installed_rule *rule;

	pthread_mutex_lock(&registry->lock);
	rule = rules_find(hook, id);
	if (rule) {
		rule->refs++;
		registry_end_rule(registry, rule);
		*ret_hits = rule->hits;
		rule_put(rule);
	}
	pthread_mutex_unlock(&registry->lock);
	return rule ? 0 : -ENOENT;
}

int registry_rule_hits(struct registry *registry, struct portal_hook *hook, uint64_t id,
		       uint64_t *ret_hits)
{
	struct installed_rule *rule;

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

/* ---- events ---- */

static bool is_for(struct portal_hook *hook, const struct syscall_event *call)
{
	uint32_t stage = call->is_return ? PORTAL_ON_RETURN : PORTAL_ON_ENTER;

	if (!(call->hooks & 1ull << hook->bit) || !(hook->when & stage) || !hook_is_wanted(hook))
		return false;
	return !hook->name || hook->nr[call->is_compat] == call->nr;
}

size_t registry_collect(struct registry *registry, const struct syscall_event *call,
			struct portal_hook *hooks[static PORTAL_MAX_HOOKS],
			struct syscall_names **ret_names)
{
	size_t nr = 0;

	pthread_mutex_lock(&registry->lock);
	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		if (!is_for(hook, call) || nr == PORTAL_MAX_HOOKS)
			continue;
		hook->refs++;
		hooks[nr++] = hook;
	}
	*ret_names = syscall_names_get(registry->names);
	pthread_mutex_unlock(&registry->lock);
	return nr;
}

struct portal_hook *registry_find(struct registry *registry, uint32_t id,
				  struct syscall_names **ret_names)
{
	struct portal_hook *hook;

	pthread_mutex_lock(&registry->lock);
	hook = first(registry);
	while (hook && hook->id != id)
		hook = next_of(hook);
	if (hook)
		hook->refs++;
	*ret_names = syscall_names_get(registry->names);
	pthread_mutex_unlock(&registry->lock);
	return hook;
}

void registry_put(struct registry *registry, struct portal_hook *hook)
{
	if (!hook)
		return;
	pthread_mutex_lock(&registry->lock);
	hook_put(hook);
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
