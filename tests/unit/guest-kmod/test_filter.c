/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "hooks/filter.h"

/* ---- the task's memory: one area; all other addresses fault ---- */

#define PAGE	4096
#define BASE	0x7000000ULL
#define NR_READ (3 * PAGE)

static struct {
	u8 bytes[NR_READ];
	size_t end; /* readable bytes */
	size_t nr_bytes_read;
	unsigned int nr_reads;
	unsigned int nr_crossings;
} memory;

static size_t read_memory(u64 addr, void *buf, size_t len)
{
	size_t at = addr - BASE, left;

	memory.nr_reads++;
	if (len > FILTER_CHUNK || len == 0 || addr / PAGE != (addr + len - 1) / PAGE)
		memory.nr_crossings++;
	if (addr < BASE || at >= memory.end)
		return 0;
	left = memory.end - at;
	len = len < left ? len : left;
	memcpy(buf, memory.bytes + at, len);
	memory.nr_bytes_read += len;
	return len;
}

static void memory_init(size_t end)
{
	memset(&memory, 0, sizeof(memory));
	memory.end = end;
}

/* Writes @text and, if it fits, its NUL to offset @at. Return: its user address. */
static u64 put(size_t at, const char *text)
{
	size_t len = strlen(text) + 1;

	if (len > sizeof(memory.bytes) - at)
		len = sizeof(memory.bytes) - at;
	memcpy(memory.bytes + at, text, len);
	return BASE + at;
}

/* ---- numbers ---- */

static const struct filter_call call64 = { .long_bytes = 8,
					   .scope = PORTAL_SCOPE_FIRMWARE,
					   .read = read_memory };
static const struct filter_call call32 = { .long_bytes = 4, .read = read_memory };

struct number {
	u32 cmp, width, flags;
	u64 value, limit, x;
	bool expected;
};

static bool match_number(const struct number *number, const struct filter_call *call)
{
	struct filter_match match = {
		.cmp = number->cmp,
		.width = number->width,
		.is_unsigned = number->flags & PORTAL_CMP_F_UNSIGNED,
		.value = number->value,
		.limit = number->limit,
	};

	return filter_match_value(&match, number->x, call);
}

static void expect_numbers(const struct number *numbers, size_t nr, const struct filter_call *call)
{
	for (size_t i = 0; i < nr; i++)
		if (match_number(&numbers[i], call) != numbers[i].expected)
			fail_msg("entry %zu: cmp %u width %u flags %u value %#llx limit %#llx x "
				 "%#llx",
				 i, numbers[i].cmp, numbers[i].width, numbers[i].flags,
				 numbers[i].value, numbers[i].limit, numbers[i].x);
}

#define U PORTAL_CMP_F_UNSIGNED

static void test_numeric_comparisons_at_their_limits(void **state)
{
	static const struct number numbers[] = {
		{ PORTAL_CMP_ANY, 0, 0, 1, 0, 2, true },
		{ PORTAL_CMP_EQ, 8, 0, 5, 0, 5, true },
		{ PORTAL_CMP_EQ, 8, 0, 5, 0, 6, false },
		{ PORTAL_CMP_NE, 8, 0, 5, 0, 5, false },
		{ PORTAL_CMP_NE, 8, 0, 5, 0, 6, true },
		{ PORTAL_CMP_GT, 8, 0, 5, 0, 5, false },
		{ PORTAL_CMP_GT, 8, 0, 5, 0, 6, true },
		{ PORTAL_CMP_GE, 8, 0, 5, 0, 5, true },
		{ PORTAL_CMP_GE, 8, 0, 5, 0, 4, false },
		{ PORTAL_CMP_LT, 8, 0, 5, 0, 5, false },
		{ PORTAL_CMP_LT, 8, 0, 5, 0, 4, true },
		{ PORTAL_CMP_LE, 8, 0, 5, 0, 5, true },
		{ PORTAL_CMP_LE, 8, 0, 5, 0, 6, false },
		{ PORTAL_CMP_RANGE, 8, 0, 5, 7, 4, false },
		{ PORTAL_CMP_RANGE, 8, 0, 5, 7, 5, true },
		{ PORTAL_CMP_RANGE, 8, 0, 5, 7, 7, true },
		{ PORTAL_CMP_RANGE, 8, 0, 5, 7, 8, false },
		{ PORTAL_CMP_RANGE, 8, 0, 7, 5, 6, false },
		{ PORTAL_CMP_BITS_SET, 8, 0, 0x6, 0, 0xf, true },
		{ PORTAL_CMP_BITS_SET, 8, 0, 0x6, 0, 0xd, false },
		{ PORTAL_CMP_BITS_SET, 8, 0, 0, 0, 0, true },
		{ PORTAL_CMP_BITS_CLEAR, 8, 0, 0x6, 0, 0x9, true },
		{ PORTAL_CMP_BITS_CLEAR, 8, 0, 0x6, 0, 0x2, false },
	};

	(void)state;
	expect_numbers(numbers, ARRAY_SIZE(numbers), &call64);
}

