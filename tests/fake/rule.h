/* SPDX-License-Identifier: MIT */
/* The fake guest's rules, docs/protocol.md section 6: which ones there are, and what they answer.
 */
#ifndef FAKE_RULE_H
#define FAKE_RULE_H

#include "fake/guest.h"

/* what came of asking the rules */
enum fake_rule_outcome {
	FAKE_RULE_NONE,	  /* ring */
	FAKE_RULE_ANSWER, /* the stores are done */
	FAKE_RULE_FAILED, /* ring, and say so */
};

/** fake_rule_add() - install a rule, the payload of RULE_ADD. Return: 0; negative errno. */
int64_t fake_rule_add(struct fake_guest *guest, const uint8_t *data, size_t size);

/** fake_rule_del() - take it out. Return: 0; -ENOENT. */
int64_t fake_rule_del(struct fake_guest *guest, uint64_t slot);

/** fake_rule_del_hook() - take those of hook @id out; the guest's lock is held. */
void fake_rule_del_hook(struct fake_guest *guest, uint32_t id);

/**
 * fake_rule_ask() - does a rule answer
 * @call: the event, filled
 * @when: PORTAL_WHEN_*
 * @ret_rule: the rule whose call it is, copied
 */
enum fake_rule_outcome fake_rule_ask(struct fake_guest *guest, struct fake_task *task,
				     const struct portal_wire_syscall *call, uint32_t when,
				     struct portal_wire_rule *ret_rule);

#endif
