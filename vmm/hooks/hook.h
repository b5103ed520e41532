/* SPDX-License-Identifier: MIT */
/*
 * A registered hook: the checked copy of the module's description, and its wire format. The
 * registry owns it; events that are about to call it hold references.
 */
#ifndef HOOKS_HOOK_H
#define HOOKS_HOOK_H

#include <portal/hook.h>
#include <portal/wire.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/queue.h>

#include "base/cleanup.h"
#include "hooks/syscall_names.h"

struct installed_rule;

#define HOOK_REFUSAL_SIZE 256

/* Modules of an older API read registers without a flag, and know no end without a result. */
#define HOOK_API_OF_ENDS 3

/* state of a hook in the guest */
enum hook_guest {
	HOOK_ABSENT = 0,
	HOOK_ON,
	HOOK_OFF,
	HOOK_UNSURE, /* the session that was changing it was cancelled before the answer */
};

/**
 * struct portal_hook - a registered hook
 * @module: module that registered it
 * @id: its id on the wire, not 0
 * @order: grows with each hook; hooks of one module are called in this order
 * @when: PORTAL_ON_*
 * @flags: PORTAL_HOOK_*
 * @name: the system call, without "sys_"; NULL: every system call
 * @fn: callback
 * @on_error: called when a deferred write failed; may be NULL
 * @data: passed to both
 * @nr: its system call's number in the native and the compat table, or NAMES_NR_NONE
 * @wire: struct portal_wire_hook, declarations and strings; id, sites and flags are filled in when
 *	it is sent
 * @wire_len: bytes of @wire
 * @enabled: the module has not disabled it
 * @removed: the module has removed it
 * @failures: number of consecutive failures
 * @slow_reported: a slow callback has been reported
 *
 * @refs: reference count
 *
 * Protected by the registry's lock:
 * @guest: its state in the guest
 * @busy: a session is sending a change of it
 * @refused: negative errno with which the guest refused it
 * @refused_call: the system call for which the guest refused it; "" if it has not told
 * @serial: the guest's number for its installation; 0: not known
 * @rules: its rules
 * @link: entry in the registry's list, in calling order
 * @next_of_id: next hook in the registry's table of ids
 */
struct portal_hook {
	struct portal_module *module;
	uint32_t id;
	uint64_t order;
	uint32_t when;
	uint32_t flags;
	char *name;
	portal_syscall_fn *fn;
	void (*on_error)(struct portal_ctx *ctx, uint64_t addr, int err, void *data);
	void *data;
	uint32_t nr[2];
	uint8_t *wire;
	size_t wire_len;
	atomic_bool enabled;
	atomic_bool removed;
	atomic_uint failures;
	atomic_bool slow_reported;
	atomic_uint refs;
	enum hook_guest guest;
	bool busy;
	int refused;
	char refused_call[NAMES_MAX_LEN + 1];
	uint64_t serial;
	TAILQ_HEAD(hook_rules, installed_rule) rules;
	TAILQ_ENTRY(portal_hook) link;
	struct portal_hook *next_of_id;
};

/**
 * struct hook_target - what a hook's wire format depends on
 * @abi: PORTAL_ABI_* of the native and the compat table
 * @has_trace: the guest has traces; else a trace hook gets events instead of records
 */
struct hook_target {
	uint32_t abi[2];
	bool has_trace;
};

/**
 * hook_create() - check and copy a description
 * @module: the module that registers it
 * @desc: the module's description
 * @ret_hook: the hook, with one reference, not registered
 *
 * Return: 0; portal_hook_syscall()'s -EINVAL, -E2BIG and -ENAMETOOLONG; -ENOMEM.
 */
must_check int hook_create(struct portal_module *module, const struct portal_syscall_hook *desc,
			   struct portal_hook **ret_hook);

/** hook_free() - free a hook. @hook may be NULL. */
void hook_free(struct portal_hook *hook);

/** hook_get() - take a reference. Context: under the registry's lock, or with a reference. */
static inline void hook_get(struct portal_hook *hook)
{
	atomic_fetch_add_explicit(&hook->refs, 1, memory_order_relaxed);
}

/** hook_put() - drop a reference to @hook, which may be NULL; the last one frees. Any thread. */
static inline void hook_put(struct portal_hook *hook)
{
	if (hook && atomic_fetch_sub_explicit(&hook->refs, 1, memory_order_acq_rel) == 1)
		hook_free(hook);
}

/** hook_is_wanted() - check that its module has neither removed nor disabled it. */
static inline bool hook_is_wanted(const struct portal_hook *hook)
{
	return !atomic_load(&hook->removed) && atomic_load(&hook->enabled);
}

/** hook_call_name() - get the name of its system call, or "every system call", for messages. */
const char *hook_call_name(const struct portal_hook *hook);

/**
 * hook_refusal() - say why the guest cannot install a hook, for messages
 * @hook: the hook
 * @err: negative errno of the guest
 * @buf: HOOK_REFUSAL_SIZE bytes
 *
 * Return: @buf.
 */
const char *hook_refusal(const struct portal_hook *hook, int err, char *buf);

/**
 * hook_encode() - write the payload of PORTAL_OP_HOOK_ADD
 * @hook: a hook whose @nr is set
 * @target: the guest
 * @buf: PORTAL_REQUEST_ROOM bytes
 *
 * Return: bytes written to @buf.
 */
size_t hook_encode(const struct portal_hook *hook, const struct hook_target *target, uint8_t *buf);

/** hook_is_string_match() - check whether @match compares a string. */
bool hook_is_string_match(const struct portal_match *match);

/** hook_check_match() - validate a comparison. Return: 0; -EINVAL. */
must_check int hook_check_match(const struct portal_match *match);

/**
 * hook_encode_match() - encode a comparison for the wire
 * @match: a valid comparison
 * @wire: filled in; zeroed by the caller
 * @strings: area for strings; the string of @match is appended
 * @strings_used: bytes used in @strings, updated
 */
void hook_encode_match(const struct portal_match *match, struct portal_wire_match *wire,
		       char *strings, size_t *strings_used);

/** hook_describe() - print one line: the system call, its stages, filters and flags. */
void hook_describe(const struct portal_hook *hook, FILE *out);

#endif
