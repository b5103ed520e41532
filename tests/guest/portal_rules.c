/* SPDX-License-Identifier: MIT */
/*
 * A guest with rules (of the example raeth). With lie=N of the command line it says that their
 * slots are where they cannot be: the host ends the VM. Without, it keeps what the host has put
 * there for it, and then writes anything.
 */
#include "portal.h"

#define NR_OPERATIONS_MAX 30
#define HITS		  5

static volatile struct portal_rule_slot slots[PORTAL_MAX_RULES]
	__attribute__((aligned(PORTAL_PAGE_SIZE)));

/* which slots have rules, and their generations */
static uint64_t generations[PORTAL_MAX_RULES];
static uint64_t nr_rules;

static uint64_t place(uint64_t lie)
{
	const uint64_t places[] = {
		gpa_of(slots),
		gpa_of(pool),
		gpa_of(pool) - 3 * PORTAL_PAGE_SIZE,
		gpa_of(slots) + sizeof(slots[0]),
		guest_ram_end() - PORTAL_PAGE_SIZE,
		MMIO_HOLE,
		UINT64_MAX - PORTAL_PAGE_SIZE + 1,
		1ull << 63,
	};

	return places[lie % ARRAY_SIZE(places)];
}

static bool take_rule(void)
{
	struct portal_wire_rule rule;

	memcpy(&rule, portal_data(0), sizeof(rule));
	if (rule.slot >= PORTAL_MAX_RULES || generations[rule.slot] || !rule.generation)
		return false;
	if (slots[rule.slot].state != (uint64_t)rule.generation << PORTAL_RULE_HITS_BITS)
		return false;
	generations[rule.slot] = rule.generation;
	nr_rules++;
	return true;
}

/* Return: it was served, and what was asked made sense */
static bool answer_one(uint64_t lie)
{
	static const char names[] = "ioctl";

	switch (portal_asked(0)) {
	case PORTAL_OP_SYSCALL_NAMES:
		return portal_answer_names(0, names, pool[0].size == GUEST_ABI ? sizeof(names) : 0);
	case PORTAL_OP_RULE_OPEN:
		return portal_answer(0, 0, place(lie));
	case PORTAL_OP_RULE_ADD:
		return take_rule() && portal_answer(0, 0, 0);
	default:
		return portal_answer(0, 0, 0);
	}
}

static bool converse(uint64_t lie)
{
	for (unsigned int i = 0; i < NR_OPERATIONS_MAX; i++) {
		if (portal_asked(0) == PORTAL_OP_NONE)
			return true;
		if (!answer_one(lie))
			return false;
	}
	return false;
}

static bool work(void)
{
	portal_open(1, PORTAL_EVENT_WORK, 0);
	return portal_call_page(1, PORTAL_CALL_WORK) && portal_asked(1) == PORTAL_OP_NONE;
}

static void fill(uint64_t state)
{
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		slots[i].state = state;
}

static bool are_given_back(void)
{
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		if (generations[i] && slots[i].state)
			return false;
	return true;
}

void guest_main(void)
{
	uint64_t lie = guest_parameter("lie");
	struct portal_wire_hello *hello = portal_hello();

	hello->features = PORTAL_FEATURE_RULE;
	check(portal_call_page(0, PORTAL_CALL_HELLO), "a guest with rules is welcomed");
	check(converse(lie) && nr_rules > 0, "each rule's generation is there before the rule");
	/* what was refused was the last ring; the VM is about to end */
	while (lie)
		cpu_relax();

	fill(UINT64_MAX);
	check(work(), "slots full of anything are nothing to the host");
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		if (generations[i])
			slots[i].state = generations[i] << PORTAL_RULE_HITS_BITS | HITS;
	check(portal_call_page(0, PORTAL_CALL_BYE) && are_given_back(),
	      "bye takes the counts, and nothing is in force");
	fill(UINT64_MAX);
	print_number("hits", nr_rules * HITS);
}
