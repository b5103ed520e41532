/* SPDX-License-Identifier: MIT */
/* Parsing of hello and of the message that adds pages: valid contents, limits and violations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <stdlib.h>
#include <string.h>

#include "portal/hello.h"

static struct portal_wire_hello good_hello(void)
{
	struct portal_wire_hello hello = {
		.version = htole32(PORTAL_WIRE_VERSION),
		.nr_ranges = htole32(1),
		.sources = htole64(1ull << PORTAL_SOURCE_SYSCALL),
		.ops = { htole64(1ull << PORTAL_OP_READ), htole64(1ull << 63) },
		.abi = htole32(PORTAL_ABI_X86_64),
		.compat_abi = htole32(PORTAL_ABI_I386),
		.release = "6.1.0",
		.module_version = "1",
	};

	hello.ranges[0].gpa = htole64(0x1000);
	hello.ranges[0].nr_pages = htole32(4);
	return hello;
}

static int parse(const struct portal_wire_hello *hello)
{
	struct hello out;

	return hello_parse(hello, sizeof(*hello), &out);
}

static void test_hello_is_parsed(void **state)
{
	const struct portal_wire_hello wire = good_hello();
	struct hello hello;

	(void)state;
	assert_int_equal(hello_parse(&wire, sizeof(wire), &hello), 0);
	assert_string_equal(hello.release, "6.1.0");
	assert_int_equal(hello.pool.nr_pages, 4);
	assert_int_equal(hello.pool.range[0].gpa.value, 0x1000);
	assert_int_equal(hello.compat_abi, PORTAL_ABI_I386);
	assert_int_equal(hello.sources, 1);
}

static void test_hello_truncated_anywhere_is_eproto(void **state)
{
	const struct portal_wire_hello wire = good_hello();
	struct hello hello;

	(void)state;
	for (size_t size = 0; size < sizeof(wire); size++) {
		/* a separate allocation, so that ASan detects a read past the end */
		void *copy = malloc(size + 1);

		memcpy(copy, &wire, size);
		assert_int_equal(hello_parse(copy, size, &hello), -EPROTO);
		free(copy);
	}
}

static void test_hello_other_version_is_eprotonosupport_at_any_size(void **state)
{
	struct portal_wire_hello wire = good_hello();
	struct hello hello;

	(void)state;
	wire.version = htole32(99);
	assert_int_equal(hello_parse(&wire, 4, &hello), -EPROTONOSUPPORT);
	assert_int_equal(hello.version, 99);
	assert_int_equal(hello_parse(&wire, sizeof(wire), &hello), -EPROTONOSUPPORT);
}

static void test_hello_number_of_ranges_and_pages_is_limited(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.nr_ranges = 0;
	assert_int_equal(parse(&wire), -EPROTO);
	wire.nr_ranges = htole32(PORTAL_MAX_RANGES + 1);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.nr_ranges = htole32(PORTAL_MAX_RANGES);
	for (uint64_t i = 0; i < PORTAL_MAX_RANGES; i++) {
		wire.ranges[i].gpa = htole64(i * 0x10000);
		wire.ranges[i].nr_pages = htole32(PORTAL_MAX_PAGES / PORTAL_MAX_RANGES);
	}
	assert_int_equal(parse(&wire), 0);
	wire.ranges[5].nr_pages = htole32(PORTAL_MAX_PAGES / PORTAL_MAX_RANGES + 1);
	assert_int_equal(parse(&wire), -EPROTO);
}

static void test_hello_range_with_no_or_too_many_pages_is_eproto(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.ranges[0].nr_pages = 0;
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[0].nr_pages = htole32(UINT32_MAX);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[0].nr_pages = htole32(PORTAL_MAX_PAGES + 1);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[0].nr_pages = htole32(PORTAL_MAX_PAGES);
	assert_int_equal(parse(&wire), 0);
}

static void test_hello_range_misaligned_or_wrapping_is_eproto(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.ranges[0].gpa = htole64(0x1008);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[0].gpa = htole64(UINT64_MAX - 4095);
	assert_int_equal(parse(&wire), -EPROTO);
}

