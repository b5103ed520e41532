/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/user_mem.h"
#include "fake_kernel.h"
#include "fake_task.h"
#include "hooks/number.h"
#include "hooks/rule.h"
#include "hooks/rule_wire.h"
#include "rule_sample.h"

#define GENERATION 5u
#define FULL	   ((1ULL << PORTAL_RULE_HITS_BITS) - 1)

static struct rule_sample sample;
static struct rule rule;
static struct portal_rule_slot slot;
static struct filter_call call;
static struct rule_effects effects;
static _Alignas(8) u8 page[2 * PORTAL_PAGE_SIZE];
static u16 kmp_fail[PORTAL_DATA_SIZE];

static u64 state_of(u32 generation, u64 hits)
{
	return cpu_to_le64((u64)generation << PORTAL_RULE_HITS_BITS | hits);
}

static u64 hits(void)
{
	return le64_to_cpu(slot.state) & FULL;
}

static int setup(void **state)
{
	(void)state;
	fake_task_reset();
	fake_kernel_reset();
	rule_sample_init(&sample, PORTAL_WHEN_RETURN);
	sample.head.generation = cpu_to_le32(GENERATION);
	slot.state = state_of(GENERATION, 0);
	call = (struct filter_call){ .long_bytes = 8, .read = user_mem_read };
	for (u64 i = 0; i < PORTAL_NR_ARGS; i++)
		call.args[i] = FAKE_TASK_BASE + 0x100 * i;
	return 0;
}

static enum rule_outcome try(s64 ret)
{
	const struct portal_wire_rule *wire = (const struct portal_wire_rule *)(void *)page;

	assert_int_equal(rule_wire_check(wire, rule_sample_encode(&sample, page)), 0);
	assert_true(rule_nr_kmp_fail(wire) < ARRAY_SIZE(kmp_fail));
	rule_init(&rule, wire, &slot, rule_wire_rows(wire), kmp_fail);
	return rule_try(&rule, &call, ret, &effects);
}

static struct portal_wire_place memory(u32 arg, s64 offset)
{
	return rule_sample_place(PORTAL_PLACE_MEM, arg, offset, 0);
}

static struct portal_wire_place at_pointer(u32 arg, s64 offset, s64 inner_offset)
{
	return rule_sample_place(PORTAL_PLACE_PTR_MEM, arg, offset, inner_offset);
}

static void put(size_t at, u64 value, size_t width)
{
	u64 wire = cpu_to_le64(value);

	fake_task_put(at, &wire, width);
}

/* ---- conditions ---- */

static void test_rule_without_conditions_takes_every_call(void **state)
{
	(void)state;
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(try(-1), RULE_TAKES);
	assert_int_equal(hits(), 2);
}

static void test_number_has_the_width_of_the_comparison(void **state)
{
	static const u32 widths[] = { 1, 2, 4, 8 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		setup(NULL);
		memset(fake_task.bytes, 0xee, sizeof(fake_task.bytes));
		put(0x108, 0x1122334455667788, widths[i]);
		rule_sample_cond(&sample, memory(1, 8), PORTAL_CMP_EQ, widths[i],
				 0x1122334455667788);
		assert_int_equal(try(0), RULE_TAKES);
		/* the byte after the number is ignored, its last byte is not */
		fake_task.bytes[0x108 + widths[i]] ^= 1;
		assert_int_equal(try(0), RULE_TAKES);
		fake_task.bytes[0x108 + widths[i] - 1] ^= 1;
		assert_int_equal(try(0), RULE_PASSES);
		assert_int_equal(hits(), 2);
	}
}

static void test_pointers_and_width_zero_use_the_tasks_long(void **state)
{
	(void)state;
	memset(fake_task.bytes, 0xee, sizeof(fake_task.bytes));
	rule_sample_cond(&sample, at_pointer(2, 16, 4), PORTAL_CMP_EQ, 0, 77);
	call.long_bytes = 4;
	put(0x210, FAKE_TASK_BASE + 0x800, 4);
	put(0x804, 77, 4);
	assert_int_equal(try(0), RULE_TAKES);
	call.long_bytes = 8;
	assert_int_equal(try(0), RULE_PASSES);
	put(0x210, FAKE_TASK_BASE + 0x800, 8);
	put(0x804, 77, 8);
	assert_int_equal(try(0), RULE_TAKES);
}

static void test_offsets_may_be_negative(void **state)
{
	(void)state;
	put(0x1f8, 5, 4);
	rule_sample_cond(&sample, memory(2, -8), PORTAL_CMP_EQ, 4, 5);
	assert_int_equal(try(0), RULE_TAKES);
	put(0x300, FAKE_TASK_BASE + 0x400, 8);
	put(0x3fc, 6, 4);
	rule_sample_cond(&sample, at_pointer(3, 0, -4), PORTAL_CMP_EQ, 4, 6);
	assert_int_equal(try(0), RULE_TAKES);
	put(0x3fc, 7, 4);
	assert_int_equal(try(0), RULE_PASSES);
}

