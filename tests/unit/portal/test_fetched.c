/* SPDX-License-Identifier: MIT */
/* Items of an event: parsed as untrusted bytes, read without an operation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <endian.h>
#include <errno.h>
#include <portal/wire.h>
#include <stdbool.h>
#include <string.h>

#include "portal/fetched.h"

static uint8_t list[1024];
static size_t used;
static uint32_t nr;

static void add(uint16_t what, uint64_t addr, int32_t status, const void *bytes, uint32_t len)
{
	const struct portal_wire_item item = {
		.addr = htole64(addr),
		.len = htole32(len),
		.what = htole16(what),
		.status = htole32((uint32_t)status),
	};

	memcpy(list + used, &item, sizeof(item));
	used += sizeof(item);
	memset(list + used, 0, (len + 7) / 8 * 8);
	if (len)
		memcpy(list + used, bytes, len);
	used += (len + 7) / 8 * 8;
	nr++;
}

static int setup(void **state)
{
	(void)state;
	memset(list, 0xee, sizeof(list));
	used = 0;
	nr = 0;
	return 0;
}

static struct fetched parsed(void)
{
	struct fetched items;

	assert_int_equal(fetched_parse(list, used, nr, &items), 0);
	return items;
}

static void test_items_read_only_within_the_declared_memory(void **state)
{
	struct fetched items;
	uint8_t buf[16];

	(void)state;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "0123456789", 10);
	items = parsed();
	assert_int_equal(fetched_read(&items, 0x1000, buf, 10), 10);
	assert_memory_equal(buf, "0123456789", 10);
	assert_int_equal(fetched_read(&items, 0x1006, buf, 4), 4);
	assert_memory_equal(buf, "6789", 4);
	assert_int_equal(fetched_read(&items, 0x1006, buf, 5), -ENOENT);
	assert_int_equal(fetched_read(&items, 0x0fff, buf, 2), -ENOENT);
	assert_int_equal(fetched_read(&items, 0x100a, buf, 1), -ENOENT);
	assert_int_equal(fetched_read(&items, UINT64_MAX, buf, 1), -ENOENT);
}

static void test_items_fault_gives_short_read_then_efault(void **state)
{
	struct fetched items;
	uint8_t buf[16];

	(void)state;
	add(PORTAL_ITEM_MEM, 0x1000, -EFAULT, "abc", 3);
	add(PORTAL_ITEM_MEM, 0x2000, -EFAULT, NULL, 0);
	items = parsed();
	assert_int_equal(fetched_read(&items, 0x1000, buf, 8), 3);
	assert_int_equal(fetched_read(&items, 0x1003, buf, 1), -EFAULT);
	assert_int_equal(fetched_read(&items, 0x2000, buf, 4), -EFAULT);
	assert_int_equal(fetched_read(&items, 0x2001, buf, 4), -ENOENT);
}

static void test_items_complete_string_includes_its_nul(void **state)
{
	struct fetched items;
	char buf[16];

	(void)state;
	add(PORTAL_ITEM_STR, 0x1000, PORTAL_ITEM_COMPLETE, "12345678", 8);
	items = parsed();
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, sizeof(buf)), 8);
	assert_string_equal(buf, "12345678");
	assert_int_equal(fetched_read_str(&items, 0x1006, buf, sizeof(buf)), 2);
	assert_string_equal(buf, "78");
	assert_int_equal(fetched_read_str(&items, 0x1008, buf, sizeof(buf)), 0);
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, 9), 8);
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, 8),
			 8); /* truncated: no space for the NUL */
	assert_string_equal(buf, "1234567");
	assert_int_equal(fetched_read(&items, 0x1000, buf, 9), 9);
	assert_int_equal(buf[8], 0);
	assert_int_equal(fetched_read(&items, 0x1000, buf, 10), -ENOENT);
}

static void test_items_truncated_string_serves_shorter_reads_only(void **state)
{
	struct fetched items;
	char buf[16];

	(void)state;
	add(PORTAL_ITEM_STR, 0x1000, PORTAL_ITEM_CUT, "abcd", 4);
	add(PORTAL_ITEM_STR, 0x2000, PORTAL_ITEM_DEFERRED, NULL, 0);
	add(PORTAL_ITEM_STR, 0x3000, -EFAULT, NULL, 0);
	items = parsed();
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, 5), -ENOENT);
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, 4), 4);
	assert_string_equal(buf, "abc");
	assert_int_equal(fetched_read(&items, 0x1000, buf, 5), -ENOENT);
	assert_int_equal(fetched_read_str(&items, 0x2000, buf, 4), -ENOENT);
	assert_int_equal(fetched_read(&items, 0x2000, buf, 1), -ENOENT);
	assert_int_equal(fetched_read_str(&items, 0x3000, buf, 4), -ENOENT);
}

