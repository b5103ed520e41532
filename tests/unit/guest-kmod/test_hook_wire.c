/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hooks/hook_wire.h"

/* a hook in the wire format, in a buffer of the size of a page's data */
struct sample {
	_Alignas(8) u8 bytes[PORTAL_DATA_SIZE];
	size_t size;
};

static struct portal_wire_hook *head(struct sample *sample)
{
	return (struct portal_wire_hook *)(void *)sample->bytes;
}

/* Makes a plain hook on number 16, with @strings. */
static void sample_init(struct sample *sample, const char *strings)
{
	struct portal_wire_hook hook = {
		.id = cpu_to_le32(1),
		.when = cpu_to_le32(PORTAL_WHEN_ENTER),
		.nr = cpu_to_le32(16),
		.compat_nr = cpu_to_le32(PORTAL_NR_NONE),
		.strings_size = cpu_to_le32(strlen(strings)),
	};

	memset(sample->bytes, 0, sizeof(sample->bytes));
	memcpy(sample->bytes, &hook, sizeof(hook));
	memcpy(sample->bytes + sizeof(hook), strings, strlen(strings));
	sample->size = sizeof(hook) + strlen(strings);
}

/* Checks a heap copy of exactly @size bytes, so that the sanitizer detects reads beyond it. */
static int check_size(const struct sample *sample, size_t size)
{
	auto_free u8 *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, sample->bytes, size);
	return hook_wire_check((const struct portal_wire_hook *)(void *)copy, size);
}

static int check(const struct sample *sample)
{
	return check_size(sample, sample->size);
}

static void test_plain_hook_is_valid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	assert_int_equal(check(&sample), 0);
	sample_init(&sample, "some strings");
	assert_int_equal(check(&sample), 0);
}

static void test_hook_truncated_at_every_byte_is_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "eth0");
	for (size_t size = 0; size < sample.size; size++)
		assert_int_equal(check_size(&sample, size), -EINVAL);
	assert_int_equal(check_size(&sample, sample.size + 1), -EINVAL);
}