static void test_hello_overlapping_ranges_are_eproto(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.nr_ranges = htole32(2);
	wire.ranges[1].nr_pages = htole32(2);
	wire.ranges[1].gpa = htole64(0x4000);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[1].gpa = htole64(0x0);
	assert_int_equal(parse(&wire), -EPROTO);
	wire.ranges[1].gpa = htole64(0x5000);
	assert_int_equal(parse(&wire), 0);
}

static void test_hello_reserved_field_or_unterminated_string_is_eproto(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.ranges[0].reserved = htole32(1);
	assert_int_equal(parse(&wire), -EPROTO);
	wire = good_hello();
	wire.reserved = htole32(1);
	assert_int_equal(parse(&wire), -EPROTO);
	wire = good_hello();
	memset(wire.release, 'x', sizeof(wire.release));
	assert_int_equal(parse(&wire), -EPROTO);
	wire = good_hello();
	memset(wire.module_version, 'x', sizeof(wire.module_version));
	assert_int_equal(parse(&wire), -EPROTO);
}

static void test_hello_without_an_abi_is_eproto(void **state)
{
	struct portal_wire_hello wire = good_hello();

	(void)state;
	wire.abi = 0;
	assert_int_equal(parse(&wire), -EPROTO);
	wire = good_hello();
	wire.compat_abi = wire.abi;
	assert_int_equal(parse(&wire), -EPROTO);
	wire.compat_abi = 0;
	assert_int_equal(parse(&wire), 0);
}

static void test_hello_names_the_operations_of_the_guest(void **state)
{
	const struct portal_wire_hello wire = good_hello();
	struct hello hello;

	(void)state;
	assert_int_equal(hello_parse(&wire, sizeof(wire), &hello), 0);
	assert_true(hello_has_op(&hello, PORTAL_OP_READ));
	assert_false(hello_has_op(&hello, PORTAL_OP_WRITE));
	assert_true(hello_has_op(&hello, 127));
	assert_false(hello_has_op(&hello, 128));
	assert_false(hello_has_op(&hello, UINT32_MAX));
}

static void test_grow_is_checked_as_a_hello(void **state)
{
	struct portal_wire_grow wire = { .nr_ranges = htole32(2) };
	struct page_ranges ranges;

	(void)state;
	wire.ranges[0].gpa = htole64(0x1000);
	wire.ranges[0].nr_pages = htole32(3);
	wire.ranges[1].gpa = htole64(0x8000);
	wire.ranges[1].nr_pages = htole32(1);
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire), &ranges), 0);
	assert_int_equal(ranges.nr_pages, 4);
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire) - 1, &ranges), -EPROTO);
	wire.ranges[1].gpa = htole64(0x3000);
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire), &ranges), -EPROTO);
	wire.ranges[1].gpa = htole64(0x8000);
	wire.reserved = htole32(1);
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire), &ranges), -EPROTO);
	wire.reserved = 0;
	wire.nr_ranges = 0;
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire), &ranges), -EPROTO);
	wire.nr_ranges = htole32(PORTAL_MAX_RANGES + 1);
	assert_int_equal(hello_parse_grow(&wire, sizeof(wire), &ranges), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_is_parsed),
		cmocka_unit_test(test_hello_truncated_anywhere_is_eproto),
		cmocka_unit_test(test_hello_other_version_is_eprotonosupport_at_any_size),
		cmocka_unit_test(test_hello_number_of_ranges_and_pages_is_limited),
		cmocka_unit_test(test_hello_range_with_no_or_too_many_pages_is_eproto),
		cmocka_unit_test(test_hello_range_misaligned_or_wrapping_is_eproto),
		cmocka_unit_test(test_hello_overlapping_ranges_are_eproto),
		cmocka_unit_test(test_hello_reserved_field_or_unterminated_string_is_eproto),
		cmocka_unit_test(test_hello_without_an_abi_is_eproto),
		cmocka_unit_test(test_hello_names_the_operations_of_the_guest),
		cmocka_unit_test(test_grow_is_checked_as_a_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
