/* SPDX-License-Identifier: MIT */
/*
 * One registered hook: the module's description, checked and copied, and its form on the wire. The
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

struct installed_rule;

/* what the guest has of a hook; unsure: who was to tell it was killed, and may have done so or not
 */
enum hook_guest { HOOK_ABSENT = 0, HOOK_ON, HOOK_OFF, HOOK_UNSURE };

/**
 * struct portal_hook - a registered hook
 * @module: whose it is
 * @id: its name on the wire, not 0
 * @bit: its bit in events of its calls
 * @when: PORTAL_ON_*
 * @flags: PORTAL_HOOK_*
 * @name: the call, without "sys_"; NULL = every call
 * @fn: callback
 * @on_error: a deferred write failed; may be NULL
 * @data: handed to both
 * @nr: number in the native and the compat table, PORTAL_NR_NONE without
 * @wire: struct portal_wire_hook and strings; id, bit and numbers are filled in when it is sent
 * @wire_len: bytes of @wire
 * @enabled: the module wants it called
 * @removed: the module has let go of it
 * @failures: in a row
 * @slow_reported: the user knows that it takes long
 *
 * Under the registry's lock:
 * @refs: the registry's and the events'
 * @guest: what the guest has
 * @busy: a session is telling the guest about it
 * @refused: the guest's negative errno for it
 * @rules: its rules
 * @link: in the registry's list, in the order of calling
 */
struct portal_hook {
	struct portal_module *module;
	uint32_t id;
	uint32_t bit;
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
	unsigned int refs;
	enum hook_guest guest;
	bool busy;
	int refused;
	TAILQ_HEAD(hook_rules, installed_rule) rules;
	TAILQ_ENTRY(portal_hook) link;
};

/**
 * hook_create() - check and copy a description
 * @module: whose it is
 * @desc: what the module wants
 * @ret_hook: the hook, one reference, not registered
 *
 * Return: 0; portal_hook_syscall()'s -EINVAL, -E2BIG and -ENAMETOOLONG; -ENOMEM.
 */
must_check int hook_create(struct portal_module *module, const struct portal_syscall_hook *desc,
			   struct portal_hook **ret_hook);

/** hook_free() - NULL is fine. */
void hook_free(struct portal_hook *hook);

/** hook_put() - give back a reference, under the registry's lock; the last one frees it. */
void hook_put(struct portal_hook *hook);

/** hook_is_wanted() - its module wants it called. */
bool hook_is_wanted(const struct portal_hook *hook);

/** hook_call_name() - for messages: the call's name, or "every system call". */
const char *hook_call_name(const struct portal_hook *hook);

/**
 * hook_encode() - the payload of PORTAL_OP_HOOK_ADD
 * @hook: with its numbers known
 * @features: PORTAL_FEATURE_* of the guest; without FETCH declarations are left out, without LOG it
 * is asked
 * @buf: PORTAL_DATA_SIZE bytes
 *
 * Return: bytes of @buf.
 */
size_t hook_encode(const struct portal_hook *hook, uint64_t features, uint8_t *buf);

/** hook_is_string_match() - does it look at a string. */
bool hook_is_string_match(const struct portal_match *match);

/** hook_check_match() - check a comparison. Return: 0; -EINVAL. */
must_check int hook_check_match(const struct portal_match *match);

/**
 * hook_encode_match() - a checked comparison for the wire
 * @match: the comparison
 * @wire: zeroed, to be filled
 * @strings: where its string goes, behind the @strings_used bytes that are there already
 * @strings_used: grows by its string
 */
void hook_encode_match(const struct portal_match *match, struct portal_wire_match *wire,
		       char *strings, size_t *strings_used);

/** hook_describe() - one line: the call, when, and its filters. */
void hook_describe(const struct portal_hook *hook, FILE *out);

#endif
