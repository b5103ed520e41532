/* SPDX-License-Identifier: MIT */
/*
 * A rule of a hook: the checked copy of the module's description, and its wire format. The registry
 * owns it; a session that is sending a change of it holds a reference.
 */
#ifndef HOOKS_RULE_H
#define HOOKS_RULE_H

#include <portal/hook.h>
#include <portal/wire.h>
#include <sys/queue.h>

#include "base/cleanup.h"

/**
 * struct installed_rule - a rule
 * @hook: its hook; NULL: the rule has been unlinked
 * @id: its id for the module
 * @slot: its slot, which names it on the wire
 * @generation: value in its slot while the rule is in force
 * @wire: struct portal_wire_rule, its conditions, stores and bytes; hook, slot and generation are
 *	filled in when it is sent
 * @wire_len: bytes of @wire
 *
 * Protected by the registry's lock:
 * @refs: reference count
 * @in_guest: the guest has it, or may have it when @unsure is set
 * @unsure: the session that was sending a change ended before the answer
 * @busy: a session is sending a change of it
 * @revoked: it is no longer in force
 * @refused: negative errno with which the guest refused it
 * @hits: system calls it has answered, without those that its slot counts
 * @link: entry in the hook's list, in the order in which rules are tried
 */
struct installed_rule {
	struct portal_hook *hook;
	uint64_t id;
	uint32_t slot, generation;
	uint8_t *wire;
	size_t wire_len;
	unsigned int refs;
	bool in_guest, unsure, busy, revoked;
	int refused;
	uint64_t hits;
	TAILQ_ENTRY(installed_rule) link;
};

/**
 * rule_create() - check and copy a description
 * @hook: its hook
 * @desc: the module's description
 * @ret_rule: the rule, with one reference, in no list
 *
 * Return: 0; portal_rule_add()'s -EINVAL and -E2BIG; -ENOMEM.
 */
must_check int rule_create(const struct portal_hook *hook, const struct portal_rule *desc,
			   struct installed_rule **ret_rule);

/** rule_put() - drop a reference; the last one frees. */
void rule_put(struct installed_rule *rule);

/**
 * rule_encode() - write the payload of PORTAL_OP_RULE_ADD
 * @rule: a rule with a hook
 * @buf: PORTAL_DATA_SIZE bytes
 *
 * Return: bytes written to @buf.
 */
size_t rule_encode(const struct installed_rule *rule, uint8_t *buf);

#endif