static void test_unsigned_flag_selects_signedness(void **state)
{
	static const struct number numbers[] = {
		{ PORTAL_CMP_LT, 8, 0, 0, 0, ~0ULL, true },
		{ PORTAL_CMP_LT, 8, U, 0, 0, ~0ULL, false },
		{ PORTAL_CMP_GT, 8, U, 0, 0, ~0ULL, true },
		{ PORTAL_CMP_LT, 4, 0, 0, 0, 0xffffffff, true },
		{ PORTAL_CMP_LT, 4, U, 0, 0, 0xffffffff, false },
		{ PORTAL_CMP_RANGE, 4, 0, (u64)-2, 2, 0xffffffff, true },
		{ PORTAL_CMP_RANGE, 4, U, (u64)-2, 2, 0xffffffff, false },
		{ PORTAL_CMP_GE, 8, 0, 1ULL << 63, 0, 0, true },
		{ PORTAL_CMP_GE, 8, U, 1ULL << 63, 0, 0, false },
	};

	(void)state;
	expect_numbers(numbers, ARRAY_SIZE(numbers), &call64);
}

static void test_width_compares_only_the_low_bytes(void **state)
{
	static const struct number numbers[] = {
		{ PORTAL_CMP_EQ, 1, 0, 0x12, 0, 0xffffffffffffff12ULL, true },
		{ PORTAL_CMP_EQ, 1, 0, 0xaa12, 0, 0x12, true },
		{ PORTAL_CMP_EQ, 2, 0, 0x1234, 0, 0xffff1234, true },
		{ PORTAL_CMP_EQ, 2, 0, 0x1234, 0, 0x1235, false },
		{ PORTAL_CMP_EQ, 4, 0, 0x89f1, 0, 0xffffffff000089f1ULL, true },
		{ PORTAL_CMP_EQ, 4, 0, (u64)-100, 0, 0xffffff9c, true },
		{ PORTAL_CMP_EQ, 8, 0, (u64)-100, 0, 0xffffff9c, false },
		{ PORTAL_CMP_BITS_CLEAR, 1, 0, 0x100, 0, 0xff, true },
		{ PORTAL_CMP_GT, 1, 0, 0, 0, 0x80, false },
		{ PORTAL_CMP_GT, 1, U, 0, 0, 0x80, true },
	};

	(void)state;
	expect_numbers(numbers, ARRAY_SIZE(numbers), &call64);
}

static void test_width_zero_is_the_tasks_long(void **state)
{
	static const struct number in_32_bits[] = {
		{ PORTAL_CMP_EQ, 0, 0, (u64)-1, 0, 0xffffffff, true },
		{ PORTAL_CMP_LT, 0, 0, 0, 0, 0x80000000, true },
	};
	static const struct number in_64_bits[] = {
		{ PORTAL_CMP_EQ, 0, 0, (u64)-1, 0, 0xffffffff, false },
		{ PORTAL_CMP_LT, 0, 0, 0, 0, 0x80000000, false },
	};

	(void)state;
	expect_numbers(in_32_bits, ARRAY_SIZE(in_32_bits), &call32);
	expect_numbers(in_64_bits, ARRAY_SIZE(in_64_bits), &call64);
}

