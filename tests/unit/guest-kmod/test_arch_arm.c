/* SPDX-License-Identifier: MIT */
/* The guest module's code for registers and calls of a 32-bit Arm kernel, tested on any machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/ptrace.h>
#include <linux/sched.h>

#include "arch/arch.h"

#define MODE_USER	0x10ul
#define CARRY		(1ul << 29)
#define DISABLED	0x1c0ul
#define ALL_ONES	(~0ull)
#define NR_EXECVE	11
#define NR_EXECVEAT	387
#define NR_READ		3
#define NR_SIGRETURN	119
#define NR_RT_SIGRETURN 173
#define NR_STATFS64	266
#define NR_FSTATFS64	267

static struct task_struct task;
struct task_struct *current = &task;

/* arguments that the function of the call got */
static unsigned long seen[6];

static long take_args(unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		      unsigned long e, unsigned long f)
{
	const unsigned long args[] = { a, b, c, d, e, f };

	memcpy(seen, args, sizeof(seen));
	return -38;
}

static const struct pt_regs *seen_regs;

static long take_regs(struct pt_regs *regs)
{
	seen_regs = regs;
	return 7;
}

/* Each register has a different value. */
static struct pt_regs user_regs(void)
{
	struct pt_regs regs;

	for (unsigned int i = 0; i < 18; i++)
		regs.uregs[i] = 0x1000 + i;
	regs.ARM_cpsr = MODE_USER | CARRY;
	return regs;
}

static void test_identify_gets_native_table_and_tasks_number(void **state)
{
	struct pt_regs regs = user_regs();
	enum syscall_table table;
	u32 nr;

	(void)state;
	task.syscall_nr = NR_READ;
	assert_true(arch_identify(&regs, &table, &nr));
	assert_int_equal(table, SYSCALL_NATIVE);
	assert_int_equal(nr, NR_READ);
	assert_int_equal(arch_long_bytes(SYSCALL_NATIVE), 4);
	task.syscall_nr = UINT32_MAX;
	assert_true(arch_identify(&regs, &table, &nr));
	assert_int_equal(nr, UINT32_MAX);
}

static void test_only_exit_and_exit_group_never_return(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 512; nr++)
		assert_int_equal(arch_never_returns(SYSCALL_NATIVE, nr), nr == 1 || nr == 248);
}

static void test_sigreturns_and_execs_are_known(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < 512; nr++) {
		assert_int_equal(arch_is_sigreturn(SYSCALL_NATIVE, nr),
				 nr == NR_SIGRETURN || nr == NR_RT_SIGRETURN);
		assert_int_equal(arch_is_exec(SYSCALL_NATIVE, nr),
				 nr == NR_EXECVE || nr == NR_EXECVEAT);
	}
}

static void test_arguments_are_the_first_six_registers(void **state)
{
	struct pt_regs regs = user_regs();
	u64 args[ARCH_NR_ARGS];

	(void)state;
	arch_get_args(SYSCALL_NATIVE, &regs, args);
	for (unsigned int i = 0; i < ARCH_NR_ARGS; i++)
		assert_int_equal(args[i], 0x1000 + i);
	for (unsigned int i = 0; i < ARCH_NR_ARGS; i++) {
		struct pt_regs expected = user_regs();

		regs = user_regs();
		expected.uregs[i] = UINT32_MAX;
		arch_set_arg(SYSCALL_NATIVE, &regs, i, ~0ull);
		assert_memory_equal(&regs, &expected, sizeof(regs));
	}
}

static void test_function_gets_the_arguments_of_the_copy(void **state)
{
	struct pt_regs regs = user_regs();

	(void)state;
	task.syscall_nr = NR_READ;
	memset(seen, 0, sizeof(seen));
	assert_int_equal(arch_call((unsigned long)take_args, &regs), -38);
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(seen[i], 0x1000 + i);
}

/* These functions restore the registers of the task, not those of a copy. */
static void test_sigreturn_gets_the_tasks_registers(void **state)
{
	struct pt_regs regs = user_regs();

	(void)state;
	for (int i = 0; i < 2; i++) {
		task.syscall_nr = i ? NR_RT_SIGRETURN : NR_SIGRETURN;
		seen_regs = NULL;
		assert_int_equal(arch_call((unsigned long)take_regs, &regs), 7);
		assert_ptr_equal(seen_regs, &task.regs);
	}
}