static void test_all_conditions_must_hold(void **state)
{
	(void)state;
	call.args[1] = 0x89f1;
	rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_ARG, 1, 0, 0), PORTAL_CMP_EQ, 4,
			 0x89f1);
	fake_task_put(0x200, "eth0", 5);
	rule_sample_str(&sample, memory(2, 0), PORTAL_CMP_STR_EQ, "eth0");
	rule_sample_str(&sample, memory(2, 0), PORTAL_CMP_STR_CONTAINS, "th");
	rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_RET, 0, 0, 0), PORTAL_CMP_ERROR, 0,
			 0);
	assert_int_equal(try(-19), RULE_TAKES);
	assert_int_equal(try(0), RULE_PASSES);
	fake_task_put(0x200, "eth1", 5);
	assert_int_equal(try(-19), RULE_PASSES);
	fake_task_put(0x200, "eth0", 5);
	call.args[1]++;
	assert_int_equal(try(-19), RULE_PASSES);
	assert_int_equal(hits(), 1);
}

static void test_string_at_a_pointer_is_compared(void **state)
{
	(void)state;
	put(0x100, FAKE_TASK_BASE + 0x500, 8);
	fake_task_put(0x502, "word", 5);
	rule_sample_str(&sample, at_pointer(1, 0, 2), PORTAL_CMP_STR_SUFFIX, "rd");
	assert_int_equal(try(0), RULE_TAKES);
	put(0x100, 0, 8);
	assert_int_equal(try(0), RULE_PASSES);
}

/* ---- faults ---- */

static void test_read_fault_is_no_match_and_stores_nothing(void **state)
{
	(void)state;
	rule_sample_cond(&sample, memory(0, 0), PORTAL_CMP_EQ, 8, 0);
	rule_sample_cond(&sample, memory(1, 0x7e), PORTAL_CMP_EQ, 4, 0);
	rule_sample_store(&sample, memory(0, 8), "x", 1);
	fake_task.is_hole[3] = true; /* two bytes of the second number are readable */
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(hits(), 0);
	assert_int_equal(fake_task.bytes[8], 0);
	fake_task.is_hole[3] = false;
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(fake_task.bytes[8], 'x');
}

/* The pointer of the second store is read before the first store. */
static void test_all_reads_precede_the_stores(void **state)
{
	(void)state;
	rule_sample_store(&sample, memory(0, 0), "a", 1);
	rule_sample_store(&sample, at_pointer(1, 0, 0), "b", 1);
	fake_task.is_hole[2] = true;
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(fake_task.bytes[0], 0);
	assert_int_equal(hits(), 0);
	/* so the first store does not change it */
	setup(NULL);
	put(0x100, FAKE_TASK_BASE + 0x600, 8);
	rule_sample_store(&sample, memory(1, 0), "\0\0\0\0\0\0\0", 8);
	rule_sample_store(&sample, at_pointer(1, 0, 0), "b", 1);
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(fake_task.bytes[0x600], 'b');
	assert_int_equal(fake_task.bytes[0x100], 0);
}

static void test_failed_store_ends_the_rule_and_is_counted(void **state)
{
	(void)state;
	rule_sample_store(&sample, memory(0, 0), "abc", 3);
	rule_sample_store(&sample, memory(1, 0x7e), "defg", 4);
	rule_sample_store(&sample, memory(3, 0), "hij", 3);
	fake_task.is_read_only[3] = true;
	assert_int_equal(try(0), RULE_FAILS);
	assert_memory_equal(fake_task.bytes, "abc", 3);
	assert_int_equal(fake_task.bytes[0x300], 0);
	assert_int_equal(hits(), 1);
}

static void test_invalid_addresses_fault(void **state)
{
	static const u64 addrs[] = {
		0, 1, FAKE_TASK_BASE - 1, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff
	};

	(void)state;
	rule_sample_cond(&sample, at_pointer(4, 0, 0), PORTAL_CMP_EQ, 4, 0);
	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++) {
		call.args[4] = addrs[i];
		assert_int_equal(try(0), RULE_PASSES);
		call.args[4] = FAKE_TASK_BASE + 0x400;
		put(0x400, addrs[i], 8);
		assert_int_equal(try(0), RULE_PASSES);
	}
	assert_int_equal(hits(), 0);
}

/* ---- effects ---- */

