/* SPDX-License-Identifier: MIT */
/* Walks of page tables in every supported format, and entries that the host must not follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <portal/wire.h>
#include <string.h>

#include "base/bytes.h"
#include "tables.h"

#define PAGING(page_shift, va_bits) \
	((page_shift) | (uint32_t)(va_bits) << PORTAL_PAGING_VA_BITS_SHIFT)
#define X86_4_LEVELS PAGING(12, 48)
#define X86_5_LEVELS PAGING(12, 57)
#define GVA	     0x7f1234567000ull

static bool walk(struct tables *tables, uint64_t gva, struct page_walk *ret_walk)
{
	return page_table_walk(&tables->table, &tables->mem, gva, ret_walk);
}

static bool is_found(struct tables *tables, uint64_t gva)
{
	struct page_walk found;

	return walk(tables, gva, &found);
}

/* Check that a mapped page is found from its first to its last byte, and its neighbours are not. */
static void check_page(uint32_t abi, uint32_t paging, uint64_t gva, uint64_t bits)
{
	struct tables tables;
	struct page_walk found;
	uint64_t size;
	uint8_t *page;

	tables_init(&tables, abi, paging);
	size = 1ull << tables.table.page_shift;
	page = tables_map(&tables, gva, bits);
	assert_true(walk(&tables, gva, &found));
	assert_ptr_equal(found.host, page);
	assert_int_equal(found.len, size);
	assert_int_equal(found.nr, tables.table.nr_levels);
	assert_true(found.is_written);
	assert_true(page_walk_holds(&found));
	assert_true(walk(&tables, gva + size - 1, &found));
	assert_ptr_equal(found.host, page + size - 1);
	assert_int_equal(found.len, 1);
	assert_false(is_found(&tables, gva + size));
	assert_false(is_found(&tables, gva - 1));
	tables_done(&tables);
}

static void test_walk_finds_page_in_every_format(void **state)
{
	(void)state;
	check_page(PORTAL_ABI_X86_64, X86_4_LEVELS, GVA, X86_PAGE);
	check_page(PORTAL_ABI_X86_64, X86_5_LEVELS, 0xff1234567f000ull, X86_PAGE | X86_NX);
	check_page(PORTAL_ABI_ARM64, PAGING(12, 39), 0x5234567000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(12, 48), 0xff1234567000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(14, 36), 0xf12344000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(14, 47), 0x7f1234564000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(14, 48), 0xff1234564000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(16, 42), 0x31234560000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(16, 48), 0xff1234560000ull, ARM_PAGE);
	/* inner shareable, as Linux sets it */
	check_page(PORTAL_ABI_ARM64, PAGING(12, 48), 0xff1234567000ull, ARM_PAGE | 3u << 8);
	check_page(PORTAL_ABI_ARM64, PAGING(12, 52), 0xfff1234567000ull, ARM_PAGE);
	check_page(PORTAL_ABI_ARM64, PAGING(14, 52), 0xfff1234564000ull, ARM_PAGE);
}

static void test_number_of_levels_by_page_size_and_address_bits(void **state)
{
	static const struct {
		uint32_t abi, paging;
		unsigned int nr_levels;
	} cases[] = {
		{ PORTAL_ABI_X86_64, X86_4_LEVELS, 4 },	 { PORTAL_ABI_X86_64, X86_5_LEVELS, 5 },
		{ PORTAL_ABI_ARM64, PAGING(12, 39), 3 }, { PORTAL_ABI_ARM64, PAGING(12, 48), 4 },
		{ PORTAL_ABI_ARM64, PAGING(14, 36), 2 }, { PORTAL_ABI_ARM64, PAGING(14, 47), 3 },
		{ PORTAL_ABI_ARM64, PAGING(14, 48), 4 }, { PORTAL_ABI_ARM64, PAGING(16, 42), 2 },
		{ PORTAL_ABI_ARM64, PAGING(16, 48), 3 }, { PORTAL_ABI_ARM64, PAGING(12, 52), 5 },
		{ PORTAL_ABI_ARM64, PAGING(14, 52), 4 },
	};
	struct page_table table;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		page_table_init(&table, cases[i].abi, TABLES_BASE, cases[i].paging);
		assert_int_equal(table.nr_levels, cases[i].nr_levels);
	}
}