/* Only the padded size is changed, and only for these two calls. */
static void test_statfs64_padded_size_becomes_packed_size(void **state)
{
	const struct {
		u32 nr;
		unsigned long size, expected;
	} rows[] = {
		{ NR_STATFS64, 88, 84 },  { NR_FSTATFS64, 88, 84 }, { NR_STATFS64, 84, 84 },
		{ NR_FSTATFS64, 87, 87 }, { NR_STATFS64, 0, 0 },    { NR_READ, 88, 88 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pt_regs regs = user_regs();

		task.syscall_nr = rows[i].nr;
		regs.ARM_r1 = rows[i].size;
		arch_call((unsigned long)take_args, &regs);
		assert_int_equal(seen[0], 0x1000);
		assert_int_equal(seen[1], rows[i].expected);
		assert_int_equal(seen[2], 0x1002);
	}
}

static void test_get_regs_layout(void **state)
{
	struct pt_regs regs = user_regs();
	__le64 wire[PORTAL_NR_REGS];

	(void)state;
	memset(wire, 0xff, sizeof(wire));
	arch_get_regs(&regs, wire);
	for (unsigned int i = 0; i <= 15; i++)
		assert_int_equal(le64_to_cpu(wire[i]), 0x1000 + i);
	assert_int_equal(le64_to_cpu(wire[16]), MODE_USER | CARRY);
	for (unsigned int i = 17; i < PORTAL_NR_REGS; i++)
		assert_int_equal(wire[i], 0);
	assert_int_equal(arch_pc(&regs), 0x100f);
	assert_true(arch_has_layout(&regs, PORTAL_ABI_ARM));
	assert_false(arch_has_layout(&regs, PORTAL_ABI_ARM64));
	assert_int_equal(arch_writable_regs(SYSCALL_NATIVE), (1ull << 17) - 1);
}

static void test_set_reg_changes_only_that_register(void **state)
{
	(void)state;
	for (unsigned int i = 0; i <= 15; i++) {
		struct pt_regs regs = user_regs(), expected = user_regs();

		expected.uregs[i] = 0x55660000 + i;
		arch_set_reg(&regs, i, 0x1122334455660000 + i);
		assert_memory_equal(&regs, &expected, sizeof(regs));
	}
}

/* The host must not change mode, interrupt masks and byte order. */
static void test_set_cpsr_changes_only_flags_and_thumb_bit(void **state)
{
	struct pt_regs regs = user_regs();

	(void)state;
	arch_set_reg(&regs, 16, ALL_ONES);
	assert_int_equal(regs.ARM_cpsr, MODE_USER | APSR_MASK | PSR_IT_MASK | PSR_T_BIT);
	regs.ARM_cpsr |= DISABLED;
	arch_set_reg(&regs, 16, 0);
	assert_int_equal(regs.ARM_cpsr, MODE_USER | DISABLED);
}

/* Before get_signal() the kernel has set the pc back by the size of the instruction. */
static void test_restart_is_ended_behind_the_instruction(void **state)
{
	(void)state;
	for (u32 thumb = 0; thumb < 2; thumb++) {
		struct pt_regs regs = { .ARM_pc = 0x8000,
					.ARM_cpsr = MODE_USER | (thumb ? PSR_T_BIT : 0) };

		arch_end_restart(SYSCALL_NATIVE, &regs);
		arch_set_ret(SYSCALL_NATIVE, &regs, 7);
		assert_int_equal(regs.ARM_pc, thumb ? 0x8002 : 0x8004);
		assert_int_equal(regs.ARM_r0, 7);
	}
	assert_int_equal(arch_restart_nr(SYSCALL_NATIVE), 0);
}

const char arm_table_entry[1], arm_table_entry_sigreturn[1];

/* These two must not be restarted, which their own entry says to the kernel. */
static void test_entry_of_sigreturn_is_its_own(void **state)
{
	(void)state;
	for (u32 nr = 0; nr < SYSCALL_MAX_NR; nr++)
		assert_ptr_equal((const char *)arch_table_entry(nr),
				 nr == NR_SIGRETURN || nr == NR_RT_SIGRETURN
					 ? arm_table_entry_sigreturn
					 : arm_table_entry);
	assert_string_equal(arch_table_symbol(SYSCALL_NATIVE), "sys_call_table");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identify_gets_native_table_and_tasks_number),
		cmocka_unit_test(test_only_exit_and_exit_group_never_return),
		cmocka_unit_test(test_sigreturns_and_execs_are_known),
		cmocka_unit_test(test_arguments_are_the_first_six_registers),
		cmocka_unit_test(test_function_gets_the_arguments_of_the_copy),
		cmocka_unit_test(test_sigreturn_gets_the_tasks_registers),
		cmocka_unit_test(test_statfs64_padded_size_becomes_packed_size),
		cmocka_unit_test(test_get_regs_layout),
		cmocka_unit_test(test_set_reg_changes_only_that_register),
		cmocka_unit_test(test_set_cpsr_changes_only_flags_and_thumb_bit),
		cmocka_unit_test(test_restart_is_ended_behind_the_instruction),
		cmocka_unit_test(test_entry_of_sigreturn_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