static void test_effects_are_copied_from_the_wire(void **state)
{
	(void)state;
	rule_sample_init(&sample, PORTAL_WHEN_ENTER);
	sample.head.generation = cpu_to_le32(GENERATION);
	sample.head.flags = cpu_to_le32(PORTAL_VERDICT_SKIP);
	sample.head.arg_mask = cpu_to_le32(0x21);
	sample.head.args[0] = cpu_to_le64(0x123456789abcdefULL);
	sample.head.args[5] = cpu_to_le64(5);
	sample.head.ret = cpu_to_le64((u64)-5);
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(rule.when, PORTAL_WHEN_ENTER);
	assert_int_equal(effects.flags, PORTAL_VERDICT_SKIP);
	assert_int_equal(effects.arg_mask, 0x21);
	assert_int_equal(effects.args[0], 0x123456789abcdefULL);
	assert_int_equal(effects.args[5], 5);
	assert_int_equal((s64)effects.ret, -5);
}

/* ---- rows ---- */

static void add_table(struct portal_wire_place key, u32 width)
{
	rule_sample_key(&sample, key, width);
	rule_sample_store(&sample, memory(0, 0), "", 0);
	rule_sample_store(&sample, memory(0, 16), "always", 6);
	rule_sample_row(&sample, 0x8001, 7, "one", 3);
	rule_sample_row(&sample, 0x8002, -19, "", 0);
	rule_sample_row(&sample, 0x8001, 9, "never", 5);
	rule_sample_row(&sample, 0xffff0000ffff8003, 10, "three", 5);
}

static void test_first_row_of_the_key_gives_result_and_bytes(void **state)
{
	(void)state;
	add_table(rule_sample_place(PORTAL_PLACE_ARG, 1, 0, 0), 4);
	call.args[1] = 0xabcd00008001;
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(effects.ret, 7);
	assert_memory_equal(fake_task.bytes, "one\0", 4);
	assert_memory_equal(fake_task.bytes + 16, "always", 6);
	call.args[1] = 0x8002;
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal((s64)effects.ret, -19);
	assert_memory_equal(fake_task.bytes, "one\0", 4);
	call.args[1] = 0xffff8003;
	assert_int_equal(try(0), RULE_TAKES);
	assert_memory_equal(fake_task.bytes, "three", 5);
	call.args[1] = 0x8004;
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(hits(), 3);
}

static void test_key_in_memory_has_its_width(void **state)
{
	(void)state;
	add_table(at_pointer(2, 8, -4), 2);
	put(0x208, FAKE_TASK_BASE + 0x504, 8);
	put(0x500, 0xeeee8001, 4);
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(effects.ret, 7);
	put(0x208, 0, 8);
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(hits(), 1);
}

/* ---- the number of calls taken ---- */

static void test_condition_on_hits_counts_the_calls_before(void **state)
{
	(void)state;
	rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_HITS, 0, 0, 0), PORTAL_CMP_LT, 8,
			 3);
	for (u32 n = 0; n < 3; n++)
		assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(hits(), 3);
}

static void test_store_of_hits_counts_this_call(void **state)
{
	struct portal_wire_rule_store *store = rule_sample_store(&sample, memory(0, 0), "", 0);

	(void)state;
	store->flags = cpu_to_le32(PORTAL_STORE_F_HITS);
	for (u32 width = 1; width <= 8; width *= 2) {
		memset(fake_task.bytes, 0xee, 16);
		slot.state = state_of(GENERATION, 0x1122334455);
		store->len = cpu_to_le32(width);
		assert_int_equal(try(0), RULE_TAKES);
		assert_int_equal(number_get(fake_task.bytes, width, false),
				 0x1122334456 & (~0ULL >> (64 - 8 * width)));
		assert_int_equal(fake_task.bytes[width], 0xee);
	}
}

/* ---- other programs ---- */

static void test_numbers_and_pointers_of_big_endian_program(void **state)
{
	struct portal_wire_rule_store *store;
	u8 bytes[8];

	(void)state;
	call.big_endian = true;
	call.long_bytes = 4;
	number_put(bytes, 4, true, FAKE_TASK_BASE + 0x500);
	fake_task_put(0x200, bytes, 4);
	fake_task_put(0x500, "\x12\x34", 2);
	rule_sample_cond(&sample, at_pointer(2, 0, 0), PORTAL_CMP_EQ, 2, 0x1234);
	store = rule_sample_store(&sample, memory(0, 0), "", 0);
	store->flags = cpu_to_le32(PORTAL_STORE_F_HITS);
	store->len = cpu_to_le32(4);
	assert_int_equal(try(0), RULE_TAKES);
	assert_memory_equal(fake_task.bytes, "\0\0\0\1", 4);
	call.big_endian = false;
	assert_int_equal(try(0), RULE_PASSES);
}