static void test_unsupported_paging_has_format_none(void **state)
{
	static const struct {
		uint32_t abi, paging;
		uint64_t root;
	} cases[] = {
		{ PORTAL_ABI_X86_64, 0, TABLES_BASE },
		{ PORTAL_ABI_X86_64, PAGING(12, 47), TABLES_BASE },
		{ PORTAL_ABI_X86_64, PAGING(13, 48), TABLES_BASE },
		{ PORTAL_ABI_X86_64, PAGING(12, 0xffffff), TABLES_BASE },
		{ PORTAL_ABI_X86_64, X86_4_LEVELS, TABLES_BASE + 4 },
		{ PORTAL_ABI_ARM64, PAGING(16, 52), TABLES_BASE },
		{ PORTAL_ABI_ARM64, PAGING(12, 53), TABLES_BASE },
		{ PORTAL_ABI_ARM64, PAGING(12, 0), TABLES_BASE },
		{ PORTAL_ABI_ARM64, PAGING(13, 48), TABLES_BASE },
		{ PORTAL_ABI_ARM64, PAGING(255, 48), TABLES_BASE },
		{ PORTAL_ABI_I386, X86_4_LEVELS, TABLES_BASE },
		{ PORTAL_ABI_ARM, PAGING(12, 39), TABLES_BASE },
		{ 99, X86_4_LEVELS, TABLES_BASE },
	};
	struct page_table table;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		page_table_init(&table, cases[i].abi, cases[i].root, cases[i].paging);
		assert_int_equal(table.format, PAGE_TABLE_NONE);
	}
}

static void test_x86_large_pages(void **state)
{
	struct page_walk found;
	struct tables tables;
	uint64_t page;

	(void)state;
	tables_init(&tables, PORTAL_ABI_X86_64, X86_4_LEVELS);
	page = tables_alloc(&tables, 2u << 20);
	/* bit 12 of a large page is not part of its address */
	*tables_entry(&tables, 0x40000000, 1) = page | X86_PAGE | X86_PS | 1u << 12;
	assert_true(walk(&tables, 0x40012345, &found));
	assert_ptr_equal(found.host, tables_host(&tables, page + 0x12345));
	assert_int_equal(found.len, (2u << 20) - 0x12345);
	assert_int_equal(found.nr, 3);
	/* a page of 1 GiB is larger than this memory, so it is not entirely RAM */
	*tables_entry(&tables, 0x80000000, 2) = TABLES_BASE | X86_PAGE | X86_PS;
	assert_false(is_found(&tables, 0x80000000));
	/* pages of 512 GiB do not exist */
	*tables_entry(&tables, 0x10000000000, 3) = page | X86_PAGE | X86_PS;
	assert_false(is_found(&tables, 0x10000000000));
	tables_done(&tables);
}

static void test_arm64_block_entries(void **state)
{
	struct page_walk found;
	struct tables tables;
	uint64_t page;

	(void)state;
	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 48));
	page = tables_alloc(&tables, 2u << 20);
	*tables_entry(&tables, 0x40000000, 1) = page | (ARM_PAGE & ~ARM_TABLE);
	assert_true(walk(&tables, 0x40012345, &found));
	assert_ptr_equal(found.host, tables_host(&tables, page + 0x12345));
	/* the last level has only pages */
	*tables_entry(&tables, 0x80000000, 0) = page | (ARM_PAGE & ~ARM_TABLE);
	assert_false(is_found(&tables, 0x80000000));
	/* the first level has only tables */
	*tables_entry(&tables, 0x10000000000, 3) = page | (ARM_PAGE & ~ARM_TABLE);
	assert_false(is_found(&tables, 0x10000000000));
	tables_done(&tables);
}

static void test_arm64_lpa2_address_bits_50_and_51(void **state)
{
	struct tables tables;

	(void)state;
	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 52));
	tables_map(&tables, GVA, ARM_PAGE);
	assert_true(is_found(&tables, GVA));
	/* a page above 1 PiB is not RAM in this test */
	*tables_entry(&tables, GVA, 0) |= 1u << 8;
	assert_false(is_found(&tables, GVA));
	tables_done(&tables);
}

static void test_x86_entries_not_present_for_user(void **state)
{
	static const uint64_t absent[] = {
		0,
		X86_PAGE & ~X86_P,
		/* PROT_NONE: not present, except for the kernel */
		(X86_PAGE & ~X86_P) | 1u << 8,
		X86_PAGE & ~X86_U,
		/* protection key 1 */
		X86_PAGE | 1ull << 59,
	};
	struct tables tables;
	uint64_t *entry;
	uint64_t page;

	(void)state;
	tables_init(&tables, PORTAL_ABI_X86_64, X86_4_LEVELS);
	page = tables_alloc(&tables, 4096);
	entry = tables_entry(&tables, GVA, 0);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		*entry = page | absent[i];
		assert_false(is_found(&tables, GVA));
	}
	*entry = page | X86_PAGE;
	for (unsigned int level = 1; level < 4; level++) {
		uint64_t *above = tables_entry(&tables, GVA, level), kept = *above;

		*above = kept & ~X86_U;
		assert_false(is_found(&tables, GVA));
		*above = kept & ~X86_P;
		assert_false(is_found(&tables, GVA));
		*above = kept;
		assert_true(is_found(&tables, GVA));
	}
	tables_done(&tables);
}

