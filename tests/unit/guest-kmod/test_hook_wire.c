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

static void append(struct sample *sample, const void *bytes, size_t len)
{
	memcpy(sample->bytes + sample->size, bytes, len);
	sample->size += len;
}

static void add_site(struct sample *sample, u32 abi, u32 nr)
{
	const struct portal_wire_site site = { .abi = cpu_to_le32(abi), .nr = cpu_to_le32(nr) };

	append(sample, &site, sizeof(site));
	head(sample)->nr_sites = cpu_to_le32(le32_to_cpu(head(sample)->nr_sites) + 1);
}

/* after the sites */
static void add_fetch(struct sample *sample, const struct portal_wire_fetch *fetch)
{
	append(sample, fetch, sizeof(*fetch));
	head(sample)->nr_fetch = cpu_to_le32(le32_to_cpu(head(sample)->nr_fetch) + 1);
}

/* after the declarations */
static void add_strings(struct sample *sample, const char *strings)
{
	append(sample, strings, strlen(strings));
	head(sample)->strings_size = cpu_to_le32(strlen(strings));
}

/* Makes a hook at entry without a site. */
static void sample_begin(struct sample *sample)
{
	const struct portal_wire_hook hook = {
		.id = cpu_to_le32(1),
		.when = cpu_to_le32(PORTAL_WHEN_ENTER),
		.scope = cpu_to_le32(PORTAL_SCOPE_FIRMWARE),
	};

	memset(sample, 0, sizeof(*sample));
	append(sample, &hook, sizeof(hook));
}

