/* SPDX-License-Identifier: MIT */
/*
 * A guest with rules (of the example raeth). With lie=N on the command line, it announces slots at
 * an invalid address, and the host ends the VM. Without, it accepts the rules, and later overwrites
 * the slots with arbitrary values.
 */
#include "portal.h"

#define NR_OPERATIONS_MAX 30
#define HITS		  5

static volatile struct portal_rule_slot slots[PORTAL_MAX_RULES]
	__attribute__((aligned(PORTAL_PAGE_SIZE)));

/* generation of the rule in each slot; 0: no rule */
static uint64_t generations[PORTAL_MAX_RULES];
static uint64_t nr_rules;

static uint64_t slots_address(uint64_t lie)
{
	const uint64_t addresses[] = {
		gpa_of(slots),
		gpa_of(pool),
		gpa_of(pool) - 3 * PORTAL_PAGE_SIZE,
		gpa_of(slots) + sizeof(slots[0]),
		guest_ram_end() - PORTAL_PAGE_SIZE,
		MMIO_HOLE,
		UINT64_MAX - PORTAL_PAGE_SIZE + 1,
		1ull << 63,
	};

	return addresses[lie % ARRAY_SIZE(addresses)];
}

static bool take_rule(void)
{
	struct portal_wire_rule rule;

	memcpy(&rule, (char *)portal_data(0) + sizeof(struct portal_wire_request), sizeof(rule));
	if (rule.slot >= PORTAL_MAX_RULES || generations[rule.slot] || !rule.generation)
		return false;
	if (slots[rule.slot].state != (uint64_t)rule.generation << PORTAL_RULE_HITS_BITS)
		return false;
	generations[rule.slot] = rule.generation;
	nr_rules++;
	return true;
}

/* Return: the operation was valid, and the answer was served */
static bool answer_one(uint64_t lie)
{
	static const char names[] = "ioctl";

	switch (portal_operation(0)) {
	case PORTAL_OP_SYSCALL_NAMES:
		return portal_answer_names(0, names,
					   portal_request(0).arg == GUEST_ABI ? sizeof(names) : 0);
	case PORTAL_OP_HOOK_ADD:
		return portal_answer_serial(0);
	case PORTAL_OP_RULE_OPEN:
		return portal_answer(0, 0, slots_address(lie));
	case PORTAL_OP_RULE_ADD:
		return take_rule() && portal_answer(0, 0, 0);
	default:
		return portal_answer(0, 0, 0);
	}
}

static bool answer_all(uint64_t lie)
{
	for (unsigned int i = 0; i < NR_OPERATIONS_MAX; i++) {
		if (portal_operation(0) == PORTAL_OP_NONE)
			return true;
		if (!answer_one(lie))
			return false;
	}
	return false;
}

static bool work(void)
{
	portal_open(1, PORTAL_OPEN_WORK, 0);
	return portal_call_page(1, PORTAL_CALL_WORK) && portal_operation(1) == PORTAL_OP_NONE;
}

static void fill(uint64_t state)
{
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		slots[i].state = state;
}

static bool are_slots_cleared(void)
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

	hello->ops[0] |= 1ull << PORTAL_OP_RULE_OPEN | 1ull << PORTAL_OP_RULE_ADD |
			 1ull << PORTAL_OP_RULE_DEL;
	check(portal_call_page(0, PORTAL_CALL_HELLO), "a guest with rules is welcomed");
	check(answer_all(lie) && nr_rules > 0,
	      "the generation is in a slot before its rule is added");
	/* the last call was refused; the VM is about to end */
	while (lie)
		cpu_relax();

	fill(UINT64_MAX);
	check(work(), "arbitrary values in slots do no harm to the host");
	for (unsigned int i = 0; i < PORTAL_MAX_RULES; i++)
		if (generations[i])
			slots[i].state = generations[i] << PORTAL_RULE_HITS_BITS | HITS;
	check(portal_call_page(0, PORTAL_CALL_BYE) && are_slots_cleared(),
	      "bye collects the counts and clears the slots");
	fill(UINT64_MAX);
	print_number("hits", nr_rules * HITS);
}