static void test_arm64_entries_not_present_for_user(void **state)
{
	static const uint64_t absent[] = {
		0,
		ARM_PAGE & ~ARM_VALID,
		ARM_PAGE & ~ARM_USER,
		/* no access flag: the next access must fault in the kernel */
		ARM_PAGE & ~ARM_AF,
		/* permission overlay 1 */
		ARM_PAGE | 1ull << 60,
	};
	struct tables tables;
	uint64_t *entry;
	uint64_t page;

	(void)state;
	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 48));
	page = tables_alloc(&tables, 4096);
	entry = tables_entry(&tables, GVA, 0);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++) {
		*entry = page | absent[i];
		assert_false(is_found(&tables, GVA));
	}
	*entry = page | ARM_PAGE;
	assert_true(is_found(&tables, GVA));
	/* APTable[0]: no user access at lower levels */
	*tables_entry(&tables, GVA, 1) |= 1ull << 61;
	assert_false(is_found(&tables, GVA));
	tables_done(&tables);
}

static void test_clean_and_readonly_pages_are_not_writable(void **state)
{
	struct page_walk found;
	struct tables tables;

	(void)state;
	tables_init(&tables, PORTAL_ABI_X86_64, X86_4_LEVELS);
	/* clean; read-only after a fork; writable and dirty below a read-only table */
	tables_map(&tables, GVA, X86_PAGE & ~X86_D);
	assert_true(walk(&tables, GVA, &found));
	assert_false(found.is_written);
	tables_map(&tables, GVA, X86_PAGE & ~X86_W);
	assert_true(walk(&tables, GVA, &found));
	assert_false(found.is_written);
	tables_map(&tables, GVA, X86_PAGE);
	*tables_entry(&tables, GVA, 1) &= ~X86_W;
	assert_true(walk(&tables, GVA, &found));
	assert_false(found.is_written);
	tables_done(&tables);

	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 48));
	tables_map(&tables, GVA, ARM_PAGE | ARM_RO);
	assert_true(walk(&tables, GVA, &found));
	assert_false(found.is_written);
	tables_done(&tables);
}

static void test_addresses_outside_the_user_range_not_found(void **state)
{
	struct tables tables;

	(void)state;
	tables_init(&tables, PORTAL_ABI_X86_64, X86_4_LEVELS);
	/* addresses outside the user's range that select the same entries */
	tables_map(&tables, GVA, X86_PAGE);
	assert_true(is_found(&tables, GVA));
	assert_false(is_found(&tables, GVA | 1ull << 47));
	assert_false(is_found(&tables, GVA | 1ull << 48));
	assert_false(is_found(&tables, GVA | 0xffffull << 48));
	assert_false(is_found(&tables, UINT64_MAX));
	tables_done(&tables);
	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 48));
	tables_map(&tables, GVA, ARM_PAGE);
	assert_false(is_found(&tables, GVA | 0xb4ull << 56)); /* a tag */
	tables_done(&tables);
}

static void test_tables_and_pages_outside_ram_not_found(void **state)
{
	struct tables tables;

	(void)state;
	tables_init(&tables, PORTAL_ABI_X86_64, X86_4_LEVELS);
	*tables_entry(&tables, GVA, 0) = 0xfed00000 | X86_PAGE;
	assert_false(is_found(&tables, GVA));
	*tables_entry(&tables, GVA, 0) = (0x000ffffffffff000ull) | X86_PAGE;
	assert_false(is_found(&tables, GVA));
	*tables_entry(&tables, GVA, 2) = 0x1000 | X86_PAGE;
	assert_false(is_found(&tables, GVA));
	/* a table that contains itself: the walk ends at the last level */
	*tables_entry(&tables, GVA, 3) = tables.table.root.value | X86_PAGE;
	(void)is_found(&tables, GVA);
	tables.table.root = GPA(UINT64_MAX - 7);
	assert_false(is_found(&tables, GVA));
	tables_done(&tables);
}

static void test_walk_does_not_hold_after_an_entry_changed(void **state)
{
	struct page_walk found;
	struct tables tables;

	(void)state;
	tables_init(&tables, PORTAL_ABI_ARM64, PAGING(12, 48));
	tables_map(&tables, GVA, ARM_PAGE);
	for (unsigned int level = 0; level < 4; level++) {
		uint64_t *entry = tables_entry(&tables, GVA, level), kept = *entry;

		assert_true(walk(&tables, GVA, &found));
		*entry = 0;
		assert_false(page_walk_holds(&found));
		*entry = kept;
		assert_true(page_walk_holds(&found));
	}
	tables_done(&tables);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk_finds_page_in_every_format),
		cmocka_unit_test(test_number_of_levels_by_page_size_and_address_bits),
		cmocka_unit_test(test_unsupported_paging_has_format_none),
		cmocka_unit_test(test_x86_large_pages),
		cmocka_unit_test(test_arm64_block_entries),
		cmocka_unit_test(test_arm64_lpa2_address_bits_50_and_51),
		cmocka_unit_test(test_x86_entries_not_present_for_user),
		cmocka_unit_test(test_arm64_entries_not_present_for_user),
		cmocka_unit_test(test_clean_and_readonly_pages_are_not_writable),
		cmocka_unit_test(test_addresses_outside_the_user_range_not_found),
		cmocka_unit_test(test_tables_and_pages_outside_ram_not_found),
		cmocka_unit_test(test_walk_does_not_hold_after_an_entry_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
