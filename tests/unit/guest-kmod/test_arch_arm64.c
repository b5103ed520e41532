/* SPDX-License-Identifier: MIT */
/* The guest module's code for the registers of arm64, tested on any machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/ptrace.h>

#include "arch/arch.h"

#define MODE_64		  0ull	  /* EL0t */
#define MODE_32		  0x10ull /* User, AArch32 */
#define DAIF		  0x3c0ull
#define ALL_ONES	  (~0ull)
#define FLAGS		  (0xfull << 28)
#define HIGH_HALF	  0xdeadbeef00000000ull
#define NR_ARM_EXIT	  1
#define NR_ARM_EXIT_GROUP 248

/* Each register has a different value, with a non-zero upper half. */
static struct pt_regs task(u64 mode)
{
	struct pt_regs regs = {
		.sp = HIGH_HALF | 31,
		.pc = HIGH_HALF | 32,
		.pstate = mode | PSR_C_BIT,
		.syscallno = 29,
	};

	for (unsigned int i = 0; i < 31; i++)
		regs.regs[i] = HIGH_HALF | (i + 100);
	return regs;
}

static void test_identify_selects_table_by_mode(void **state)
{
	struct pt_regs native = task(MODE_64), compat = task(MODE_32);
	enum syscall_table table;
	u32 nr;

	(void)state;
	assert_true(arch_identify(&native, &table, &nr));
	assert_int_equal(table, SYSCALL_NATIVE);
	assert_int_equal(nr, 29);
	assert_true(arch_identify(&compat, &table, &nr));
	assert_int_equal(table, SYSCALL_COMPAT);
	assert_int_equal(nr, 29);
}

static void test_identify_accepts_number_beyond_every_table(void **state)
{
	struct pt_regs regs = task(MODE_64);
	enum syscall_table table;
	u32 nr;

	(void)state;
	regs.syscallno = -1;
	assert_true(arch_identify(&regs, &table, &nr));
	assert_int_equal(nr, UINT32_MAX);
}

static void test_only_exits_of_each_table_never_return(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 512; nr++) {
		assert_int_equal(arch_never_returns(SYSCALL_NATIVE, nr), nr == 93 || nr == 94);
		assert_int_equal(arch_never_returns(SYSCALL_COMPAT, nr),
				 nr == NR_ARM_EXIT || nr == NR_ARM_EXIT_GROUP);
	}
}

static void test_sigreturns_and_execs_are_known(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 512; nr++) {
		assert_int_equal(arch_is_sigreturn(SYSCALL_NATIVE, nr), nr == 139);
		assert_int_equal(arch_is_sigreturn(SYSCALL_COMPAT, nr), nr == 119 || nr == 173);
		assert_int_equal(arch_is_exec(SYSCALL_NATIVE, nr), nr == 221 || nr == 281);
		assert_int_equal(arch_is_exec(SYSCALL_COMPAT, nr), nr == 11 || nr == 387);
	}
}

static void test_get_args_truncates_to_the_tasks_long(void **state)
{
	struct pt_regs regs = task(MODE_64);
	u64 args[ARCH_NR_ARGS];

	(void)state;
	assert_int_equal(arch_long_bytes(SYSCALL_NATIVE), 8);
	assert_int_equal(arch_long_bytes(SYSCALL_COMPAT), 4);
	arch_get_args(SYSCALL_NATIVE, &regs, args);
	for (unsigned int i = 0; i < ARCH_NR_ARGS; i++)
		assert_int_equal(args[i], HIGH_HALF | (i + 100));
	arch_get_args(SYSCALL_COMPAT, &regs, args);
	for (unsigned int i = 0; i < ARCH_NR_ARGS; i++)
		assert_int_equal(args[i], i + 100);
}

static void test_set_arg_changes_one_register_and_truncates(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < ARCH_NR_ARGS; n++) {
		struct pt_regs regs = task(MODE_64), expected = task(MODE_64);

		expected.regs[n] = ALL_ONES;
		arch_set_arg(SYSCALL_NATIVE, &regs, n, ALL_ONES);
		assert_memory_equal(&regs, &expected, sizeof(regs));
		expected.regs[n] = UINT32_MAX;
		arch_set_arg(SYSCALL_COMPAT, &regs, n, ALL_ONES);
		assert_memory_equal(&regs, &expected, sizeof(regs));
	}
}

