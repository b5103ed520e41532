/* SPDX-License-Identifier: MIT */
/* The backend that changes system call tables, over tables in ordinary memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>

#include "arch/arch.h"
#include "redirect/backend.h"
#include "redirect/call.h"
#include "redirect/table_target.h"

#define NATIVE_LEN 400
#define COMPAT_LEN 300
#define OURS	   0x77000ul /* what arch_table_entry() returns */
#define OTHERS	   0x99000ul /* what another module puts into an entry */
#define SHARED	   0x5000ul  /* a function of two native entries and a compat one */

struct pt_regs;
struct pt_regs *current;

static unsigned long (*kernel)[1024]; /* the tables, on pages of their own */
static unsigned long entries[SYSCALL_NR_TABLES][SYSCALL_MAX_NR];
static unsigned long functions[SYSCALL_NR_TABLES][SYSCALL_MAX_NR];
static const unsigned int lens[SYSCALL_NR_TABLES] = { NATIVE_LEN, COMPAT_LEN };

static unsigned int nr_maps, nr_warnings, nr_sleeps;
static bool no_memory, is_going;
static int references;

/* the current call */
static enum syscall_table call_table;
static u32 call_nr;
static bool call_is_known;

/* ---- the kernel ---- */

void *vmap(struct page **pages, unsigned int nr, unsigned long flags, int protection)
{
	(void)flags;
	(void)protection;
	for (unsigned int i = 0; i < nr; i++)
		assert_ptr_equal(pages[i], (char *)pages[0] + i * PAGE_SIZE);
	if (no_memory)
		return NULL;
	nr_maps++;
	return pages[0];
}

void vunmap(const void *map)
{
	assert_int_equal((unsigned long)map % PAGE_SIZE, 0);
	nr_maps--;
}

bool try_module_get(void *module)
{
	(void)module;
	if (is_going)
		return false;
	references++;
	return true;
}

void pr_warn(const char *format, ...)
{
	(void)format;
	nr_warnings++;
}

/* The other module restores what it has found. */
void msleep(unsigned int ms)
{
	(void)ms;
	if (++nr_sleeps == 3)
		kernel[SYSCALL_NATIVE][7] = OURS;
}

bool arch_identify(const struct pt_regs *regs, enum syscall_table *ret_table, u32 *ret_nr)
{
	assert_ptr_equal(regs, current);
	*ret_table = call_table;
	*ret_nr = call_nr;
	return call_is_known;
}

const char *arch_table_symbol(enum syscall_table table)
{
	return table == SYSCALL_COMPAT ? "compat" : "native";
}

unsigned long arch_table_entry(u32 nr)
{
	(void)nr;
	return OURS;
}

static unsigned long lookup(const char *symbol)
{
	if (!strcmp(symbol, "native"))
		return (unsigned long)kernel[SYSCALL_NATIVE];
	if (!strcmp(symbol, "compat"))
		return (unsigned long)kernel[SYSCALL_COMPAT];
	return 0;
}

/* ---- the rig ---- */

static int setup(void **state)
{
	struct redirect_calls calls[SYSCALL_NR_TABLES];

	(void)state;
	kernel = aligned_alloc(PAGE_SIZE, SYSCALL_NR_TABLES * sizeof(*kernel));
	assert_non_null(kernel);
	for (unsigned int i = 0; i < SYSCALL_NR_TABLES; i++) {
		for (u32 nr = 0; nr < lens[i]; nr++) {
			functions[i][nr] = 0x10000 * (i + 1) + 16 * nr;
			entries[i][nr] = functions[i][nr];
		}
		calls[i] = (struct redirect_calls){ entries[i], functions[i], lens[i] };
	}
	entries[0][20] = functions[0][20] = entries[0][21] = functions[0][21] = SHARED;
	entries[1][22] = functions[1][22] = SHARED;
	functions[0][30] += 4; /* the entry is other code than the function */
	for (unsigned int i = 0; i < SYSCALL_NR_TABLES; i++)
		memcpy(kernel[i], entries[i], sizeof(entries[i]));
	nr_maps = nr_warnings = nr_sleeps = 0;
	no_memory = is_going = false;
	references = 0;
	call_table = SYSCALL_NATIVE;
	call_nr = 0;
	call_is_known = false;
	call_bind(calls);
	return redirect_backend_bind(calls, lookup);
}

static int teardown(void **state)
{
	(void)state;
	redirect_backend_remove_all();
	assert_int_equal(nr_maps, 0);
	free(kernel);
	return 0;
}

/* The entries that differ from what the kernel put there are @nr_changed, and hold OURS. */
static void expect_changed(unsigned int nr_changed)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < SYSCALL_NR_TABLES; i++)
		for (u32 nr = 0; nr < SYSCALL_MAX_NR; nr++)
			if (kernel[i][nr] != entries[i][nr]) {
				assert_int_equal(kernel[i][nr], OURS);
				found++;
			}
	assert_int_equal(found, nr_changed);
}

static unsigned long refused;

static int add_one(unsigned long function)
{
	return redirect_backend_add(&function, 1, &refused);
}

static void remove_one(unsigned long function)
{
	redirect_backend_remove(&function, 1);
}

/* ---- tests ---- */

static void test_every_entry_of_a_function_is_changed_and_restored(void **state)
{
	(void)state;
	assert_int_equal(add_one(SHARED), 0);
	assert_int_equal(kernel[0][20], OURS);
	assert_int_equal(kernel[0][21], OURS);
	assert_int_equal(kernel[1][22], OURS);
	expect_changed(3);
	assert_int_equal(nr_maps, 2);
	remove_one(SHARED);
	expect_changed(0);
	assert_int_equal(nr_maps, 0);
}

