/* SPDX-License-Identifier: MIT */
/*
 * All hooks in calling order and by id, their rules, and the state of each in the guest, which
 * guest_sync.h updates. Owns the hooks, the rules and the guest's system call tables. The functions
 * may be called from any thread; the lock is not held while a session waits.
 */
#ifndef HOOKS_REGISTRY_H
#define HOOKS_REGISTRY_H

#include <stdatomic.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/lock.h"
#include "hooks/hook.h"
#include "hooks/rules.h"
#include "hooks/site_counts.h"
#include "hooks/syscall_names.h"
#include "portal/event.h"
#include "portal/hello.h"
#include "portal/session.h"

#define REGISTRY_NR_BUCKETS 256u

/**
 * struct registry - all hooks and rules
 * @lock: protects everything except @changed
 * @hooks: list of hooks, in calling order
 * @by_id: the same hooks, by the low bits of their ids
 * @counts: hooks on each system call
 * @rules: slots of their rules
 * @names: system call tables of the guest; NULL before hello
 * @target: what the wire format of hooks depends on
 * @has_rules: the guest has rules
 * @connected: a guest module is connected
 * @epoch: incremented at each hello and bye; results from an older epoch are discarded
 * @last_id: last hook id allocated
 * @last_order: number of hooks added so far
 * @trace_size: bytes of a trace ring that hook modules have requested; 0: none has
 * @has_trace: the guest has created its trace rings
 * @changed: there are changes that the guest has not received
 * @raise_work: requests a session from the guest; may be NULL
 * @raise_work_ctx: passed to @raise_work
 */
struct registry {
	struct lock lock;
	TAILQ_HEAD(registry_hooks, portal_hook) hooks;
	struct portal_hook *by_id[REGISTRY_NR_BUCKETS];
	struct site_counts counts;
	struct rules rules;
	struct syscall_names *names;
	struct hook_target target;
	bool has_rules;
	bool connected;
	uint64_t epoch;
	uint32_t last_id;
	uint64_t last_order;
	uint32_t trace_size;
	bool has_trace;
	atomic_bool changed;
	void (*raise_work)(void *ctx);
	void *raise_work_ctx;
};

/** registry_init() - initialise an empty registry. @raise_work, @ctx: see struct registry. */
void registry_init(struct registry *registry, void (*raise_work)(void *ctx), void *ctx);

/** registry_done() - free all hooks, including those that their hook modules have not removed. */
void registry_done(struct registry *registry);

/**
 * registry_add() - add a hook, after the hooks of the same and of earlier hook modules
 * @registry: the registry
 * @hook: from hook_create(); the registry owns it on success
 *
 * Return: 0; -ENOSPC: there are 64 hooks on its system call; -ENOENT: the guest has no such system
 * call; -ENOMEM.
 */
must_check int registry_add(struct registry *registry, struct portal_hook *hook);

/** registry_remove() - remove a hook: stop its callbacks now, update the guest later. */
void registry_remove(struct registry *registry, struct portal_hook *hook);

/**
 * registry_enable() - enable or disable a hook now, update the guest later
 *
 * Disabling a hook revokes its rules.
 */
void registry_enable(struct registry *registry, struct portal_hook *hook, bool on);

/**
 * registry_request_trace() - request trace rings of at least @size bytes, a valid size
 *
 * Return: 0; -EBUSY: the rings have been created.
 */
must_check int registry_request_trace(struct registry *registry, uint32_t size);

/** registry_wake() - request a session for changes that were made outside of one. */
void registry_wake(struct registry *registry);

/**
 * registry_connect() - start with a new guest module, which has no hooks yet
 * @registry: the registry
 * @names: its system call tables; the registry takes over the reference
 * @hello: its hello
 * @ret_unknown: for -ENOENT, a reference to the hook whose system call the guest does not have
 *
 * Return: 0; -ENOENT.
 */
must_check int registry_connect(struct registry *registry, struct syscall_names *names,
				const struct hello *hello, struct portal_hook **ret_unknown);

/** registry_disconnect() - forget the guest module, after its bye or the end of the guest. */
void registry_disconnect(struct registry *registry);

/**
 * registry_add_rule() - add a rule after the rules of its hook
 * @registry: the registry
 * @hook: its hook
 * @rule: from rule_create(); the registry owns it on success
 * @ret_id: its id
 *
 * Return: 0; -ENOSPC: no slot is free; -ENOENT: the hook is removed or disabled; -EOPNOTSUPP: the
 * guest does not support rules.
 */
must_check int registry_add_rule(struct registry *registry, struct portal_hook *hook,
				 struct installed_rule *rule, uint64_t *ret_id);

/** registry_revoke_rule() - revoke a rule at once and get its hits. Return: 0; -ENOENT. */
must_check int registry_revoke_rule(struct registry *registry, struct portal_hook *hook,
				    uint64_t id, uint64_t *ret_hits);

/** registry_rule_hits() - get the number of hits of a rule. Return: 0; -ENOENT. */
must_check int registry_rule_hits(struct registry *registry, struct portal_hook *hook, uint64_t id,
				  uint64_t *ret_hits);

/** registry_count_rules() - count the rules added and revoked, and the hits of all rules. */
void registry_count_rules(struct registry *registry, uint64_t *ret_added, uint64_t *ret_revoked,
			  uint64_t *ret_hits);

/**
 * registry_collect() - get the hooks of a system call event, in calling order
 * @registry: the registry
 * @event: the event; ids that are not those of hooks on this call at this stage are ignored
 * @hooks: receives a reference to each hook
 * @ret_names: a reference to the guest's system call tables, or NULL
 *
 * Return: number of hooks.
 */
size_t registry_collect(struct registry *registry, const struct guest_event *event,
			struct portal_hook *hooks[static PORTAL_MAX_HOOKS],
			struct syscall_names **ret_names);

/**
 * registry_find() - get a reference to the hook with an id
 * @registry: the registry
 * @id: any value
 * @ret_names: a reference to the guest's system call tables, or NULL
 *
 * Return: the hook; NULL.
 */
struct portal_hook *registry_find(struct registry *registry, uint32_t id,
				  struct syscall_names **ret_names);

/**
 * registry_mark_changed() - note that there are changes to send, if a guest is connected
 *
 * Context: under the lock.
 */
void registry_mark_changed(struct registry *registry);

/**
 * registry_drop() - remove @hook for its hook module; it is freed when the guest no longer has it
 *
 * Context: under the lock.
 */
void registry_drop(struct registry *registry, struct portal_hook *hook);

/**
 * registry_set_absent() - note that the guest no longer has @hook; free it if its hook module has
 * removed it
 *
 * Context: under the lock.
 */
void registry_set_absent(struct registry *registry, struct portal_hook *hook);

/**
 * registry_end_rule() - revoke @rule at once; it is freed when the guest no longer has it
 *
 * Context: under the lock.
 */
void registry_end_rule(struct registry *registry, struct installed_rule *rule);

/** registry_describe() - print a line for each hook of the hook module @module. */
void registry_describe(struct registry *registry, const struct portal_module *module, FILE *out);

/**
 * registry_count() - count the hooks of @module (NULL: of all hook modules), without removed ones.
 */
size_t registry_count(struct registry *registry, const struct portal_module *module);

#endif