static void test_errors_are_minus_4095_to_minus_1(void **state)
{
	static const s64 errors[] = { -1, -2, -4094, -4095 };
	static const s64 results[] = { 0, 1, -4096, INT64_MIN, INT64_MAX };
	struct number number = { .width = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		number.x = (u64)errors[i];
		number.cmp = PORTAL_CMP_ERROR;
		assert_true(match_number(&number, &call64));
		assert_true(match_number(&number, &call32));
		number.cmp = PORTAL_CMP_SUCCESS;
		assert_false(match_number(&number, &call64));
	}
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		number.x = (u64)results[i];
		number.cmp = PORTAL_CMP_ERROR;
		assert_false(match_number(&number, &call64));
		number.cmp = PORTAL_CMP_SUCCESS;
		assert_true(match_number(&number, &call64));
	}
	/* mmap of a 32-bit task, high in its address space */
	number.x = 0xf7f00000;
	assert_true(match_number(&number, &call32));
}

/* ---- strings ---- */

static bool match_text(u32 cmp, const char *wanted, u64 addr)
{
	static _Alignas(8) u8 bytes[PORTAL_DATA_SIZE];
	static u16 kmp_fail[PORTAL_DATA_SIZE];
	struct portal_wire_hook *wire = (struct portal_wire_hook *)(void *)bytes;
	struct filter filter;

	memset(wire, 0, sizeof(*wire));
	wire->arg[1].cmp = cpu_to_le32(cmp);
	wire->arg[1].str_len = cpu_to_le32(strlen(wanted));
	assert_true(filter_nr_kmp_fail(wire) <= ARRAY_SIZE(kmp_fail));
	filter_init(&filter, wire, (const u8 *)wanted, kmp_fail);
	return filter_match_value(&filter.arg[1], addr, &call64);
}

static bool is_match(u32 cmp, const char *wanted, const char *text)
{
	memory_init(NR_READ);
	return match_text(cmp, wanted, put(100, text));
}