static void test_get_regs_layout_of_64_bit_task(void **state)
{
	struct pt_regs regs = task(MODE_64);
	__le64 wire[PORTAL_NR_REGS];

	(void)state;
	memset(wire, 0xff, sizeof(wire));
	arch_get_regs(&regs, wire);
	for (unsigned int i = 0; i <= 30; i++)
		assert_int_equal(le64_to_cpu(wire[i]), HIGH_HALF | (i + 100));
	assert_int_equal(le64_to_cpu(wire[31]), HIGH_HALF | 31);
	assert_int_equal(le64_to_cpu(wire[32]), HIGH_HALF | 32);
	assert_int_equal(le64_to_cpu(wire[33]), PSR_C_BIT);
	for (unsigned int i = 34; i < PORTAL_NR_REGS; i++)
		assert_int_equal(wire[i], 0);
	assert_int_equal(arch_pc(&regs), HIGH_HALF | 32);
}

static void test_get_regs_layout_of_32_bit_task(void **state)
{
	struct pt_regs regs = task(MODE_32);
	__le64 wire[PORTAL_NR_REGS];

	(void)state;
	regs.pstate |= PSR_DIT_BIT;
	memset(wire, 0xff, sizeof(wire));
	arch_get_regs(&regs, wire);
	for (unsigned int i = 0; i <= 14; i++)
		assert_int_equal(le64_to_cpu(wire[i]), i + 100);
	assert_int_equal(le64_to_cpu(wire[15]), 32);
	assert_int_equal(le64_to_cpu(wire[16]), PSR_C_BIT | MODE_32 | COMPAT_PSR_DIT_BIT);
	for (unsigned int i = 17; i < PORTAL_NR_REGS; i++)
		assert_int_equal(wire[i], 0);
}

static void test_layout_is_that_of_the_tasks_mode(void **state)
{
	static const u64 others[] = { PORTAL_ABI_NONE, PORTAL_ABI_X86_64, PORTAL_ABI_I386, ALL_ONES,
				      1ull << 32 | PORTAL_ABI_ARM };
	struct pt_regs native = task(MODE_64), compat = task(MODE_32);

	(void)state;
	assert_int_equal(arch_writable_regs(SYSCALL_NATIVE), (1ull << 34) - 1);
	assert_int_equal(arch_writable_regs(SYSCALL_COMPAT), (1ull << 17) - 1);
	assert_true(arch_has_layout(&native, PORTAL_ABI_ARM64));
	assert_false(arch_has_layout(&native, PORTAL_ABI_ARM));
	assert_true(arch_has_layout(&compat, PORTAL_ABI_ARM));
	assert_false(arch_has_layout(&compat, PORTAL_ABI_ARM64));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_false(arch_has_layout(&native, others[i]));
		assert_false(arch_has_layout(&compat, others[i]));
	}
}

static void test_set_reg_changes_only_that_register(void **state)
{
	(void)state;
	for (unsigned int i = 0; i <= 32; i++) {
		struct pt_regs regs = task(MODE_64), expected = task(MODE_64);
		u64 *at = i == 31 ? &expected.sp : i == 32 ? &expected.pc : &expected.regs[i];

		*at = 0x1122334455660000 + i;
		arch_set_reg(&regs, i, 0x1122334455660000 + i);
		assert_memory_equal(&regs, &expected, sizeof(regs));
	}
	for (unsigned int i = 0; i <= 15; i++) {
		struct pt_regs regs = task(MODE_32), expected = task(MODE_32);
		u64 *at = i == 15 ? &expected.pc : &expected.regs[i];

		*at = 0x55660000 + i;
		arch_set_reg(&regs, i, 0x1122334455660000 + i);
		assert_memory_equal(&regs, &expected, sizeof(regs));
	}
}

/* The host must not change exception level, width and interrupt masks. */
static void test_set_pstate_changes_only_flags(void **state)
{
	struct pt_regs regs = task(MODE_64);

	(void)state;
	arch_set_reg(&regs, 33, ALL_ONES);
	assert_int_equal(regs.pstate, MODE_64 | FLAGS);
	regs.pstate |= DAIF;
	arch_set_reg(&regs, 33, 0);
	assert_int_equal(regs.pstate, MODE_64 | DAIF);
}

