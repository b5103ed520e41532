/* SPDX-License-Identifier: MIT */
/*
 * One rule of a hook: the module's description, checked and copied, and its form on the wire. The
 * hook's registry owns it; a session that is telling the guest about it holds a reference.
 */
#ifndef HOOKS_RULE_H
#define HOOKS_RULE_H

#include <portal/hook.h>
#include <portal/wire.h>
#include <sys/queue.h>

#include "base/cleanup.h"

/**
 * struct installed_rule - see above
 * @hook: whose it is; NULL: taken out
 * @id: the module's name for it
 * @slot: its name on the wire
 * @generation: what its slot says while it is in force
 * @wire: struct portal_wire_rule and what follows; hook, slot and generation are filled in when it
 * is sent
 * @wire_len: bytes of @wire
 *
 * Under the registry's lock:
 * @refs: the registry's and the sessions'
 * @in_guest: the guest has it
 * @busy: a session is telling the guest about it
 * @revoked: it answers nothing any more
 * @unsure: whether it really has, is not known: the session that was telling it ended
 * @refused: the guest's negative errno for it
 * @hits: calls it has answered, but for those its slot counts
 * @link: in the hook's list, in the order of asking
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
 * @hook: what it is for
 * @desc: what the module wants
 * @ret_rule: the rule, one reference, in no list
 *
 * Return: 0; portal_rule_add()'s -EINVAL and -E2BIG; -ENOMEM.
 */
must_check int rule_create(const struct portal_hook *hook, const struct portal_rule *desc,
			   struct installed_rule **ret_rule);

/** rule_put() - one reference less; the last frees. */
void rule_put(struct installed_rule *rule);

/** rule_encode() - the payload of PORTAL_OP_RULE_ADD. @buf: PORTAL_DATA_SIZE bytes. Return: bytes
 * of it. */
size_t rule_encode(const struct installed_rule *rule, uint8_t *buf);

#endif
