/* SPDX-License-Identifier: MIT */
/*
 * The slots of all rules: which rule has which, and the words that host and guest share. A rule is
 * in force while its word says its generation; who ends it takes the count of its answers out with
 * the same exchange, so that each call is counted there or comes as an event. Knows no session. The
 * registry's lock is around it.
 */
#ifndef HOOKS_RULES_H
#define HOOKS_RULES_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "hooks/rule.h"

/**
 * struct rules - see above; all zeros is empty
 * @by_slot: who has it; NULL: free
 * @generation: last one used, by slot
 * @next: where the search starts
 * @last_id: last id given out
 * @slots: shared with the guest; NULL: it has not said yet where they are
 * @opening: a session is asking it
 * @closed: its negative errno for that
 * @added: ever
 * @revoked: of these, by whatever means
 * @hits: answers of rules that are gone
 */
struct rules {
	struct installed_rule *by_slot[PORTAL_MAX_RULES];
	uint32_t generation[PORTAL_MAX_RULES];
	uint32_t next;
	uint64_t last_id;
	struct portal_rule_slot *slots;
	bool opening;
	int closed;
	uint64_t added, revoked, hits;
};

/** rules_link() - give @rule a slot, a generation and an id, behind the rules @hook has. Return: 0;
 * -ENOSPC. */
must_check int rules_link(struct rules *rules, struct portal_hook *hook,
			  struct installed_rule *rule);

/** rules_unlink() - take it out; one reference less. Nothing happens to one that is out. */
void rules_unlink(struct rules *rules, struct installed_rule *rule);

/** rules_find() - rule @id of @hook that is not revoked; NULL. */
struct installed_rule *rules_find(struct portal_hook *hook, uint64_t id);

/** rules_start() - from the moment the guest has @rule, it is in force. The slots are there. */
void rules_start(struct rules *rules, const struct installed_rule *rule);

/** rules_revoke() - it is not in force any more, and rule->hits is final. */
void rules_revoke(struct rules *rules, struct installed_rule *rule);

/** rules_hits() - answers of @rule so far. */
uint64_t rules_hits(const struct rules *rules, const struct installed_rule *rule);

/** rules_total_hits() - answers of all rules there ever were. */
uint64_t rules_total_hits(const struct rules *rules);

/**
 * rules_disconnect() - the guest is gone
 * @rules: no rule is the guest's any more, and what is revoked is taken out
 * @said_bye: the slots are still there: nothing is in force any more, and the counts are kept
 */
void rules_disconnect(struct rules *rules, bool said_bye);

#endif