/* Makes a plain hook on number 16, with @strings. */
static void sample_init(struct sample *sample, const char *strings)
{
	sample_begin(sample);
	add_site(sample, PORTAL_ABI_X86_64, 16);
	add_strings(sample, strings);
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

static void test_source_must_be_system_calls(void **state)
{
	static const u32 sources[] = { 1, 2, 63, 0x80000000, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		head(&sample)->source = cpu_to_le32(sources[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
	head(&sample)->source = 0;
	head(&sample)->reserved = cpu_to_le32(1);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_scope_has_at_least_one_class_that_is_known(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample, "");
	for (u32 scope = 0; scope <= 2 * PORTAL_SCOPES; scope++) {
		head(&sample)->scope = cpu_to_le32(scope);
		assert_int_equal(check(&sample), scope && scope <= PORTAL_SCOPES ? 0 : -EINVAL);
	}
}

static void test_hook_must_have_sites_or_f_all(void **state)
{
	struct sample sample;

	(void)state;
	sample_begin(&sample);
	assert_int_equal(check(&sample), -EINVAL);
	head(&sample)->flags = cpu_to_le32(PORTAL_HOOK_F_ALL);
	assert_int_equal(check(&sample), 0);
	add_site(&sample, PORTAL_ABI_I386, 54);
	assert_int_equal(check(&sample), -EINVAL);
	head(&sample)->flags = 0;
	assert_int_equal(check(&sample), 0);
	for (u32 bit = 0; bit < 32; bit++) {
		u32 alone = PORTAL_HOOK_FLAGS & ~(PORTAL_HOOK_F_ALL | PORTAL_HOOK_F_TRACE_BLOCK);

		head(&sample)->flags = cpu_to_le32(1u << bit);
		assert_int_equal(check(&sample), 1u << bit & alone ? 0 : -EINVAL);
	}
}

static void test_at_most_8_sites(void **state)
{
	struct sample sample;

	(void)state;
	sample_begin(&sample);
	for (u32 nr = 0; nr < PORTAL_MAX_SITES; nr++) {
		add_site(&sample, nr, 0xffffffff);
		assert_int_equal(check(&sample), 0);
	}
	add_site(&sample, PORTAL_MAX_SITES, 0);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_site_given_twice_is_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_begin(&sample);
	add_site(&sample, PORTAL_ABI_X86_64, 16);
	add_site(&sample, PORTAL_ABI_I386, 16);
	add_site(&sample, PORTAL_ABI_X86_64, 17);
	assert_int_equal(check(&sample), 0);
	add_site(&sample, PORTAL_ABI_X86_64, 16);
	assert_int_equal(check(&sample), -EINVAL);
}

static void test_nr_sites_must_match_the_size(void **state)
{
	static const u32 numbers[] = { 0, 1, 3, 8, 9, 0x20000002, 0x80000002, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_begin(&sample);
	add_site(&sample, PORTAL_ABI_X86_64, 16);
	add_site(&sample, PORTAL_ABI_I386, 54);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		head(&sample)->nr_sites = cpu_to_le32(numbers[i]);
		assert_int_equal(check(&sample), -EINVAL);
	}
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

/* Return: match @n: below PORTAL_NR_ARGS: an argument; else the result. */
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
	sample.bytes[sizeof(struct portal_wire_hook) + sizeof(struct portal_wire_site) + 4] = 0;
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

/* Makes a hook with @strings and @nr declarations. */
static void add_fetches(struct sample *sample, const char *strings, u32 nr)
{
	const struct portal_wire_fetch fetch = plain_fetch();

	sample_begin(sample);
	add_site(sample, PORTAL_ABI_X86_64, 16);
	for (u32 i = 0; i < nr; i++)
		add_fetch(sample, &fetch);
	add_strings(sample, strings);
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
}

static void test_parts_follow_one_another(void **state)
{
	const struct portal_wire_fetch expected = plain_fetch();
	struct sample sample;

	(void)state;
	add_fetches(&sample, "eth0", 2);
	match(&sample, 0)->cmp = cpu_to_le32(PORTAL_CMP_STR_EQ);
	expect_area(&sample, 0, 0, 4, 0);
	expect_area(&sample, 0, 0, 5, -EINVAL);
	assert_int_equal(le32_to_cpu(hook_wire_sites(head(&sample))[0].nr), 16);
	assert_memory_equal(&hook_wire_fetches(head(&sample))[1], &expected, sizeof(expected));
	assert_memory_equal(hook_wire_strings(head(&sample)), "eth0", 4);
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

/* Checks @fetch as the only declaration, and as the last of several, of a hook at @when. */
static void expect_fetch_at(u32 when, struct portal_wire_fetch fetch, int expected)
{
	struct sample sample;

	for (u32 before = 0; before < PORTAL_MAX_FETCH; before += PORTAL_MAX_FETCH - 1) {
		add_fetches(&sample, "", before);
		head(&sample)->when = cpu_to_le32(when);
		add_fetch(&sample, &fetch);
		assert_int_equal(check(&sample), expected);
	}
}

static void expect_fetch(struct portal_wire_fetch fetch, int expected)
{
	expect_fetch_at(PORTAL_WHEN_ENTER, fetch, expected);
}

static void test_kinds_and_arguments_out_of_range_are_invalid(void **state)
{
	static const u32 wild[] = { 8, 10, 0x80000000, 0xffffffff };
	struct portal_wire_fetch fetch = plain_fetch();

	(void)state;
	for (u32 what = 0; what <= 9; what++) {
		fetch.what = cpu_to_le32(what);
		for (u32 arg = 0; arg <= 8; arg++) {
			/* the last four are not of an argument */
			u32 most = what <= PORTAL_WIRE_FETCH_FD_NAME ? 7 : 0;

			fetch.arg = cpu_to_le32(arg);
			expect_fetch(fetch, what && arg <= most ? 0 : -EINVAL);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		fetch = plain_fetch();
		fetch.arg = cpu_to_le32(wild[i]);
		expect_fetch(fetch, -EINVAL);
		fetch = plain_fetch();
		fetch.what = cpu_to_le32(wild[i] | 0x10);
		expect_fetch(fetch, -EINVAL);
	}
}

static void test_length_is_of_memory_and_from_an_argument(void **state)
{
	struct portal_wire_fetch fetch = plain_fetch();

	(void)state;
	for (u32 what = 1; what <= 9; what++) {
		bool is_mem = what == PORTAL_WIRE_FETCH_MEM || what == PORTAL_WIRE_FETCH_PTR_MEM;

		fetch = plain_fetch();
		fetch.arg = 0;
		fetch.what = cpu_to_le32(what);
		fetch.len_from = cpu_to_le16(PORTAL_LEN_ARG);
		expect_fetch(fetch, is_mem ? 0 : -EINVAL);
	}
	fetch = plain_fetch();
	for (u32 arg = 0; arg < 10; arg++) {
		fetch.len_arg = cpu_to_le16((u16)arg);
		fetch.len_from = cpu_to_le16(PORTAL_LEN_ARG);
		expect_fetch(fetch, arg < 8 ? 0 : -EINVAL);
		fetch.len_from = cpu_to_le16(PORTAL_LEN_MAX);
		expect_fetch(fetch, arg == 0 ? 0 : -EINVAL);
	}
	fetch.len_arg = 0;
	fetch.len_from = cpu_to_le16(3);
	expect_fetch(fetch, -EINVAL);
	fetch.len_from = cpu_to_le16(0xffff);
	expect_fetch(fetch, -EINVAL);
}

/* The entry event of such a hook would have no result. */
static void test_length_of_the_result_is_for_return_hooks(void **state)
{
	struct portal_wire_fetch fetch = plain_fetch();

	(void)state;
	fetch.len_from = cpu_to_le16(PORTAL_LEN_RESULT);
	expect_fetch_at(PORTAL_WHEN_RETURN, fetch, 0);
	expect_fetch_at(PORTAL_WHEN_ENTER, fetch, -EINVAL);
	expect_fetch_at(PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN, fetch, -EINVAL);
	fetch.len_arg = cpu_to_le16(1);
	expect_fetch_at(PORTAL_WHEN_RETURN, fetch, -EINVAL);
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
		cmocka_unit_test(test_source_must_be_system_calls),
		cmocka_unit_test(test_scope_has_at_least_one_class_that_is_known),
		cmocka_unit_test(test_hook_must_have_sites_or_f_all),
		cmocka_unit_test(test_at_most_8_sites),
		cmocka_unit_test(test_site_given_twice_is_invalid),
		cmocka_unit_test(test_nr_sites_must_match_the_size),
		cmocka_unit_test(test_trace_block_requires_trace),
		cmocka_unit_test(test_comm_must_be_nul_padded),
		cmocka_unit_test(test_unknown_comparisons_and_widths_are_invalid),
		cmocka_unit_test(test_unknown_match_flags_are_invalid),
		cmocka_unit_test(test_strings_outside_the_string_area_are_invalid),
		cmocka_unit_test(test_string_with_a_nul_is_invalid),
		cmocka_unit_test(test_at_most_16_declarations),
		cmocka_unit_test(test_nr_fetch_must_match_the_size),
		cmocka_unit_test(test_parts_follow_one_another),
		cmocka_unit_test(test_declarations_truncated_at_every_byte_are_invalid),
		cmocka_unit_test(test_kinds_and_arguments_out_of_range_are_invalid),
		cmocka_unit_test(test_length_is_of_memory_and_from_an_argument),
		cmocka_unit_test(test_length_of_the_result_is_for_return_hooks),
		cmocka_unit_test(test_declaration_max_must_not_be_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
