/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hooks/rule_wire.h"
#include "rule_sample.h"

static const u32 wrong_numbers[] = { 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };

static struct rule_sample sample;
static struct portal_wire_rule_cond *number, *string;
static struct portal_wire_rule_store *store;

/* Checks a heap copy of exactly @size bytes, so that the sanitizer detects reads beyond it. */
static int check_size(size_t size)
{
	static _Alignas(8) u8 page[2 * PORTAL_PAGE_SIZE];
	auto_free u8 *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	rule_sample_encode(&sample, page);
	memcpy(copy, page, size);
	return rule_wire_check((const struct portal_wire_rule *)(void *)copy, size);
}

static int check(void)
{
	static _Alignas(8) u8 page[2 * PORTAL_PAGE_SIZE];

	return check_size(rule_sample_encode(&sample, page));
}

/* Makes a valid rule with a number, a string and a store. */
static void fill(u32 when)
{
	rule_sample_init(&sample, when);
	number = rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_PTR_MEM, 2, 16, 4),
				  PORTAL_CMP_EQ, 4, 0x34);
	string = rule_sample_str(&sample, rule_sample_place(PORTAL_PLACE_MEM, 2, 0, 0),
				 PORTAL_CMP_STR_EQ, "eth0");
	store = rule_sample_store(&sample, rule_sample_place(PORTAL_PLACE_MEM, 2, 4, 0), "\2\0\0",
				  4);
}

static int setup(void **state)
{
	(void)state;
	fill(PORTAL_WHEN_RETURN);
	return 0;
}

static void test_rule_with_all_parts_is_valid(void **state)
{
	(void)state;
	assert_int_equal(check(), 0);
	fill(PORTAL_WHEN_ENTER);
	assert_int_equal(check(), 0);
}

static void test_empty_rule_is_valid(void **state)
{
	(void)state;
	rule_sample_init(&sample, PORTAL_WHEN_ENTER);
	assert_int_equal(check(), 0);
}

static void test_rule_of_any_other_size_is_invalid(void **state)
{
	static _Alignas(8) u8 page[2 * PORTAL_PAGE_SIZE];
	size_t size = rule_sample_encode(&sample, page);

	(void)state;
	for (size_t n = 0; n < size; n++)
		assert_int_equal(check_size(n), -EINVAL);
	assert_int_equal(check_size(size + 1), -EINVAL);
	assert_int_equal(check_size(PORTAL_REQUEST_ROOM), -EINVAL);
}

static void test_rule_may_fill_the_page_but_not_exceed_it(void **state)
{
	(void)state;
	sample.bytes_size += (u32)(PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_rule) - 2 * 64 -
				   40 - sample.bytes_size);
	assert_int_equal(check(), 0);
	sample.bytes_size++;
	assert_int_equal(check(), -EINVAL);
}

static void test_number_of_conditions_and_stores_is_bounded(void **state)
{
	(void)state;
	rule_sample_init(&sample, PORTAL_WHEN_RETURN);
	for (u32 i = 0; i < PORTAL_MAX_RULE_CONDS; i++)
		rule_sample_cond(&sample, rule_sample_place(PORTAL_PLACE_ARG, 5, 0, 0),
				 PORTAL_CMP_NE, 8, i);
	for (u32 i = 0; i < PORTAL_MAX_RULE_STORES; i++)
		rule_sample_store(&sample, rule_sample_place(PORTAL_PLACE_MEM, 5, 0, 0), "x", 1);
	assert_int_equal(check(), 0);
	sample.nr_conds++;
	sample.conds[8] = sample.conds[0];
	assert_int_equal(check(), -EINVAL);
	sample.nr_conds--;
	sample.nr_stores++;
	sample.stores[8] = sample.stores[0];
	assert_int_equal(check(), -EINVAL);
}