static void test_string_comparisons(void **state)
{
	static const struct {
		u32 cmp;
		const char *wanted, *text;
		bool expected;
	} texts[] = {
		{ PORTAL_CMP_STR_EQ, "eth0", "eth0", true },
		{ PORTAL_CMP_STR_EQ, "eth0", "eth01", false },
		{ PORTAL_CMP_STR_EQ, "eth0", "eth", false },
		{ PORTAL_CMP_STR_EQ, "", "", true },
		{ PORTAL_CMP_STR_EQ, "", "x", false },
		{ PORTAL_CMP_STR_PREFIX, "/etc", "/etc/passwd", true },
		{ PORTAL_CMP_STR_PREFIX, "/etc", "/etc", true },
		{ PORTAL_CMP_STR_PREFIX, "/etc", "/et", false },
		{ PORTAL_CMP_STR_PREFIX, "/etc", "x/etc", false },
		{ PORTAL_CMP_STR_PREFIX, "", "anything", true },
		{ PORTAL_CMP_STR_PREFIX, "", "", true },
		{ PORTAL_CMP_STR_SUFFIX, ".so", "libc.so", true },
		{ PORTAL_CMP_STR_SUFFIX, ".so", "libc.so.6", false },
		{ PORTAL_CMP_STR_SUFFIX, ".so", ".so", true },
		{ PORTAL_CMP_STR_SUFFIX, ".so", "so", false },
		{ PORTAL_CMP_STR_SUFFIX, "aab", "aaab", true },
		{ PORTAL_CMP_STR_SUFFIX, "abab", "ababab", true },
		{ PORTAL_CMP_STR_SUFFIX, "aa", "aaaa", true },
		{ PORTAL_CMP_STR_SUFFIX, "", "", true },
		{ PORTAL_CMP_STR_SUFFIX, "", "x", true },
		{ PORTAL_CMP_STR_CONTAINS, "cre", "a_secret_file", true },
		{ PORTAL_CMP_STR_CONTAINS, "cre", "c_r_e", false },
		{ PORTAL_CMP_STR_CONTAINS, "abcabd", "abcabcabd", true },
		{ PORTAL_CMP_STR_CONTAINS, "abcabd", "abcabcab", false },
		{ PORTAL_CMP_STR_CONTAINS, "aab", "aaaaab", true },
		{ PORTAL_CMP_STR_CONTAINS, "", "", true },
		{ PORTAL_CMP_STR_CONTAINS, "", "x", true },
		{ PORTAL_CMP_STR_CONTAINS, "x", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (is_match(texts[i].cmp, texts[i].wanted, texts[i].text) != texts[i].expected)
			fail_msg("cmp %u wanted '%s' text '%s'", texts[i].cmp, texts[i].wanted,
				 texts[i].text);
}

static bool slow_match(u32 cmp, const char *wanted, const char *text)
{
	size_t len = strlen(wanted), text_len = strlen(text);

	switch (cmp) {
	case PORTAL_CMP_STR_EQ:
		return strcmp(wanted, text) == 0;
	case PORTAL_CMP_STR_PREFIX:
		return strncmp(wanted, text, len) == 0;
	case PORTAL_CMP_STR_SUFFIX:
		return text_len >= len && strcmp(text + text_len - len, wanted) == 0;
	default:
		return strstr(text, wanted) != NULL;
	}
}

static void random_text(char *text, size_t most)
{
	size_t len = (size_t)rand() % (most + 1);

	for (size_t i = 0; i < len; i++)
		text[i] = "ab"[rand() % 2];
	text[len] = '\0';
}

static void test_string_comparisons_match_the_c_library(void **state)
{
	char wanted[16], text[4 * FILTER_CHUNK];

	(void)state;
	srand(1);
	for (unsigned int i = 0; i < 20000; i++) {
		u32 cmp = PORTAL_CMP_STR_EQ + i % 4;

		random_text(wanted, sizeof(wanted) - 1);
		random_text(text, i % 2 ? sizeof(text) - 1 : sizeof(wanted) - 1);
		if (is_match(cmp, wanted, text) != slow_match(cmp, wanted, text))
			fail_msg("cmp %u wanted '%s' text '%s'", cmp, wanted, text);
	}
}

/* Return: a string of @len varying bytes, so that a lost or repeated byte changes the result. */
static const char *long_text(size_t len)
{
	static char text[NR_READ];

	for (size_t i = 0; i < len; i++)
		text[i] = (char)('!' + i % 89);
	text[len] = '\0';
	return text;
}

static void test_strings_of_lengths_around_a_chunk(void **state)
{
	static const size_t starts[] = { 0, 1, PAGE - FILTER_CHUNK - 1, PAGE - 1, PAGE };

	(void)state;
	for (size_t s = 0; s < ARRAY_SIZE(starts); s++) {
		for (size_t len = FILTER_CHUNK - 2; len <= 2 * FILTER_CHUNK + 2; len++) {
			const char *text = long_text(len);
			u64 addr;

			memory_init(NR_READ);
			addr = put(starts[s], text);
			assert_true(match_text(PORTAL_CMP_STR_EQ, text, addr));
			assert_true(match_text(PORTAL_CMP_STR_PREFIX, text, addr));
			assert_true(match_text(PORTAL_CMP_STR_SUFFIX, text, addr));
			assert_true(match_text(PORTAL_CMP_STR_SUFFIX, text + len - 5, addr));
			assert_true(match_text(PORTAL_CMP_STR_CONTAINS, text + 20, addr));
			memory.bytes[starts[s] + len] = 'x';
			assert_false(match_text(PORTAL_CMP_STR_EQ, text, addr));
			assert_false(match_text(PORTAL_CMP_STR_SUFFIX, text, addr));
			assert_int_equal(memory.nr_crossings, 0);
		}
	}
}

static void test_longest_wanted_string(void **state)
{
	size_t most = PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_hook);
	const char *text = long_text(most);
	u64 addr;

	(void)state;
	memory_init(NR_READ);
	addr = put(50, text);
	for (u32 cmp = PORTAL_CMP_STR_EQ; cmp <= PORTAL_CMP_STR_CONTAINS; cmp++)
		assert_true(match_text(cmp, text, addr));
	memory.bytes[50 + most - 1]++;
	for (u32 cmp = PORTAL_CMP_STR_EQ; cmp <= PORTAL_CMP_STR_CONTAINS; cmp++)
		assert_false(match_text(cmp, text, addr));
}

static void test_string_that_ends_right_before_a_fault(void **state)
{
	u64 addr;

	(void)state;
	memory_init(PAGE);
	addr = put(PAGE - 5, "eth0");
	for (u32 cmp = PORTAL_CMP_STR_EQ; cmp <= PORTAL_CMP_STR_CONTAINS; cmp++)
		assert_true(match_text(cmp, "eth0", addr));
	assert_int_equal(memory.nr_crossings, 0);
}

static void test_fault_before_the_decision_is_no_match(void **state)
{
	u64 addr;

	(void)state;
	memory_init(PAGE);
	addr = put(PAGE - 4, "eth0");
	assert_false(match_text(PORTAL_CMP_STR_EQ, "eth0", addr));
	assert_false(match_text(PORTAL_CMP_STR_SUFFIX, "eth0", addr));
	assert_false(match_text(PORTAL_CMP_STR_SUFFIX, "0", addr));
	assert_false(match_text(PORTAL_CMP_STR_PREFIX, "eth01", addr));
	assert_false(match_text(PORTAL_CMP_STR_CONTAINS, "x", addr));
	/* decided by the bytes before the fault */
	assert_true(match_text(PORTAL_CMP_STR_PREFIX, "eth0", addr));
	assert_true(match_text(PORTAL_CMP_STR_CONTAINS, "th", addr));
}

static void test_bad_pointer_never_matches(void **state)
{
	static const u64 addresses[] = { 0, 1, BASE - 1, BASE + NR_READ, ~0ULL, ~0ULL - 5 };
	static const char *const wanted[] = { "", "x" };

	(void)state;
	memory_init(NR_READ);
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++)
		for (u32 cmp = PORTAL_CMP_STR_EQ; cmp <= PORTAL_CMP_STR_CONTAINS; cmp++)
			for (size_t w = 0; w < ARRAY_SIZE(wanted); w++)
				assert_false(match_text(cmp, wanted[w], addresses[i]));
	assert_int_equal(memory.nr_crossings, 0);
}

