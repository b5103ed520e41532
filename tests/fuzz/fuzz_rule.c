/* SPDX-License-Identifier: MIT */
/*
 * The guest module's check of a rule, and the evaluation of the rule: a rule that passes the check
 * stays within the bounds of its parts and of user memory, and counts a call once or not at all.
 * The input is a rule in the wire format, followed by the task's memory, to which the arguments
 * point.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/user_mem.h"
#include "hooks/rule.h"
#include "hooks/rule_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MEMORY_BASE 0x10000ull
#define MEMORY_SIZE 512u
#define GENERATION  1u

static u8 memory[MEMORY_SIZE];

static size_t available(u64 addr, size_t len)
{
	u64 at = addr - MEMORY_BASE;

	if (at >= MEMORY_SIZE)
		return 0;
	return len < MEMORY_SIZE - at ? len : MEMORY_SIZE - at;
}

size_t user_mem_read(u64 addr, void *buf, size_t len)
{
	size_t done = available(addr, len);

	if (done > 0)
		memcpy(buf, memory + (addr - MEMORY_BASE), done);
	return done;
}

size_t user_mem_write(u64 addr, const void *buf, size_t len)
{
	size_t done = available(addr, len);

	if (done > 0)
		memcpy(memory + (addr - MEMORY_BASE), buf, done);
	return done;
}

static void check_outcome(const struct portal_rule_slot *slot, enum rule_outcome outcome)
{
	u64 hits = le64_to_cpu(slot->state) - ((u64)GENERATION << PORTAL_RULE_HITS_BITS);

	if (hits != (outcome == RULE_PASSES ? 0 : 1))
		abort();
}

static void run(const struct portal_wire_rule *wire, u32 long_bytes, bool big_endian)
{
	struct portal_rule_slot slot = {
		.state = cpu_to_le64((u64)GENERATION << PORTAL_RULE_HITS_BITS),
	};
	struct filter_call call = { .long_bytes = long_bytes,
				    .big_endian = big_endian,
				    .read = user_mem_read };
	size_t nr_kmp_fail = rule_nr_kmp_fail(wire), tail_size = rule_wire_tail_size(wire);
	u16 *kmp_fail = malloc(nr_kmp_fail * sizeof(*kmp_fail) + 1);
	u8 *tail = malloc(tail_size + 1);
	struct rule_effects effects;
	struct rule rule;

	for (u32 i = 0; i < PORTAL_NR_ARGS; i++)
		call.args[i] = MEMORY_BASE + 64 * i;
	memcpy(tail, rule_wire_rows(wire), tail_size);
	rule_init(&rule, wire, &slot, tail, kmp_fail);
	rule.generation = GENERATION;
	check_outcome(&slot, rule_try(&rule, &call, -19, &effects));
	free(tail);
	free(kmp_fail);
}

/* Return: size of the rule according to its counts, at most @size. */
static size_t rule_size(const uint8_t *data, size_t size)
{
	struct portal_wire_rule head;
	size_t sum;

	if (size < sizeof(head))
		return size;
	memcpy(&head, data, sizeof(head));
	sum = sizeof(head) +
	      (size_t)le32_to_cpu(head.nr_conds) * sizeof(struct portal_wire_rule_cond) +
	      (size_t)le32_to_cpu(head.nr_stores) * sizeof(struct portal_wire_rule_store) +
	      (size_t)le32_to_cpu(head.nr_rows) * sizeof(struct portal_wire_rule_row) +
	      le32_to_cpu(head.bytes_size);
	return sum < size ? sum : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t rule = rule_size(data, size), left = size - rule;
	struct portal_wire_rule *wire = malloc(rule + 1);

	memcpy(wire, data, rule);
	memset(memory, 0, sizeof(memory));
	memcpy(memory, data + rule, left < sizeof(memory) ? left : sizeof(memory));
	if (rule_wire_check(wire, rule) == 0) {
		run(wire, 8, false);
		run(wire, 4, false);
		run(wire, 4, true);
	}
	free(wire);
	return 0;
}