/* Wrong counts, some of which overflow a sum of 32 bits. */
static void test_counts_must_match_the_size(void **state)
{
	static _Alignas(8) u8 page[2 * PORTAL_PAGE_SIZE];
	struct portal_wire_rule *head = (struct portal_wire_rule *)(void *)page;
	size_t size = rule_sample_encode(&sample, page);
	__le32 *counts[] = { &head->nr_conds, &head->nr_stores, &head->nr_rows, &head->bytes_size };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		__le32 good = *counts[i];

		for (size_t n = 0; n < ARRAY_SIZE(wrong_numbers); n++) {
			*counts[i] = cpu_to_le32(wrong_numbers[n]);
			assert_int_equal(rule_wire_check(head, size), -EINVAL);
		}
		*counts[i] = cpu_to_le32(le32_to_cpu(good) + 1);
		assert_int_equal(rule_wire_check(head, size), -EINVAL);
		*counts[i] = cpu_to_le32(le32_to_cpu(good) - 1);
		assert_int_equal(rule_wire_check(head, size), -EINVAL);
		*counts[i] = good;
	}
	assert_int_equal(rule_wire_check(head, size), 0);
}

#define REFUSED(field, bad)                         \
	do {                                        \
		__typeof__(field) good_ = field;    \
                                                    \
		field = (bad);                      \
		assert_int_equal(check(), -EINVAL); \
		field = good_;                      \
		assert_int_equal(check(), 0);       \
	} while (0)

static void test_head_fields_out_of_range_are_invalid(void **state)
{
	(void)state;
	REFUSED(sample.head.hook, 0);
	REFUSED(sample.head.reserved, cpu_to_le32(1));
	REFUSED(sample.head.slot, cpu_to_le32(PORTAL_MAX_RULES));
	REFUSED(sample.head.slot, cpu_to_le32(0xffffffff));
	REFUSED(sample.head.generation, 0);
	REFUSED(sample.head.generation, cpu_to_le32(PORTAL_RULE_GENERATIONS));
	REFUSED(sample.head.when, 0);
	REFUSED(sample.head.when, cpu_to_le32(PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN));
	REFUSED(sample.head.when, cpu_to_le32(4));
}

static void test_effects_must_fit_the_stage(void **state)
{
	(void)state;
	sample.head.flags = cpu_to_le32(PORTAL_VERDICT_RET);
	assert_int_equal(check(), 0);
	REFUSED(sample.head.flags, cpu_to_le32(PORTAL_VERDICT_SKIP));
	REFUSED(sample.head.arg_mask, cpu_to_le32(1));
	fill(PORTAL_WHEN_ENTER);
	sample.head.flags = cpu_to_le32(PORTAL_VERDICT_SKIP);
	sample.head.arg_mask = cpu_to_le32(0xff);
	assert_int_equal(check(), 0);
	REFUSED(sample.head.flags, cpu_to_le32(PORTAL_VERDICT_RET));
	REFUSED(sample.head.flags, cpu_to_le32(4));
	REFUSED(sample.head.arg_mask, cpu_to_le32(0x100));
}

static void test_bad_places_are_invalid(void **state)
{
	(void)state;
	REFUSED(number->place.what, 0);
	REFUSED(number->place.what, cpu_to_le32(6));
	/* the number of hits has neither argument nor offset */
	REFUSED(number->place.what, cpu_to_le32(PORTAL_PLACE_HITS));
	REFUSED(number->place.arg, cpu_to_le32(PORTAL_NR_ARGS));
	REFUSED(number->place.arg, cpu_to_le32(0xffffffff));
	REFUSED(string->place.inner_offset, cpu_to_le64(1));
	REFUSED(store->place.what, cpu_to_le32(PORTAL_PLACE_ARG));
	REFUSED(store->place.what, cpu_to_le32(PORTAL_PLACE_RET));
	REFUSED(store->place.what, cpu_to_le32(PORTAL_PLACE_HITS));
	REFUSED(store->place.arg, cpu_to_le32(PORTAL_NR_ARGS));
	/* an argument must not have an offset */
	REFUSED(number->place.what, cpu_to_le32(PORTAL_PLACE_ARG));
}

