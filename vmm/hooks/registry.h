/* SPDX-License-Identifier: MIT */
/*
 * All hooks in the order they are called, which bit each has, their rules, and how far the guest
 * has been told, which sync.h does. Owns the hooks, the rules and the guest's system call tables.
 * Any thread; nothing here is held while a session waits.
 */
#ifndef HOOKS_REGISTRY_H
#define HOOKS_REGISTRY_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "hooks/hook.h"
#include "hooks/hook_bits.h"
#include "hooks/rules.h"
#include "hooks/syscall_names.h"
#include "portal/event.h"
#include "portal/session.h"

/**
 * struct registry - see above
 * @lock: everything but @changed
 * @hooks: list, in the order of calling
 * @bits: of the hooks in it
 * @rules: of the hooks in it
 * @names: tables of the guest; NULL before hello
 * @features: PORTAL_FEATURE_* of the guest
 * @connected: a guest is there
 * @epoch: how many guests have been; an operation asked of an earlier one means nothing
 * @last_id: last id given out
 * @trace_size: bytes of the guest's trace rings that modules have asked for; 0: none has
 * @has_trace: the guest has made its trace rings
 * @changed: the guest does not know all yet
 * @raise_work: asks the guest for a session
 * @raise_work_ctx: handed to it
 */
struct registry {
	pthread_mutex_t lock;
	TAILQ_HEAD(registry_hooks, portal_hook) hooks;
	struct hook_bits bits;
	struct rules rules;
	struct names *names;
	uint64_t features;
	bool connected;
	uint64_t epoch;
	uint32_t last_id;
	uint32_t trace_size;
	bool has_trace;
	atomic_bool changed;
	void (*raise_work)(void *ctx);
	void *raise_work_ctx;
};

/** registry_init() - empty. @raise_work: see struct registry; may be NULL. */
void registry_init(struct registry *registry, void (*raise_work)(void *ctx), void *ctx);

/** registry_done() - frees every hook, whether or not its module has unhooked it. */
void registry_done(struct registry *registry);

/**
 * registry_add() - take a hook, behind those of its own and of earlier modules
 * @registry: the registry
 * @hook: from hook_create(); the registry owns it on success
 *
 * Return: 0; -ENOSPC: 64 hooks share one of its calls; -ENOENT: the guest has no such call;
 * -ENOMEM.
 */
must_check int registry_add(struct registry *registry, struct portal_hook *hook);

/** registry_remove() - the module lets go: no callback any more, and the guest is told in time. */
void registry_remove(struct registry *registry, struct portal_hook *hook);

/**
 * registry_enable() - switch a hook; the guest is told in time. Its rules do not come back with it.
 */
void registry_enable(struct registry *registry, struct portal_hook *hook, bool on);

/**
 * registry_want_trace() - rings of at least @size bytes, a valid size. Return: 0; -EBUSY: they are
 * made.
 */
must_check int registry_want_trace(struct registry *registry, uint32_t size);

/** registry_wake() - changes were made outside of any session: have the guest open one. */
void registry_wake(struct registry *registry);

/**
 * registry_connect() - a guest has said hello: it has no hooks yet
 * @registry: the registry
 * @names: its tables, one reference, taken over
 * @features: PORTAL_FEATURE_* it was welcomed with
 * @ret_unknown: for -ENOENT the hook whose call the guest lacks, a reference
 *
 * Return: 0; -ENOENT.
 */
must_check int registry_connect(struct registry *registry, struct names *names, uint64_t features,
				struct portal_hook **ret_unknown);

/** registry_disconnect() - the guest's module has said bye, or no guest runs any more. */
void registry_disconnect(struct registry *registry);

/**
 * registry_add_rule() - take a rule, behind those its hook has
 * @registry: the registry
 * @hook: its hook
 * @rule: from rule_create(); the registry owns it on success
 * @ret_id: its name
 *
 * Return: 0; -ENOSPC: no slot is free; -ENOENT: the hook is removed or off; -EOPNOTSUPP: the guest
 * has no rules.
 */
must_check int registry_add_rule(struct registry *registry, struct portal_hook *hook,
				 struct installed_rule *rule, uint64_t *ret_id);

/** registry_revoke_rule() - end a rule at once. @ret_hits: its answers. Return: 0; -ENOENT. */
must_check int registry_revoke_rule(struct registry *registry, struct portal_hook *hook,
				    uint64_t id, uint64_t *ret_hits);

/** registry_rule_hits() - its answers so far. Return: 0; -ENOENT. */
must_check int registry_rule_hits(struct registry *registry, struct portal_hook *hook, uint64_t id,
				  uint64_t *ret_hits);

/**
 * registry_count_rules() - rules ever added, of these revoked, and calls that all of them answered.
 */
void registry_count_rules(struct registry *registry, uint64_t *ret_added, uint64_t *ret_revoked,
			  uint64_t *ret_hits);

/**
 * registry_collect() - the hooks an event is for, in the order to call them
 * @registry: the registry
 * @call: the event; unknown bits are ignored
 * @hooks: takes them, each a reference
 * @ret_names: the tables the event's number belongs to, a reference
 *
 * Return: how many.
 */
size_t registry_collect(struct registry *registry, const struct syscall_event *call,
			struct portal_hook *hooks[static PORTAL_MAX_HOOKS],
			struct names **ret_names);

/** registry_find() - the hook named @id, a reference; NULL. @ret_names: the tables, a reference. */
struct portal_hook *registry_find(struct registry *registry, uint32_t id, struct names **ret_names);

/** registry_mark_changed() - under the lock: the guest, if there is one, does not know all. */
void registry_mark_changed(struct registry *registry);

/**
 * registry_drop() - under the lock: its module lets go of @hook, which goes as soon as the guest
 * has not got it.
 */
void registry_drop(struct registry *registry, struct portal_hook *hook);

/**
 * registry_lost() - under the lock: the guest has not got @hook; nobody wants it either: it goes.
 */
void registry_lost(struct registry *registry, struct portal_hook *hook);

/** registry_end_rule() - under the lock: revoked at once, forgotten as soon as the guest has. */
void registry_end_rule(struct registry *registry, struct installed_rule *rule);

/** registry_put() - give back a reference to a hook; NULL is fine. */
void registry_put(struct registry *registry, struct portal_hook *hook);

/** registry_describe() - a line for every hook of @module. */
void registry_describe(struct registry *registry, const struct portal_module *module, FILE *out);

/** registry_count() - hooks of @module that it has not removed; NULL: of all. */
size_t registry_count(struct registry *registry, const struct portal_module *module);

#endif
