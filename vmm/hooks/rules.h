/* SPDX-License-Identifier: MIT */
/*
 * The slots of all rules, each a word that host and guest share. A rule is in force while its slot
 * contains its generation. The exchange that revokes a rule also reads its hits, so that each
 * system call is either counted or sent as an event. Knows no session. Protected by the registry's
 * lock.
 */
#ifndef HOOKS_RULES_H
#define HOOKS_RULES_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "hooks/rule.h"

/**
 * struct rules - the slots of all rules; all zeros: none is in use
 * @by_slot: rule in each slot; NULL: free
 * @generation: last generation used in each slot
 * @next: slot where the search for a free one starts
 * @last_id: last id allocated
 * @slots: shared with the guest; NULL: not located yet
 * @opening: a session is locating them
 * @closed: negative errno with which the guest refused that
 * @added: number of rules ever added
 * @revoked: number of rules revoked, by the module or with their hook
 * @hits: hits of rules that have been unlinked
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

/**
 * rules_link() - add @rule to @hook, after its other rules, with a slot, a generation and an id
 *
 * Return: 0; -ENOSPC: no slot is free.
 */
must_check int rules_link(struct rules *rules, struct portal_hook *hook,
			  struct installed_rule *rule);

/** rules_unlink() - free the slot of @rule and drop a reference. Has no effect when unlinked. */
void rules_unlink(struct rules *rules, struct installed_rule *rule);

/** rules_find() - find rule @id of @hook. Return: NULL: there is none, or it is revoked. */
struct installed_rule *rules_find(struct portal_hook *hook, uint64_t id);

/**
 * rules_start() - store the generation of @rule in its slot, before the rule is sent to the guest
 *
 * Context: the slots have been located.
 */
void rules_start(struct rules *rules, const struct installed_rule *rule);

/** rules_revoke() - end @rule; afterwards rule->hits is final. */
void rules_revoke(struct rules *rules, struct installed_rule *rule);

/** rules_hits() - get the hits of @rule. */
uint64_t rules_hits(const struct rules *rules, const struct installed_rule *rule);

/** rules_total_hits() - get the hits of all rules, including unlinked ones. */
uint64_t rules_total_hits(const struct rules *rules);

/**
 * rules_disconnect() - forget the guest, and unlink revoked rules
 * @rules: the rules
 * @said_bye: the slots are still valid: clear them and keep their hits
 */
void rules_disconnect(struct rules *rules, bool said_bye);

#endif
