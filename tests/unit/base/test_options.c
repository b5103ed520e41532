/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/options.h"

static int refused(const char *spec)
{
	struct options options;

	return options_parse(spec, &options);
}

static void test_head_alone_has_no_pairs(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(options_parse("dir/file.so", &options), 0);
	assert_string_equal(options.head, "dir/file.so");
	assert_int_equal(options.nr_pairs, 0);
	options_done(&options);
}

static void test_pairs_keep_their_order_and_equals_signs(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(options_parse("f,a=1,b=x=y,c=,d", &options), 0);
	assert_int_equal(options.nr_pairs, 4);
	assert_string_equal(options.pairs[0].key, "a");
	assert_string_equal(options.pairs[0].value, "1");
	assert_string_equal(options.pairs[1].value, "x=y");
	assert_string_equal(options.pairs[2].value, "");
	assert_string_equal(options.pairs[3].key, "d");
	assert_null(options.pairs[3].value);
	options_done(&options);
}

static void test_double_comma_is_a_literal_comma(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(options_parse("a,,b,k=x,,y,,,l=z", &options), 0);
	assert_string_equal(options.head, "a,b");
	assert_string_equal(options.pairs[0].value, "x,y,");
	assert_string_equal(options.pairs[1].key, "l");
	options_done(&options);
}

static void test_missing_head_is_einval(void **state)
{
	(void)state;
	assert_int_equal(refused(""), -EINVAL);
	assert_int_equal(refused(",a=1"), -EINVAL);
}

static void test_empty_key_is_einval(void **state)
{
	(void)state;
	assert_int_equal(refused("f,"), -EINVAL);
	assert_int_equal(refused("f,=1"), -EINVAL);
	assert_int_equal(refused("f,a=1,"), -EINVAL);
}

static void test_key_given_twice_is_eexist(void **state)
{
	(void)state;
	assert_int_equal(refused("f,a=1,b,a=1"), -EEXIST);
	assert_int_equal(refused("f,a,a=1"), -EEXIST);
}

static void test_options_max_pairs_fit_and_one_more_is_e2big(void **state)
{
	char spec[16 * OPTIONS_MAX] = "f";
	struct options options;

	(void)state;
	for (int i = 0; i < OPTIONS_MAX; i++)
		snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec), ",k%d=v", i);
	assert_int_equal(options_parse(spec, &options), 0);
	assert_int_equal(options.nr_pairs, OPTIONS_MAX);
	options_done(&options);
	strcat(spec, ",last=1");
	assert_int_equal(refused(spec), -E2BIG);
}

static void test_u64_decimal_hexadecimal_octal(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(options_u64("0", &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(options_u64("0x1f", &value), 0);
	assert_int_equal(value, 31);
	assert_int_equal(options_u64("010", &value), 0);
	assert_int_equal(value, 8);
	assert_int_equal(options_u64("18446744073709551615", &value), 0);
	assert_true(value == UINT64_MAX);
}

static void test_u64_bad_numbers_are_einval_or_erange(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "x", "0x", "1k", "08" };
	uint64_t value = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(options_u64(bad[i], &value), -EINVAL);
	assert_int_equal(options_u64("18446744073709551616", &value), -ERANGE);
	assert_int_equal(value, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head_alone_has_no_pairs),
		cmocka_unit_test(test_pairs_keep_their_order_and_equals_signs),
		cmocka_unit_test(test_double_comma_is_a_literal_comma),
		cmocka_unit_test(test_missing_head_is_einval),
		cmocka_unit_test(test_empty_key_is_einval),
		cmocka_unit_test(test_key_given_twice_is_eexist),
		cmocka_unit_test(test_options_max_pairs_fit_and_one_more_is_e2big),
		cmocka_unit_test(test_u64_decimal_hexadecimal_octal),
		cmocka_unit_test(test_u64_bad_numbers_are_einval_or_erange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