static void test_base_is_added_to_all_addresses(void **state)
{
	(void)state;
	call.base = FAKE_TASK_BASE;
	call.args[1] = 0x100;
	call.args[2] = 0x200;
	put(0x100, 0x500, 8);
	put(0x500, 77, 4);
	fake_task_put(0x200, "eth0", 5);
	rule_sample_cond(&sample, at_pointer(1, 0, 0), PORTAL_CMP_EQ, 4, 77);
	rule_sample_str(&sample, memory(2, 0), PORTAL_CMP_STR_EQ, "eth0");
	rule_sample_store(&sample, memory(2, 0), "x", 1);
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(fake_task.bytes[0x200], 'x');
}

/* ---- the slot ---- */

static void test_other_generation_passes_without_reading(void **state)
{
	static const u32 others[] = { 0, GENERATION - 1, GENERATION + 1,
				      PORTAL_RULE_GENERATIONS - 1 };

	(void)state;
	rule_sample_cond(&sample, memory(0, 0), PORTAL_CMP_EQ, 4, 0);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		slot.state = state_of(others[i], 3);
		fake_task.nr_reads = 0;
		assert_int_equal(try(0), RULE_PASSES);
		/* a revoked rule reads no memory */
		assert_int_equal(fake_task.nr_reads, 0);
		assert_int_equal(slot.state, state_of(others[i], 3));
	}
}

static void test_full_count_passes_and_does_not_overflow(void **state)
{
	(void)state;
	slot.state = state_of(GENERATION, FULL - 1);
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(slot.state, state_of(GENERATION, FULL));
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(slot.state, state_of(GENERATION, FULL));
}

static u64 revoked_with;

static void revoke_once(void)
{
	fake_kernel.step = NULL;
	revoked_with = le64_to_cpu(__atomic_exchange_n(&slot.state, 0, __ATOMIC_SEQ_CST)) & FULL;
}

/* The host revokes the rule after its reads and before it counts the call. */
static void test_rule_revoked_before_counting_stores_nothing(void **state)
{
	(void)state;
	rule_sample_store(&sample, memory(0, 0), "a", 1);
	assert_int_equal(try(0), RULE_TAKES);
	fake_task.bytes[0] = 0;
	fake_kernel.step = revoke_once;
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(revoked_with, 1);
	assert_int_equal(fake_task.bytes[0], 0);
	assert_int_equal(slot.state, 0);
}

static void count_another(void)
{
	fake_kernel.step = NULL;
	slot.state = cpu_to_le64(le64_to_cpu(slot.state) + 1);
}

static void test_concurrent_hits_are_both_counted(void **state)
{
	(void)state;
	fake_kernel.step = count_another;
	assert_int_equal(try(0), RULE_TAKES);
	assert_int_equal(hits(), 2);
}

/* Another CPU takes the last call that the condition allows, after it was evaluated here. */
static void test_condition_on_hits_holds_when_the_call_is_counted(void **state)
{
	(void)state;
	rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_HITS, 0, 0, 0), PORTAL_CMP_LT, 8,
			 1);
	fake_kernel.step = count_another;
	assert_int_equal(try(0), RULE_PASSES);
	assert_int_equal(hits(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rule_without_conditions_takes_every_call, setup),
		cmocka_unit_test_setup(test_number_has_the_width_of_the_comparison, setup),
		cmocka_unit_test_setup(test_pointers_and_width_zero_use_the_tasks_long, setup),
		cmocka_unit_test_setup(test_offsets_may_be_negative, setup),
		cmocka_unit_test_setup(test_all_conditions_must_hold, setup),
		cmocka_unit_test_setup(test_string_at_a_pointer_is_compared, setup),
		cmocka_unit_test_setup(test_read_fault_is_no_match_and_stores_nothing, setup),
		cmocka_unit_test_setup(test_all_reads_precede_the_stores, setup),
		cmocka_unit_test_setup(test_failed_store_ends_the_rule_and_is_counted, setup),
		cmocka_unit_test_setup(test_invalid_addresses_fault, setup),
		cmocka_unit_test_setup(test_effects_are_copied_from_the_wire, setup),
		cmocka_unit_test_setup(test_other_generation_passes_without_reading, setup),
		cmocka_unit_test_setup(test_full_count_passes_and_does_not_overflow, setup),
		cmocka_unit_test_setup(test_rule_revoked_before_counting_stores_nothing, setup),
		cmocka_unit_test_setup(test_concurrent_hits_are_both_counted, setup),
		cmocka_unit_test_setup(test_condition_on_hits_holds_when_the_call_is_counted,
				       setup),
		cmocka_unit_test_setup(test_first_row_of_the_key_gives_result_and_bytes, setup),
		cmocka_unit_test_setup(test_key_in_memory_has_its_width, setup),
		cmocka_unit_test_setup(test_condition_on_hits_counts_the_calls_before, setup),
		cmocka_unit_test_setup(test_store_of_hits_counts_this_call, setup),
		cmocka_unit_test_setup(test_numbers_and_pointers_of_big_endian_program, setup),
		cmocka_unit_test_setup(test_base_is_added_to_all_addresses, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
