/* SPDX-License-Identifier: MIT */
#include "hooks/rules.h"

#include <errno.h>

#include "base/bytes.h"
#include "hooks/hook.h"

#define HITS_MASK ((1ull << PORTAL_RULE_HITS_BITS) - 1)

/* ---- a slot's word ---- */

static uint64_t state_of(uint32_t generation)
{
	return htole64((uint64_t)generation << PORTAL_RULE_HITS_BITS);
}

/* Get the hits from a slot's word. A word with another generation does not count for this rule. */
static uint64_t hits_in(const struct installed_rule *rule, uint64_t state)
{
	uint64_t word = le64toh(state);

	return word >> PORTAL_RULE_HITS_BITS == rule->generation ? word & HITS_MASK : 0;
}

void rules_start(struct rules *rules, const struct installed_rule *rule)
{
	__atomic_store_n(&rules->slots[rule->slot].state, state_of(rule->generation),
			 __ATOMIC_SEQ_CST);
}

static void stop(struct rules *rules, struct installed_rule *rule)
{
	if (rules->slots)
		rule->hits += hits_in(rule, __atomic_exchange_n(&rules->slots[rule->slot].state, 0,
								__ATOMIC_SEQ_CST));
}

/* ---- slots ---- */

/* A freed slot is reused last, with a generation that no rule there has had for a long time. */
static void take_slot(struct rules *rules, uint32_t slot, struct installed_rule *rule)
{
	uint32_t generation = (rules->generation[slot] + 1) % PORTAL_RULE_GENERATIONS;

	rules->generation[slot] = generation ? generation : 1;
	rules->by_slot[slot] = rule;
	rules->next = (slot + 1) % PORTAL_MAX_RULES;
	rule->slot = slot;
	rule->generation = rules->generation[slot];
}

int rules_link(struct rules *rules, struct portal_hook *hook, struct installed_rule *rule)
{
	uint32_t slot = rules->next, tried = 0;

	while (rules->by_slot[slot]) {
		if (++tried == PORTAL_MAX_RULES)
			return -ENOSPC;
		slot = (slot + 1) % PORTAL_MAX_RULES;
	}
	take_slot(rules, slot, rule);
	rule->id = ++rules->last_id;
	rule->hook = hook;
	TAILQ_INSERT_TAIL(&hook->rules, rule, link);
	rules->added++;
	return 0;
}

void rules_unlink(struct rules *rules, struct installed_rule *rule)
{
	if (!rule->hook)
		return;
	TAILQ_REMOVE(&rule->hook->rules, rule, link);
	rule->hook = NULL;
	rules->by_slot[rule->slot] = NULL;
	rules->hits += rule->hits;
	rule_put(rule);
}

struct installed_rule *rules_find(struct portal_hook *hook, uint64_t id)
{
	struct installed_rule *rule;

	TAILQ_FOREACH(rule, &hook->rules, link)
	if (rule->id == id && !rule->revoked)
		return rule;
	return NULL;
}

void rules_revoke(struct rules *rules, struct installed_rule *rule)
{
	if (rule->revoked)
		return;
	rule->revoked = true;
	rules->revoked++;
	stop(rules, rule);
}

uint64_t rules_hits(const struct rules *rules, const struct installed_rule *rule)
{
	if (!rules->slots)
		return rule->hits;
	return rule->hits +
	       hits_in(rule, __atomic_load_n(&rules->slots[rule->slot].state, __ATOMIC_SEQ_CST));
}

uint64_t rules_total_hits(const struct rules *rules)
{
	uint64_t hits = rules->hits;

	for (uint32_t slot = 0; slot < PORTAL_MAX_RULES; slot++)
		if (rules->by_slot[slot])
			hits += rules_hits(rules, rules->by_slot[slot]);
	return hits;
}

void rules_disconnect(struct rules *rules, bool said_bye)
{
	for (uint32_t slot = 0; slot < PORTAL_MAX_RULES; slot++) {
		struct installed_rule *rule = rules->by_slot[slot];

		if (!rule)
			continue;
		if (said_bye)
			stop(rules, rule);
		rule->in_guest = rule->unsure = false;
		rule->busy = false;
		rule->refused = 0;
		if (rule->revoked)
			rules_unlink(rules, rule);
	}
	rules->slots = NULL;
	rules->opening = false;
	rules->closed = 0;
}