static void test_bad_comparisons_are_invalid(void **state)
{
	(void)state;
	REFUSED(number->match.cmp, cpu_to_le32(PORTAL_CMP_ANY));
	REFUSED(number->match.cmp, cpu_to_le32(PORTAL_CMP_SUCCESS));
	REFUSED(number->match.cmp, cpu_to_le32(PORTAL_CMP_ERROR));
	REFUSED(number->match.cmp, cpu_to_le32(PORTAL_CMP_MAX + 1));
	REFUSED(number->match.width, cpu_to_le32(3));
	REFUSED(number->match.width, cpu_to_le32(16));
	REFUSED(number->match.flags, cpu_to_le32(2));
	REFUSED(number->match.reserved, cpu_to_le32(1));
}

static void test_result_is_compared_at_return_as_a_number(void **state)
{
	struct portal_wire_place result = rule_sample_place(PORTAL_PLACE_RET, 0, 0, 0);

	(void)state;
	number->place = result;
	number->match.cmp = cpu_to_le32(PORTAL_CMP_ERROR);
	assert_int_equal(check(), 0);
	REFUSED(number->place.arg, cpu_to_le32(1));
	REFUSED(number->place.offset, cpu_to_le64(1));
	REFUSED(string->place, result);
	fill(PORTAL_WHEN_ENTER);
	REFUSED(number->place, result);
}

static void test_strings_and_stores_must_be_in_the_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong_numbers); i++) {
		REFUSED(string->match.str_off, cpu_to_le32(wrong_numbers[i]));
		REFUSED(string->match.str_len, cpu_to_le32(wrong_numbers[i]));
		REFUSED(store->off, cpu_to_le32(wrong_numbers[i]));
		REFUSED(store->len, cpu_to_le32(wrong_numbers[i]));
	}
	REFUSED(store->len, 0);
	REFUSED(store->len, cpu_to_le32(5));
	REFUSED(store->off, cpu_to_le32(5));
	/* the string would contain a NUL */
	REFUSED(string->match.str_len, cpu_to_le32(6));
}

/* ---- hits ---- */

static void test_number_of_hits_is_compared_as_a_number(void **state)
{
	struct portal_wire_place count = rule_sample_place(PORTAL_PLACE_HITS, 0, 0, 0);

	(void)state;
	for (u32 when = PORTAL_WHEN_ENTER; when <= PORTAL_WHEN_RETURN; when++) {
		fill(when);
		number->place = count;
		assert_int_equal(check(), 0);
		REFUSED(number->place.arg, cpu_to_le32(1));
		REFUSED(number->place.offset, cpu_to_le64(1));
		REFUSED(number->place.inner_offset, cpu_to_le64(1));
		REFUSED(number->match.cmp, cpu_to_le32(PORTAL_CMP_ERROR));
		REFUSED(string->place, count);
	}
}

static void test_store_of_hits_is_a_number_without_bytes(void **state)
{
	(void)state;
	store->flags = cpu_to_le32(PORTAL_STORE_F_HITS);
	store->off = 0;
	for (u32 len = 0; len <= 9; len++) {
		store->len = cpu_to_le32(len);
		assert_int_equal(check(),
				 len == 1 || len == 2 || len == 4 || len == 8 ? 0 : -EINVAL);
	}
	store->len = cpu_to_le32(4);
	REFUSED(store->off, cpu_to_le32(1));
	REFUSED(store->flags, cpu_to_le32(3));
	REFUSED(store->reserved, cpu_to_le32(1));
}

/* ---- rows ---- */

