/* SPDX-License-Identifier: MIT */
/* Rules of the fake guest, docs/protocol.md section 6: installs, removes and evaluates them. */
#ifndef FAKE_RULE_H
#define FAKE_RULE_H

#include "fake/guest.h"

/* result of evaluating the rules */
enum fake_rule_outcome {
	FAKE_RULE_NONE,	  /* no rule takes the call: send the event */
	FAKE_RULE_ANSWER, /* a rule answers; its stores are done */
	FAKE_RULE_FAILED, /* a store failed: send the event with PORTAL_SYSCALL_F_RULE_FAILED */
};

/** fake_rule_add() - install a rule. @data: payload of RULE_ADD. Return: 0; negative errno. */
int64_t fake_rule_add(struct fake_guest *guest, const uint8_t *data, size_t size);

/** fake_rule_del() - remove the rule in a slot. Return: 0; -ENOENT. */
int64_t fake_rule_del(struct fake_guest *guest, uint64_t slot);

/** fake_rule_del_hook() - remove the rules of hook @id; the caller holds the guest's lock. */
void fake_rule_del_hook(struct fake_guest *guest, uint32_t id);

/**
 * fake_rule_try() - answer a call by a rule, if one takes it
 * @call: the call, as in its event
 * @hook: the only hook that matches
 * @when: PORTAL_WHEN_*
 * @ret_rule: copy of the rule, with the result of the row that it has selected; written unless
 *	FAKE_RULE_NONE
 */
enum fake_rule_outcome fake_rule_try(struct fake_guest *guest, struct fake_task *task,
				     const struct portal_wire_syscall *call, uint32_t hook,
				     uint32_t when, struct portal_wire_rule *ret_rule);

#endif