static void test_all_functions_are_changed_and_restored_at_once(void **state)
{
	static unsigned long all[NATIVE_LEN + COMPAT_LEN];
	unsigned int nr = 0;

	(void)state;
	for (unsigned int i = SYSCALL_NR_TABLES; i-- > 0;)
		for (u32 n = lens[i]; n-- > 0;)
			if (functions[i][n] != SHARED)
				all[nr++] = functions[i][n];
	assert_int_equal(redirect_backend_add(all, nr, &refused), 0);
	expect_changed(nr);
	assert_int_equal(add_one(SHARED), 0);
	expect_changed(nr + 3);
	redirect_backend_remove_all();
	expect_changed(0);
	assert_int_equal(nr_warnings, 0);
}

/* The last function of the set cannot be redirected, so none of them is. */
static void test_an_entry_that_something_else_has_changed_is_ebusy(void **state)
{
	unsigned long set[] = { functions[1][200], SHARED, functions[0][7], functions[0][6] };

	(void)state;
	kernel[1][200] = OTHERS;
	assert_int_equal(redirect_backend_add(set, 4, &refused), -EBUSY);
	assert_int_equal(refused, functions[1][200]);
	assert_int_equal(nr_warnings, 1);
	assert_int_equal(kernel[1][200], OTHERS);
	kernel[1][200] = entries[1][200];
	expect_changed(0);
	assert_int_equal(nr_maps, 0);
}

static void test_a_failed_mapping_is_enomem(void **state)
{
	(void)state;
	no_memory = true;
	assert_int_equal(add_one(functions[0][7]), -ENOMEM);
	expect_changed(0);
}

/* What is behind our entry must stay, because the other module may call it. */
static void test_an_entry_changed_after_ours_is_left_and_keeps_the_module(void **state)
{
	(void)state;
	assert_int_equal(add_one(functions[0][7]), 0);
	kernel[0][7] = OTHERS;
	remove_one(functions[0][7]);
	assert_int_equal(kernel[0][7], OTHERS);
	assert_int_equal(nr_warnings, 1);
	assert_int_equal(references, 1);
	assert_int_equal(nr_maps, 0);
	/* the other module is unloaded and restores what it found: ours, to be added again */
	kernel[0][7] = OURS;
	assert_int_equal(add_one(functions[0][7]), 0);
	remove_one(functions[0][7]);
	expect_changed(0);
}

static void test_unloading_waits_for_an_entry_changed_after_ours(void **state)
{
	(void)state;
	assert_int_equal(add_one(functions[0][7]), 0);
	kernel[0][7] = OTHERS;
	is_going = true;
	redirect_backend_remove_all();
	assert_int_equal(nr_sleeps, 3);
	expect_changed(0);
}

static void test_an_entry_that_was_restored_already_is_no_fault(void **state)
{
	(void)state;
	assert_int_equal(add_one(functions[0][7]), 0);
	kernel[0][7] = entries[0][7];
	remove_one(functions[0][7]);
	expect_changed(0);
	assert_int_equal(nr_warnings, 0);
	assert_int_equal(references, 0);
}

static unsigned long wrapped;

static long wrapper(const struct pt_regs *regs, unsigned long function)
{
	assert_ptr_equal(regs, current);
	wrapped = function;
	return 42;
}

static void test_a_call_continues_in_the_wrapper_with_its_function(void **state)
{
	const struct {
		enum syscall_table table;
		u32 nr;
	} rows[] = { { 0, 0 }, { 0, 20 }, { 0, 30 }, { 0, NATIVE_LEN - 1 }, { 1, 22 }, { 1, 0 } };

	(void)state;
	call_open(wrapper);
	call_is_known = true;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call_table = rows[i].table;
		call_nr = rows[i].nr;
		assert_int_equal(((long (*)(void))redirect_table_target())(), 42);
		assert_int_equal(wrapped, functions[call_table][call_nr]);
		assert_int_equal(references, i + 1);
	}
}

/* x86's vsyscall page makes calls without a number; numbers of x32 are beyond each table. */
static void test_a_call_that_is_in_no_table_has_no_function(void **state)
{
	(void)state;
	assert_int_equal(call_function(), 0);
	call_is_known = true;
	call_nr = NATIVE_LEN;
	assert_int_equal(call_function(), 0);
	call_nr = NATIVE_LEN - 1;
	assert_int_equal(call_function(), functions[SYSCALL_NATIVE][NATIVE_LEN - 1]);
}

/* no reference is held, so the call must not come back to the module */
static void test_while_unloading_a_call_continues_in_the_kernels_own_entry(void **state)
{
	(void)state;
	call_is_known = is_going = true;
	call_table = SYSCALL_NATIVE;
	call_nr = 30;
	assert_int_equal(redirect_table_target(), entries[0][30]);
	assert_int_not_equal(redirect_table_target(), functions[0][30]);
}

#define TABLE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(test_every_entry_of_a_function_is_changed_and_restored),
		TABLE_TEST(test_all_functions_are_changed_and_restored_at_once),
		TABLE_TEST(test_an_entry_that_something_else_has_changed_is_ebusy),
		TABLE_TEST(test_a_failed_mapping_is_enomem),
		TABLE_TEST(test_an_entry_changed_after_ours_is_left_and_keeps_the_module),
		TABLE_TEST(test_unloading_waits_for_an_entry_changed_after_ours),
		TABLE_TEST(test_an_entry_that_was_restored_already_is_no_fault),
		TABLE_TEST(test_a_call_continues_in_the_wrapper_with_its_function),
		TABLE_TEST(test_a_call_that_is_in_no_table_has_no_function),
		TABLE_TEST(test_while_unloading_a_call_continues_in_the_kernels_own_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