static void test_items_string_within_declared_memory_is_found(void **state)
{
	struct fetched items;
	char buf[16];

	(void)state;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "ab\0cdef", 7);
	items = parsed();
	assert_int_equal(fetched_read_str(&items, 0x1000, buf, sizeof(buf)), 2);
	assert_string_equal(buf, "ab");
	assert_int_equal(fetched_read_str(&items, 0x1003, buf, sizeof(buf)), -ENOENT);
}

static void test_items_fd_names_and_arguments(void **state)
{
	struct fetched items;
	char buf[16];

	(void)state;
	add(PORTAL_ITEM_FD_NAME, 3, PORTAL_ITEM_COMPLETE, "/dev/null", 9);
	add(PORTAL_ITEM_FD_NAME, (uint64_t)-100, -EBADF, NULL, 0);
	add(PORTAL_ITEM_ARGS, 0, PORTAL_ITEM_COMPLETE, "a\0bc", 5);
	items = parsed();
	assert_int_equal(fetched_fd_name(&items, 3, buf, sizeof(buf)), 9);
	assert_string_equal(buf, "/dev/null");
	assert_int_equal(fetched_fd_name(&items, 3, buf, 5), 5);
	assert_string_equal(buf, "/dev");
	assert_int_equal(fetched_fd_name(&items, -100, buf, sizeof(buf)), -EBADF);
	assert_int_equal(fetched_fd_name(&items, 4, buf, sizeof(buf)), -ENOENT);
	assert_int_equal(fetched_args(&items, buf, sizeof(buf)), 4);
	assert_memory_equal(buf, "a\0bc", 5);
}

static void test_items_reads_see_earlier_writes(void **state)
{
	struct fetched items;
	uint8_t buf[16];

	(void)state;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "0123456789", 10);
	add(PORTAL_ITEM_STR, 0x2000, PORTAL_ITEM_COMPLETE, "name", 4);
	add(PORTAL_ITEM_MEM, 0x3000, -EFAULT, "ab", 2);
	add(PORTAL_ITEM_ARGS, 0, PORTAL_ITEM_COMPLETE, "x", 2);
	items = parsed();
	fetched_write(&items, 0x0ffe, "XXab", 4);
	fetched_write(&items, 0x1008, "YZ!!", 4);
	assert_int_equal(fetched_read(&items, 0x1000, buf, 10), 10);
	assert_memory_equal(buf, "ab234567YZ", 10);
	fetched_write(&items, 0x2004, "s", 1); /* overwrites the NUL: the string is longer now */
	assert_int_equal(fetched_read_str(&items, 0x2000, (char *)buf, sizeof(buf)), -ENOENT);
	fetched_write(&items, 0x3002, "c", 1); /* the memory no longer faults */
	assert_int_equal(fetched_read(&items, 0x3000, buf, 3), -ENOENT);
	assert_int_equal(fetched_args(&items, (char *)buf, sizeof(buf)), -ENOENT);
}