static void test_strings_size_must_match_the_size(void **state)
{
	static const u32 sizes[] = { 0, 3, 5, 0x7fffffff, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_init(&sample, "eth0");
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		head(&sample)->strings_size = cpu_to_le32(sizes[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
}

static void test_id_and_when_must_be_set(void **state)
{
	static const u32 whens[] = { 0, 4, 5, 8, 0x80000001 };
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	head(&sample)->id = 0;
	assert_int_equal(check(&sample), -EINVAL);
	sample_init(&sample, "");
	for (u32 when = 1; when <= 3; when++) {
		head(&sample)->when = cpu_to_le32(when);
		assert_int_equal(check(&sample), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(whens); i++) {
		head(&sample)->when = cpu_to_le32(whens[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
}

static void test_bit_must_be_below_64(void **state)
{
	static const u32 bits[] = { 64, 65, 0x80000000, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	head(&sample)->bit = cpu_to_le32(63);
	assert_int_equal(check(&sample), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		head(&sample)->bit = cpu_to_le32(bits[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
}

static void test_hook_must_name_calls_or_have_f_all(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	head(&sample)->nr = cpu_to_le32(PORTAL_NR_NONE);
	assert_int_equal(check(&sample), -EINVAL);
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_F_ALL);
	assert_int_equal(check(&sample), 0);
	head(&sample)->compat_nr = cpu_to_le32(54);
	assert_int_equal(check(&sample), -EINVAL);
	head(&sample)->flags = 0;
	assert_int_equal(check(&sample), 0);
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_FLAGS + 1);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_trace_block_requires_trace(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_F_TRACE);
	assert_int_equal(check(&sample), 0);
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_F_TRACE | PORTAL_HOOK_F_TRACE_BLOCK);
	assert_int_equal(check(&sample), 0);
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_F_TRACE_BLOCK);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_comm_must_be_nul_padded(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	memcpy(head(&sample)->comm, "fifteen letters", 15);
	assert_int_equal(check(&sample), 0);
	head(&sample)->comm[15] = 'x';
	assert_int_equal(check(&sample), -EINVAL);
	memset(head(&sample)->comm, 0, PORTAL_COMM_SIZE);
	memcpy(head(&sample)->comm, "a\0b", 3);
	assert_int_equal(check(&sample), -EINVAL);
}

/* Return: match @n: 0 .. 5: an argument; 6: the result. */
static struct portal_wire_match *match(struct sample *sample, unsigned int n)
{
	return n < PORTAL_NR_ARGS ? &head(sample)->arg[n] : &head(sample)->ret;
}

static void test_unknown_comparisons_and_widths_are_invalid(void **state)
{
	static const u32 bad_widths[] = { 3, 5, 6, 7, 9, 16, 0xffffffff };
	static const u32 widths[] = { 0, 1, 2, 4, 8 };
	struct sample sample;

	(void)state;
	for (unsigned int n = 0; n <= PORTAL_NR_ARGS; n++) {
		sample_init(&sample, "");
		match(&sample, n)->cmp = cpu_to_le32(PORTAL_CMP_MAX + 1);
		assert_int_equal(check(&sample), -EINVAL);
		match(&sample, n)->cmp = cpu_to_le32(PORTAL_CMP_RANGE);
		for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
			match(&sample, n)->width = cpu_to_le32(widths[i]);
			assert_int_equal(check(&sample), 0);
		}
		for (size_t i = 0; i < ARRAY_SIZE(bad_widths); i++) {
			match(&sample, n)->width = cpu_to_le32(bad_widths[i]);
			assert_int_equal(check(&sample), -EINVAL);
		}
	}
}

static void test_unknown_match_flags_are_invalid(void **state)
{
	struct sample sample;

	(void)state;
	for (unsigned int n = 0; n <= PORTAL_NR_ARGS; n++) {
		sample_init(&sample, "");
		match(&sample, n)->flags = cpu_to_le32(PORTAL_CMP_F_UNSIGNED);
		assert_int_equal(check(&sample), 0);
		match(&sample, n)->flags = cpu_to_le32(2);
		assert_int_equal(check(&sample), -EINVAL);
		match(&sample, n)->flags = 0;
		match(&sample, n)->reserved = cpu_to_le32(1);
		assert_int_equal(check(&sample), -EINVAL);
	}
}

static void expect_area(struct sample *sample, unsigned int n, u32 off, u32 len, int expected)
{
	match(sample, n)->str_off = cpu_to_le32(off);
	match(sample, n)->str_len = cpu_to_le32(len);
	assert_int_equal(check(sample), expected);
}

static void test_strings_outside_the_string_area_are_invalid(void **state)
{
	struct sample sample;

	(void)state;
	for (unsigned int n = 0; n <= PORTAL_NR_ARGS; n++) {
		sample_init(&sample, "12345678");
		match(&sample, n)->cmp = cpu_to_le32(PORTAL_CMP_STR_EQ);
		expect_area(&sample, n, 0, 8, 0);
		expect_area(&sample, n, 8, 0, 0);
		expect_area(&sample, n, 7, 1, 0);
		expect_area(&sample, n, 0, 9, -EINVAL);
		expect_area(&sample, n, 1, 8, -EINVAL);
		expect_area(&sample, n, 9, 0, -EINVAL);
		expect_area(&sample, n, 0xffffffff, 1, -EINVAL);
		expect_area(&sample, n, 1, 0xffffffff, -EINVAL);
		expect_area(&sample, n, 0x80000000, 0x80000000, -EINVAL);
	}
}

static void test_string_with_a_nul_is_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "12345678");
	sample.bytes[sizeof(struct portal_wire_hook) + 4] = 0;
	head(&sample)->arg[0].cmp = cpu_to_le32(PORTAL_CMP_STR_CONTAINS);
	expect_area(&sample, 0, 0, 8, -EINVAL);
	expect_area(&sample, 0, 0, 4, 0);
	expect_area(&sample, 0, 5, 3, 0);
}

/* ---- declarations ---- */

static struct portal_wire_fetch plain_fetch(void)
{
	return (struct portal_wire_fetch){
		.what = cpu_to_le32(PORTAL_WIRE_FETCH_MEM),
		.arg = cpu_to_le32(1),
		.max = cpu_to_le32(16),
	};
}

static void add_fetch(struct sample *sample, const struct portal_wire_fetch *fetch)
{
	memcpy(sample->bytes + sample->size, fetch, sizeof(*fetch));
	sample->size += sizeof(*fetch);
	head(sample)->nr_fetch = cpu_to_le32(le32_to_cpu(head(sample)->nr_fetch) + 1);
}

/* Makes a hook with @strings and @nr declarations. */
static void add_fetches(struct sample *sample, const char *strings, u32 nr)
{
	const struct portal_wire_fetch fetch = plain_fetch();

	sample_init(sample, strings);
	for (u32 i = 0; i < nr; i++)
		add_fetch(sample, &fetch);
}

static void test_at_most_16_declarations(void **state)
{
	struct sample sample;

	(void)state;
	for (u32 nr = 0; nr <= PORTAL_MAX_FETCH; nr++) {
		add_fetches(&sample, "", nr);
		assert_int_equal(check(&sample), 0);
	}
	add_fetches(&sample, "", PORTAL_MAX_FETCH + 1);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_nr_fetch_must_match_the_size(void **state)
{
	static const u32 numbers[] = { 0, 1, 3, 16, 17, 0x08000002, 0x80000002, 0xffffffff };
	struct sample sample;

	(void)state;
	add_fetches(&sample, "eth0", 2);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		head(&sample)->nr_fetch = cpu_to_le32(numbers[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
	/* one declaration less with as many more bytes of strings is another valid hook */
	head(&sample)->nr_fetch = cpu_to_le32(1);
	head(&sample)->strings_size = cpu_to_le32(4 + sizeof(struct portal_wire_fetch));
	assert_int_equal(check(&sample), 0);
	head(&sample)->reserved = cpu_to_le32(1);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_declarations_after_strings_of_any_alignment(void **state)
{
	const struct portal_wire_fetch expected = plain_fetch();
	struct portal_wire_fetch fetch;
	struct sample sample;

	(void)state;
	for (size_t len = 0; len <= 8; len++) {
		char strings[9] = "";

		memset(strings, 'x', len);
		add_fetches(&sample, strings, 2);
		match(&sample, 0)->cmp = cpu_to_le32(PORTAL_CMP_STR_EQ);
		expect_area(&sample, 0, 0, (u32)len, 0);
		/* the string area ends before the declarations */
		expect_area(&sample, 0, 0, (u32)len + 1, -EINVAL);
		hook_wire_fetch(head(&sample), 1, &fetch);
		assert_memory_equal(&fetch, &expected, sizeof(fetch));
	}
}

static void test_declarations_truncated_at_every_byte_are_invalid(void **state)
{
	struct sample sample;

	(void)state;
	add_fetches(&sample, "eth", 3);
	for (size_t size = 0; size < sample.size; size++)
		assert_int_equal(check_size(&sample, size), -EINVAL);
	assert_int_equal(check(&sample), 0);
	assert_int_equal(check_size(&sample, sample.size + 1), -EINVAL);
	assert_int_equal(check_size(&sample, sample.size + sizeof(struct portal_wire_fetch)),
			 -EINVAL);
}

/* Checks @fetch as the only declaration, and as the last of several. */
static void expect_fetch(struct portal_wire_fetch fetch, int expected)
{
	struct sample sample;

	add_fetches(&sample, "", 0);
	add_fetch(&sample, &fetch);
	assert_int_equal(check(&sample), expected);
	add_fetches(&sample, "x", PORTAL_MAX_FETCH - 1);
	add_fetch(&sample, &fetch);
	assert_int_equal(check(&sample), expected);
}

static void test_declaration_fields_out_of_range_are_invalid(void **state)
{
	static const u32 wild[] = { 7, 8, 0x80000000, 0xffffffff };
	struct portal_wire_fetch fetch;

	(void)state;
	for (u32 n = 0; n <= 6; n++) {
		fetch = plain_fetch();
		fetch.what = cpu_to_le32(n);
		expect_fetch(fetch, n == 0 ? -EINVAL : 0);
		fetch = plain_fetch();
		fetch.arg = cpu_to_le32(n);
		expect_fetch(fetch, n == 6 ? -EINVAL : 0);
		fetch = plain_fetch();
		fetch.len_arg_plus1 = cpu_to_le32(n);
		expect_fetch(fetch, 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		fetch = plain_fetch();
		fetch.what = cpu_to_le32(wild[i]);
		expect_fetch(fetch, -EINVAL);
		fetch = plain_fetch();
		fetch.arg = cpu_to_le32(wild[i]);
		expect_fetch(fetch, -EINVAL);
		fetch = plain_fetch();
		fetch.len_arg_plus1 = cpu_to_le32(wild[i]);
		expect_fetch(fetch, -EINVAL);
	}
}

static void test_declaration_max_must_not_be_zero(void **state)
{
	struct portal_wire_fetch fetch = plain_fetch();

	(void)state;
	fetch.max = 0;
	expect_fetch(fetch, -EINVAL);
	fetch.max = cpu_to_le32(1);
	expect_fetch(fetch, 0);
	fetch.max = cpu_to_le32(0xffffffff);
	fetch.offset = fetch.inner_offset = cpu_to_le64(UINT64_MAX);
	expect_fetch(fetch, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_hook_is_valid),
		cmocka_unit_test(test_hook_truncated_at_every_byte_is_invalid),
		cmocka_unit_test(test_strings_size_must_match_the_size),
		cmocka_unit_test(test_id_and_when_must_be_set),
		cmocka_unit_test(test_bit_must_be_below_64),
		cmocka_unit_test(test_hook_must_name_calls_or_have_f_all),
		cmocka_unit_test(test_trace_block_requires_trace),
		cmocka_unit_test(test_comm_must_be_nul_padded),
		cmocka_unit_test(test_unknown_comparisons_and_widths_are_invalid),
		cmocka_unit_test(test_unknown_match_flags_are_invalid),
		cmocka_unit_test(test_strings_outside_the_string_area_are_invalid),
		cmocka_unit_test(test_string_with_a_nul_is_invalid),
		cmocka_unit_test(test_at_most_16_declarations),
		cmocka_unit_test(test_nr_fetch_must_match_the_size),
		cmocka_unit_test(test_declarations_after_strings_of_any_alignment),
		cmocka_unit_test(test_declarations_truncated_at_every_byte_are_invalid),
		cmocka_unit_test(test_declaration_fields_out_of_range_are_invalid),
		cmocka_unit_test(test_declaration_max_must_not_be_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