static void test_set_cpsr_changes_only_flags_and_thumb_bit(void **state)
{
	const u64 allowed =
		FLAGS | PSR_AA32_Q_BIT | PSR_AA32_GE_MASK | PSR_AA32_IT_MASK | PSR_AA32_T_BIT;
	struct pt_regs regs = task(MODE_32);

	(void)state;
	arch_set_reg(&regs, 16, ALL_ONES);
	assert_int_equal(regs.pstate, MODE_32 | allowed);
	arch_set_reg(&regs, 16, 0);
	assert_int_equal(regs.pstate, MODE_32);
}

static struct pt_regs seen_regs;
static uintptr_t seen_at;

static long take_regs(const struct pt_regs *regs)
{
	seen_regs = *regs;
	seen_at = (uintptr_t)regs;
	return -38;
}

/* By the address ftrace's callback tells the module's call from that of the kernel's entry code. */
static void test_function_gets_a_copy_of_the_registers(void **state)
{
	struct pt_regs regs = task(MODE_64);

	(void)state;
	assert_int_equal(arch_call((unsigned long)take_regs, &regs), -38);
	assert_memory_equal(&seen_regs, &regs, sizeof(regs));
	assert_int_not_equal(seen_at, (uintptr_t)&regs);
}

/* Before get_signal() the kernel has set the pc back by the size of the instruction. */
static void test_restart_is_ended_behind_the_instruction(void **state)
{
	static const struct {
		u64 mode;
		u64 size;
		enum syscall_table table;
	} tasks[] = {
		{ MODE_64, 4, SYSCALL_NATIVE },
		{ MODE_32, 4, SYSCALL_COMPAT },
		{ MODE_32 | PSR_AA32_T_BIT, 2, SYSCALL_COMPAT },
	};

	(void)state;
	for (u32 i = 0; i < ARRAY_SIZE(tasks); i++) {
		struct pt_regs regs = task(tasks[i].mode), before = regs;

		arch_end_restart(tasks[i].table, &regs);
		arch_set_ret(tasks[i].table, &regs, -4);
		before.pc += tasks[i].size;
		before.regs[0] = tasks[i].table == SYSCALL_COMPAT ? 0xfffffffc : ALL_ONES - 3;
		assert_memory_equal(&regs, &before, sizeof(regs));
	}
	assert_int_equal(arch_restart_nr(SYSCALL_NATIVE), 128);
	assert_int_equal(arch_restart_nr(SYSCALL_COMPAT), 0);
}

const char arm64_table_entry[1];

static void test_each_table_has_its_symbol(void **state)
{
	(void)state;
	assert_string_equal(arch_table_symbol(SYSCALL_NATIVE), "sys_call_table");
	assert_string_equal(arch_table_symbol(SYSCALL_COMPAT), "compat_sys_call_table");
	assert_ptr_equal((const char *)arch_table_entry(0), arm64_table_entry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identify_selects_table_by_mode),
		cmocka_unit_test(test_identify_accepts_number_beyond_every_table),
		cmocka_unit_test(test_only_exits_of_each_table_never_return),
		cmocka_unit_test(test_sigreturns_and_execs_are_known),
		cmocka_unit_test(test_get_args_truncates_to_the_tasks_long),
		cmocka_unit_test(test_set_arg_changes_one_register_and_truncates),
		cmocka_unit_test(test_get_regs_layout_of_64_bit_task),
		cmocka_unit_test(test_get_regs_layout_of_32_bit_task),
		cmocka_unit_test(test_layout_is_that_of_the_tasks_mode),
		cmocka_unit_test(test_set_reg_changes_only_that_register),
		cmocka_unit_test(test_set_pstate_changes_only_flags),
		cmocka_unit_test(test_set_cpsr_changes_only_flags_and_thumb_bit),
		cmocka_unit_test(test_function_gets_a_copy_of_the_registers),
		cmocka_unit_test(test_restart_is_ended_behind_the_instruction),
		cmocka_unit_test(test_each_table_has_its_symbol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