/* A write that the guest has carried out changes the memory, whatever tag its pointer had. */
static void test_items_see_writes_by_pointers_with_other_tags(void **state)
{
	static const struct {
		uint32_t abi;
		uint64_t fetched, written;
		bool is_same;
	} cases[] = {
		{ PORTAL_ABI_ARM64, 0x1000, 0x5aull << 56 | 0x1000, true },
		{ PORTAL_ABI_ARM64, 0x5aull << 56 | 0x1000, 0x1000, true },
		{ PORTAL_ABI_ARM64, 0xffull << 56 | 0x1000, 0x01ull << 56 | 0x1000, true },
		{ PORTAL_ABI_ARM64, 0x1000, 1ull << 55 | 0x1000, false },
		{ PORTAL_ABI_ARM64, 0x1000, 1ull << 54 | 0x1000, false },
		{ PORTAL_ABI_ARM64, 1ull << 55 | 0x1000, 0x5aull << 56 | 1ull << 55 | 0x1000,
		  false },
		{ PORTAL_ABI_X86_64, 0x1000, 0x3full << 57 | 0x1000, true },
		{ PORTAL_ABI_X86_64, 1ull << 57 | 0x1000, 1ull << 62 | 0x1000, true },
		{ PORTAL_ABI_X86_64, 0x1000, 1ull << 63 | 0x1000, false },
		{ PORTAL_ABI_X86_64, 0x1000, 1ull << 56 | 0x1000, false },
		{ PORTAL_ABI_ARM, 0x1000, 0x5aull << 56 | 0x1000, false },
		{ PORTAL_ABI_I386, 0x1000, 1ull << 57 | 0x1000, false },
		{ PORTAL_ABI_NONE, 0x1000, 0x5aull << 56 | 0x1000, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fetched items;
		uint8_t buf[4];

		used = 0;
		nr = 0;
		add(PORTAL_ITEM_MEM, cases[i].fetched, PORTAL_ITEM_COMPLETE, "0123", 4);
		items = parsed();
		items.abi = cases[i].abi;
		fetched_write(&items, cases[i].written + 1, "ab", 2);
		assert_int_equal(fetched_read(&items, cases[i].fetched, buf, 4), 4);
		assert_memory_equal(buf, cases[i].is_same ? "0ab3" : "0123", 4);
		/* only the guest knows whether a pointer with another tag is valid */
		if (cases[i].written != cases[i].fetched)
			assert_int_equal(fetched_read(&items, cases[i].written, buf, 4), -ENOENT);
	}
}

static void test_items_truncated_at_every_byte_are_eproto(void **state)
{
	struct fetched items;

	(void)state;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "0123456789", 10);
	add(PORTAL_ITEM_STR, 0x2000, PORTAL_ITEM_CUT, "0123", 4);
	for (size_t size = 0; size < used; size++)
		assert_int_equal(fetched_parse(list, size, nr, &items), -EPROTO);
	assert_int_equal(fetched_parse(list, used, nr - 1, &items), -EPROTO);
	assert_int_equal(fetched_parse(list, used, nr + 1, &items), -EPROTO);
	assert_int_equal(fetched_parse(list, used, UINT32_MAX, &items), -EPROTO);
	assert_int_equal(fetched_parse(list, 0, 0, &items), 0);
}

static void refuse(uint16_t what, int32_t status, uint32_t len)
{
	struct fetched items;

	used = 0;
	nr = 0;
	add(what, 0x1000, status, "0123456789abcdef", len);
	assert_int_equal(fetched_parse(list, used, nr, &items), -EPROTO);
}

static void test_items_invalid_fields_are_eproto(void **state)
{
	struct fetched items;

	(void)state;
	refuse(0, PORTAL_ITEM_COMPLETE, 4);
	refuse(PORTAL_ITEM_PPID + 1, PORTAL_ITEM_COMPLETE, 4);
	refuse(PORTAL_ITEM_MEM, PORTAL_ITEM_DEFERRED + 1, 4);
	refuse(PORTAL_ITEM_MEM, PORTAL_ITEM_DEFERRED, 4);
	refuse(PORTAL_ITEM_MEM, -EBADF, 4);
	refuse(PORTAL_ITEM_STR, -EFAULT, 4);
	refuse(PORTAL_ITEM_MEM, -4096, 0);
	used = nr = 0;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "abc", 3);
	list[used - 1] = 1; /* padding */
	assert_int_equal(fetched_parse(list, used, nr, &items), -EPROTO);
	used = nr = 0;
	add(PORTAL_ITEM_MEM, 0x1000, PORTAL_ITEM_COMPLETE, "abc", 3);
	memset(list + 8, 0xff, 4); /* a length far beyond the list */
	assert_int_equal(fetched_parse(list, used, nr, &items), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_items_read_only_within_the_declared_memory, setup),
		cmocka_unit_test_setup(test_items_fault_gives_short_read_then_efault, setup),
		cmocka_unit_test_setup(test_items_complete_string_includes_its_nul, setup),
		cmocka_unit_test_setup(test_items_truncated_string_serves_shorter_reads_only,
				       setup),
		cmocka_unit_test_setup(test_items_string_within_declared_memory_is_found, setup),
		cmocka_unit_test_setup(test_items_fd_names_and_arguments, setup),
		cmocka_unit_test_setup(test_items_reads_see_earlier_writes, setup),
		cmocka_unit_test_setup(test_items_see_writes_by_pointers_with_other_tags, setup),
		cmocka_unit_test_setup(test_items_truncated_at_every_byte_are_eproto, setup),
		cmocka_unit_test_setup(test_items_invalid_fields_are_eproto, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