static void test_reading_stops_at_the_decision(void **state)
{
	u64 addr;

	(void)state;
	memory_init(NR_READ);
	addr = put(0, long_text(PAGE));
	assert_false(match_text(PORTAL_CMP_STR_EQ, "eth0", addr));
	assert_true(match_text(PORTAL_CMP_STR_PREFIX, "!", addr));
	assert_int_equal(memory.nr_reads, 2);
}

static void test_pointer_of_32_bit_task_is_truncated(void **state)
{
	struct filter_match match = { .cmp = PORTAL_CMP_STR_EQ,
				      .str = (const u8 *)"eth0",
				      .str_len = 4 };
	u64 addr;

	(void)state;
	memory_init(NR_READ);
	addr = put(0, "eth0");
	assert_true(filter_match_value(&match, addr | 0xffffffff00000000ULL, &call32));
	assert_false(filter_match_value(&match, addr | 0xffffffff00000000ULL, &call64));
}

static void test_base_is_added_to_the_address_of_a_string(void **state)
{
	struct filter_match match = { .cmp = PORTAL_CMP_STR_EQ,
				      .str = (const u8 *)"eth0",
				      .str_len = 4 };
	struct filter_call call = call32;

	(void)state;
	memory_init(NR_READ);
	put(PAGE - 2, "eth0");
	call.base = BASE;
	assert_true(filter_match_value(&match, PAGE - 2, &call));
	/* the address is one of the program, so it is truncated before that */
	assert_true(filter_match_value(&match, 1ULL << 32 | (PAGE - 2), &call));
	assert_false(filter_match_value(&match, PAGE - 1, &call));
	assert_int_equal(memory.nr_crossings, 0);
}

/* ---- whole filters ---- */

static void test_every_condition_must_hold(void **state)
{
	struct filter_call call = { .args = { 1, 2, 3, 4, 5, 6, 7, 8 },
				    .long_bytes = 8,
				    .scope = PORTAL_SCOPE_FIRMWARE,
				    .pid = 42,
				    .comm = "switch",
				    .read = read_memory };
	struct portal_wire_hook wire;
	struct filter filter;

	(void)state;
	memset(&wire, 0, sizeof(wire));
	wire.scope = cpu_to_le32(PORTAL_SCOPE_FIRMWARE);
	filter_init(&filter, &wire, NULL, NULL);
	assert_true(filter_entry(&filter, &call));

	wire.pid = cpu_to_le32(42);
	memcpy(wire.comm, "switch", 6);
	for (unsigned int i = 0; i < PORTAL_NR_ARGS; i++) {
		wire.arg[i].cmp = cpu_to_le32(PORTAL_CMP_EQ);
		wire.arg[i].value = cpu_to_le64(i + 1);
	}
	filter_init(&filter, &wire, NULL, NULL);
	assert_true(filter_entry(&filter, &call));
	for (unsigned int i = 0; i < PORTAL_NR_ARGS; i++) {
		call.args[i] = 99;
		assert_false(filter_entry(&filter, &call));
		call.args[i] = i + 1;
	}
	call.pid = 43;
	assert_false(filter_entry(&filter, &call));
	call.pid = 42;
	call.comm[6] = 'x';
	assert_false(filter_entry(&filter, &call));
}