static void test_rows_need_a_key(void **state)
{
	struct portal_wire_place key = rule_sample_place(PORTAL_PLACE_ARG, 1, 0, 0);

	(void)state;
	REFUSED(sample.head.key_width, cpu_to_le32(4));
	REFUSED(sample.head.key.what, cpu_to_le32(PORTAL_PLACE_ARG));
	REFUSED(sample.head.key.inner_offset, cpu_to_le64(1));
	rule_sample_key(&sample, key, 4);
	rule_sample_row(&sample, 1, 0, "ab", 2);
	assert_int_equal(check(), 0);
	for (u32 width = 0; width <= 9; width++) {
		sample.head.key_width = cpu_to_le32(width);
		assert_int_equal(check(), width == 1 || width == 2 || width == 4 || width == 8
						  ? 0
						  : -EINVAL);
	}
	sample.head.key_width = cpu_to_le32(4);
	REFUSED(sample.head.key.what, 0);
	REFUSED(sample.head.key.what, cpu_to_le32(PORTAL_PLACE_RET));
	REFUSED(sample.head.key.what, cpu_to_le32(PORTAL_PLACE_HITS));
	REFUSED(sample.head.key.arg, cpu_to_le32(PORTAL_NR_ARGS));
	REFUSED(sample.head.key.offset, cpu_to_le64(1));
	sample.head.key = rule_sample_place(PORTAL_PLACE_PTR_MEM, 7, -8, 8);
	assert_int_equal(check(), 0);
}

static void test_number_of_rows_is_bounded(void **state)
{
	(void)state;
	rule_sample_init(&sample, PORTAL_WHEN_RETURN);
	rule_sample_key(&sample, rule_sample_place(PORTAL_PLACE_ARG, 1, 0, 0), 4);
	for (u32 i = 0; i < PORTAL_MAX_RULE_ROWS; i++)
		rule_sample_row(&sample, i, 0, "", 0);
	assert_int_equal(check(), 0);
	rule_sample_row(&sample, 1, 0, "", 0);
	assert_int_equal(check(), -EINVAL);
}

static void test_bytes_of_rows_go_to_the_first_store(void **state)
{
	struct portal_wire_rule_row *row;

	(void)state;
	rule_sample_key(&sample, rule_sample_place(PORTAL_PLACE_ARG, 1, 0, 0), 4);
	row = rule_sample_row(&sample, 1, 0, "ab", 2);
	/* its own bytes are unused */
	store->off = cpu_to_le32(0xffffffff);
	store->len = 0;
	assert_int_equal(check(), 0);
	REFUSED(store->flags, cpu_to_le32(PORTAL_STORE_F_HITS));
	for (size_t i = 0; i < ARRAY_SIZE(wrong_numbers); i++) {
		REFUSED(row->off, cpu_to_le32(wrong_numbers[i]));
		REFUSED(row->len, cpu_to_le32(wrong_numbers[i]));
	}
	REFUSED(row->len, cpu_to_le32(3));
	REFUSED(sample.nr_stores, 0);
	row->len = 0;
	assert_int_equal(check(), 0);
	sample.nr_stores = 0;
	assert_int_equal(check(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rule_with_all_parts_is_valid, setup),
		cmocka_unit_test_setup(test_empty_rule_is_valid, setup),
		cmocka_unit_test_setup(test_rule_of_any_other_size_is_invalid, setup),
		cmocka_unit_test_setup(test_rule_may_fill_the_page_but_not_exceed_it, setup),
		cmocka_unit_test_setup(test_number_of_conditions_and_stores_is_bounded, setup),
		cmocka_unit_test_setup(test_counts_must_match_the_size, setup),
		cmocka_unit_test_setup(test_head_fields_out_of_range_are_invalid, setup),
		cmocka_unit_test_setup(test_effects_must_fit_the_stage, setup),
		cmocka_unit_test_setup(test_bad_places_are_invalid, setup),
		cmocka_unit_test_setup(test_bad_comparisons_are_invalid, setup),
		cmocka_unit_test_setup(test_result_is_compared_at_return_as_a_number, setup),
		cmocka_unit_test_setup(test_strings_and_stores_must_be_in_the_bytes, setup),
		cmocka_unit_test_setup(test_number_of_hits_is_compared_as_a_number, setup),
		cmocka_unit_test_setup(test_store_of_hits_is_a_number_without_bytes, setup),
		cmocka_unit_test_setup(test_rows_need_a_key, setup),
		cmocka_unit_test_setup(test_number_of_rows_is_bounded, setup),
		cmocka_unit_test_setup(test_bytes_of_rows_go_to_the_first_store, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
