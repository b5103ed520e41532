/* SPDX-License-Identifier: MIT */
#include "hooks/registry.h"

#include <errno.h>
#include <portal/ops.h>
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
	site_counts_done(&registry->counts);
	syscall_names_put(registry->names);
}

/* ---- the list; called with the lock held ---- */

/* Find the pointer to the hook with an id, or to the end of its bucket. */
static struct portal_hook **find_id(struct registry *registry, uint32_t id)
{
	struct portal_hook **at = &registry->by_id[id % REGISTRY_NR_BUCKETS];

	while (*at && (*at)->id != id)
		at = &(*at)->next_of_id;
	return at;
}

/* The guest no longer has the hook, and so none of its rules. */
static void unlink_hook(struct registry *registry, struct portal_hook *hook)
{
	drop_rules(registry, hook);
	TAILQ_REMOVE(&registry->hooks, hook, link);
	*find_id(registry, hook->id) = hook->next_of_id;
	site_counts_remove(&registry->counts, hook->name);
	hook_put(hook);
}

void registry_set_absent(struct registry *registry, struct portal_hook *hook)
{
	hook->guest = HOOK_ABSENT;
	hook->serial = 0;
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

/* After 2^32 hooks ids start again with those that are free. No event waits for so long. */
static uint32_t next_id(struct registry *registry)
{
	do
		registry->last_id++;
	while (registry->last_id == 0 || *find_id(registry, registry->last_id));
	return registry->last_id;
}

static void link_id(struct registry *registry, struct portal_hook *hook)
{
	struct portal_hook **bucket;

	hook->id = next_id(registry);
	hook->order = ++registry->last_order;
	bucket = &registry->by_id[hook->id % REGISTRY_NR_BUCKETS];
	hook->next_of_id = *bucket;
	*bucket = hook;
}

static int resolve(struct registry *registry, struct portal_hook *hook)
{
	if (!hook->name || !registry->names)
		return 0;
	for (int compat = 0; compat < 2; compat++)
		hook->nr[compat] = syscall_names_find(registry->names, compat, hook->name);
	return hook->nr[0] == NAMES_NR_NONE && hook->nr[1] == NAMES_NR_NONE ? -ENOENT : 0;
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

	lock_take(&registry->lock);
	ret = resolve(registry, hook);
	if (ret == 0)
		ret = site_counts_add(&registry->counts, hook->name);
	if (ret == 0) {
		link_id(registry, hook);
		link_hook(registry, hook);
		registry_mark_changed(registry);
	}
	lock_release(&registry->lock);
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
	lock_take(&registry->lock);
	registry_drop(registry, hook);
	lock_release(&registry->lock);
}

void registry_enable(struct registry *registry, struct portal_hook *hook, bool on)
{
	lock_take(&registry->lock);
	atomic_store(&hook->enabled, on);
	if (!on)
		revoke_rules(registry, hook);
	registry_mark_changed(registry);
	lock_release(&registry->lock);
}

int registry_request_trace(struct registry *registry, uint32_t size)
{
	int ret = 0;

	lock_take(&registry->lock);
	if (registry->has_trace)
		ret = -EBUSY;
	else if (size > registry->trace_size)
		registry->trace_size = size;
	lock_release(&registry->lock);
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

/* Called with the lock held. */
static void learn_guest(struct registry *registry, const struct hello *hello)
{
	registry->target = (struct hook_target){
		.abi = { hello->abi, hello->compat_abi },
		.has_trace = hello_has_op(hello, PORTAL_OP_TRACE_OPEN),
	};
	registry->has_rules =
		hello_has_op(hello, PORTAL_OP_RULE_OPEN) && hello_has_op(hello, PORTAL_OP_RULE_ADD);
}

int registry_connect(struct registry *registry, struct syscall_names *names,
		     const struct hello *hello, struct portal_hook **ret_unknown)
{
	struct portal_hook *hook;
	int ret = 0;

	lock_take(&registry->lock);
	forget_guest(registry, false);
	registry->names = names;
	learn_guest(registry, hello);
	registry->connected = true;
	registry_mark_changed(registry);
	for (hook = first(registry); hook && ret == 0; hook = next_of(hook)) {
		ret = resolve(registry, hook);
		if (ret < 0) {
			hook_get(hook);
			*ret_unknown = hook;
		}
	}
	lock_release(&registry->lock);
	return ret;
}

void registry_disconnect(struct registry *registry)
{
	lock_take(&registry->lock);
	forget_guest(registry, true);
	registry->connected = false;
	atomic_store(&registry->changed, false);
	lock_release(&registry->lock);
}

/* ---- rules of modules ---- */

int registry_add_rule(struct registry *registry, struct portal_hook *hook,
		      struct installed_rule *rule, uint64_t *ret_id)
{
	int ret;

	lock_take(&registry->lock);
	if (!hook_is_wanted(hook))
		ret = -ENOENT;
	else if (registry->connected && !registry->has_rules)
		ret = -EOPNOTSUPP;
	else
		ret = rules_link(&registry->rules, hook, rule);
	if (ret == 0) {
		*ret_id = rule->id;
		registry_mark_changed(registry);
	}
	lock_release(&registry->lock);
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

	lock_take(&registry->lock);
	rule = rules_find(hook, id);
	if (rule) {
		rule->refs++;
		registry_end_rule(registry, rule);
		*ret_hits = rule->hits;
		rule_put(rule);
	}
	lock_release(&registry->lock);
	return rule ? 0 : -ENOENT;
}

int registry_rule_hits(struct registry *registry, struct portal_hook *hook, uint64_t id,
		       uint64_t *ret_hits)
{
	struct installed_rule *rule;

	lock_take(&registry->lock);
	rule = rules_find(hook, id);
	if (rule)
		*ret_hits = rules_hits(&registry->rules, rule);
	lock_release(&registry->lock);
	return rule ? 0 : -ENOENT;
}

void registry_count_rules(struct registry *registry, uint64_t *ret_added, uint64_t *ret_revoked,
			  uint64_t *ret_hits)
{
	lock_take(&registry->lock);
	*ret_added = registry->rules.added;
	*ret_revoked = registry->rules.revoked;
	*ret_hits = rules_total_hits(&registry->rules);
	lock_release(&registry->lock);
}

/* ---- events ---- */

/* A hook with a greater serial than the event's newest was not in the guest at that time. */
static bool is_for(const struct portal_hook *hook, const struct guest_event *event)
{
	const struct syscall_body *call = &event->call;
	uint32_t stage = call->is_return ? PORTAL_ON_RETURN : PORTAL_ON_ENTER;

	if (hook->serial > event->newest || !(hook->when & stage) || !hook_is_wanted(hook))
		return false;
	return !hook->name || hook->nr[call->is_compat] == call->nr;
}

static bool is_called_before(const struct portal_hook *a, const struct portal_hook *b)
{
	if (a->module->index != b->module->index)
		return a->module->index < b->module->index;
	return a->order < b->order;
}

/* Insert @hook into @hooks, which has @nr entries in calling order. */
static void insert(struct portal_hook **hooks, size_t nr, struct portal_hook *hook)
{
	while (nr > 0 && is_called_before(hook, hooks[nr - 1])) {
		hooks[nr] = hooks[nr - 1];
		nr--;
	}
	hooks[nr] = hook;
}

size_t registry_collect(struct registry *registry, const struct guest_event *event,
			struct portal_hook *hooks[static PORTAL_MAX_HOOKS],
			struct syscall_names **ret_names)
{
	size_t nr = 0;

	lock_take(&registry->lock);
	for (uint32_t i = 0; i < event->nr_hooks; i++) {
		struct portal_hook *hook = *find_id(registry, event->hooks[i]);

		if (!hook || !is_for(hook, event))
			continue;
		hook_get(hook);
		insert(hooks, nr++, hook);
	}
	*ret_names = syscall_names_get(registry->names);
	lock_release(&registry->lock);
	return nr;
}

struct portal_hook *registry_find(struct registry *registry, uint32_t id,
				  struct syscall_names **ret_names)
{
	struct portal_hook *hook;

	lock_take(&registry->lock);
	hook = *find_id(registry, id);
	if (hook)
		hook_get(hook);
	*ret_names = syscall_names_get(registry->names);
	lock_release(&registry->lock);
	return hook;
}

void registry_describe(struct registry *registry, const struct portal_module *module, FILE *out)
{
	lock_take(&registry->lock);
	for (const struct portal_hook *hook = first(registry); hook; hook = next_of(hook)) {
		if (hook->module != module)
			continue;
		fputs("  ", out);
		hook_describe(hook, out);
	}
	lock_release(&registry->lock);
}

size_t registry_count(struct registry *registry, const struct portal_module *module)
{
	size_t nr = 0;

	lock_take(&registry->lock);
	for (struct portal_hook *hook = first(registry); hook; hook = next_of(hook))
		nr += !atomic_load(&hook->removed) && (!module || hook->module == module);
	lock_release(&registry->lock);
	return nr;
}
