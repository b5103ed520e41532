/* SPDX-License-Identifier: MIT */
/* The search for a system call table in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redirect/table_find.h"

#define LEN   64
#define WORDS 4096

static unsigned long entries[LEN], memory[WORDS];
static const struct redirect_calls calls = { entries, entries, LEN };
static const char *symbols[3];

static unsigned long lookup(const char *symbol)
{
	unsigned long addresses[] = { (unsigned long)(memory + 7), (unsigned long)memory + 1,
				      (unsigned long)(memory + WORDS) };

	for (int i = 0; i < 3; i++)
		if (symbols[i] && !strcmp(symbols[i], symbol))
			return addresses[i];
	return 0;
}

static int setup(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < LEN; i++)
		entries[i] = 0x1000 + 16 * i;
	entries[3] = 0; /* its symbol was not found */
	for (unsigned int i = 0; i < WORDS; i++)
		memory[i] = i % 5 ? i : entries[i % LEN];
	symbols[0] = NULL;
	symbols[1] = "_etext";
	symbols[2] = "_sinittext";
	return 0;
}

static void put_table(unsigned int at)
{
	memcpy(memory + at, entries, sizeof(entries));
	memory[at + 3] = 0x4444;
}

static const unsigned long *find(void)
{
	return table_find("sys_call_table", &calls, lookup);
}

static void test_symbol_is_believed(void **state)
{
	(void)state;
	symbols[0] = "sys_call_table";
	assert_ptr_equal(find(), memory + 7);
}

static void test_table_is_found_at_any_word(void **state)
{
	static const unsigned int places[] = { 1, 2, 1000, WORDS - LEN };

	for (unsigned int i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		setup(state);
		put_table(places[i]);
		assert_ptr_equal(find(), memory + places[i]);
	}
}

/* Word 0 is before _etext, and of the other table the last word is missing. */
static void test_table_that_is_not_whole_is_not_found(void **state)
{
	(void)state;
	put_table(0);
	memcpy(memory + WORDS - LEN + 1, entries, sizeof(entries) - sizeof(entries[0]));
	assert_null(find());
}

static void test_two_tables_are_none(void **state)
{
	(void)state;
	put_table(100);
	put_table(300);
	assert_null(find());
}

static void test_few_changed_entries_are_tolerated(void **state)
{
	(void)state;
	put_table(100);
	for (unsigned int i = 0; i < 7; i++)
		memory[100 + 8 * i] = 0x9999;
	assert_ptr_equal(find(), memory + 100);
	for (unsigned int i = 0; i < 8; i++)
		memory[101 + 8 * i] = 0x9999;
	assert_null(find());
}

static void test_without_symbols_of_text_nothing_is_searched(void **state)
{
	(void)state;
	put_table(100);
	symbols[1] = NULL;
	assert_null(find());
	symbols[1] = "_etext";
	symbols[2] = NULL;
	assert_null(find());
}

#define FIND_TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIND_TEST(test_symbol_is_believed),
		FIND_TEST(test_table_is_found_at_any_word),
		FIND_TEST(test_table_that_is_not_whole_is_not_found),
		FIND_TEST(test_two_tables_are_none),
		FIND_TEST(test_few_changed_entries_are_tolerated),
		FIND_TEST(test_without_symbols_of_text_nothing_is_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