static void test_task_outside_the_scope_never_matches(void **state)
{
	struct filter_call call = call64;
	struct portal_wire_hook wire;
	struct filter filter;

	(void)state;
	memset(&wire, 0, sizeof(wire));
	for (u32 scope = 1; scope <= PORTAL_SCOPES; scope++) {
		wire.scope = cpu_to_le32(scope);
		filter_init(&filter, &wire, NULL, NULL);
		for (call.scope = 1; call.scope <= PORTAL_SCOPES; call.scope <<= 1)
			assert_int_equal(filter_entry(&filter, &call), (scope & call.scope) != 0);
	}
}

static void test_result_filter_is_ignored_at_entry(void **state)
{
	struct portal_wire_hook wire;
	struct filter filter;

	(void)state;
	memset(&wire, 0, sizeof(wire));
	wire.scope = cpu_to_le32(PORTAL_SCOPES);
	wire.ret.cmp = cpu_to_le32(PORTAL_CMP_ERROR);
	filter_init(&filter, &wire, NULL, NULL);
	assert_true(filter_entry(&filter, &call64));
	assert_true(filter_return(&filter, &call64, -ENOTTY));
	assert_false(filter_return(&filter, &call64, 0));
}

static void test_filters_share_strings_but_not_kmp_fail(void **state)
{
	static const u8 strings[] = "ababc";
	struct portal_wire_hook wire;
	struct filter_call call = call64;
	u16 kmp_fail[16];
	struct filter filter;

	(void)state;
	memset(&wire, 0, sizeof(wire));
	wire.scope = cpu_to_le32(PORTAL_SCOPES);
	wire.arg[0].cmp = cpu_to_le32(PORTAL_CMP_STR_CONTAINS);
	wire.arg[0].str_len = cpu_to_le32(5);
	wire.arg[1].cmp = cpu_to_le32(PORTAL_CMP_STR_EQ);
	wire.arg[1].str_len = cpu_to_le32(2);
	wire.ret.cmp = cpu_to_le32(PORTAL_CMP_STR_SUFFIX);
	wire.ret.str_off = cpu_to_le32(2);
	wire.ret.str_len = cpu_to_le32(3);
	assert_int_equal(filter_nr_kmp_fail(&wire), 8);
	memset(kmp_fail, 0xff, sizeof(kmp_fail));
	filter_init(&filter, &wire, strings, kmp_fail);
	assert_int_equal(kmp_fail[8], 0xffff);

	memory_init(NR_READ);
	call.args[0] = put(0, "xxabababcxx");
	call.args[1] = put(100, "ab");
	assert_true(filter_entry(&filter, &call));
	assert_true(filter_return(&filter, &call, (s64)put(200, "ababc")));
	assert_false(filter_return(&filter, &call, (s64)put(200, "abab")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numeric_comparisons_at_their_limits),
		cmocka_unit_test(test_unsigned_flag_selects_signedness),
		cmocka_unit_test(test_width_compares_only_the_low_bytes),
		cmocka_unit_test(test_width_zero_is_the_tasks_long),
		cmocka_unit_test(test_errors_are_minus_4095_to_minus_1),
		cmocka_unit_test(test_string_comparisons),
		cmocka_unit_test(test_string_comparisons_match_the_c_library),
		cmocka_unit_test(test_strings_of_lengths_around_a_chunk),
		cmocka_unit_test(test_longest_wanted_string),
		cmocka_unit_test(test_string_that_ends_right_before_a_fault),
		cmocka_unit_test(test_fault_before_the_decision_is_no_match),
		cmocka_unit_test(test_bad_pointer_never_matches),
		cmocka_unit_test(test_reading_stops_at_the_decision),
		cmocka_unit_test(test_pointer_of_32_bit_task_is_truncated),
		cmocka_unit_test(test_base_is_added_to_the_address_of_a_string),
		cmocka_unit_test(test_every_condition_must_hold),
		cmocka_unit_test(test_task_outside_the_scope_never_matches),
		cmocka_unit_test(test_result_filter_is_ignored_at_entry),
		cmocka_unit_test(test_filters_share_strings_but_not_kmp_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
