/* SPDX-License-Identifier: MIT */
/* Events and verdicts of callbacks: the rules at the top of portal/hook.h. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <string.h>
#include <unistd.h>

#include "hooks/module.h"
#include "hooks/registry.h"
#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;
static uint8_t *memory;

static int setup(void **state)
{
	(void)state;
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 8192, FAKE_READ | FAKE_WRITE);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static struct portal_syscall_hook hook_on(const char *name, uint32_t when, portal_syscall_fn *fn,
					  void *data)
{
	return (struct portal_syscall_hook){
		PORTAL_SYSCALL_HOOK_INIT, .when = when, .name = name, .fn = fn, .data = data,
	};
}

static void boot_with(const struct portal_syscall_hook *hooks, size_t nr)
{
	rig_hooks(&rig, "test", 0, hooks, nr);
	rig_boot(&rig);
}

static void call_with(struct fake_task *task, const char *name, uint64_t a, uint64_t b,
		      struct fake_result *ret_result)
{
	const uint64_t args[PORTAL_NR_ARGS] = { a, b, 3, 4, 5, 6 };

	fake_syscall(&rig.guest, 0, task, name, args, ret_result);
}

/* ---- contents of an event ---- */

/* the data of an event that needs no operation */
struct view {
	unsigned int nr;
	uint64_t args[7];
	int64_t ret;
	int pid, tid, compat;
	unsigned int pointer_size;
	bool is_return;
	char comm[16], name[16];
	unsigned int number;
	uint64_t pc, sp, ip, nothing;
	int unknown_reg;
};

static int look(struct portal_ctx *ctx, void *data)
{
	struct view *view = data;

	view->nr++;
	for (unsigned int i = 0; i < 7; i++)
		view->args[i] = portal_arg(ctx, i);
	view->ret = portal_ret(ctx);
	view->pid = portal_pid(ctx);
	view->tid = portal_tid(ctx);
	view->compat = portal_is_compat(ctx);
	view->pointer_size = portal_pointer_size(ctx);
	view->is_return = portal_is_return(ctx);
	strcpy(view->comm, portal_comm(ctx));
	strcpy(view->name, portal_syscall_name(ctx));
	view->number = portal_syscall_nr(ctx);
	view->pc = portal_pc(ctx);
	if (portal_reg(ctx, "rsp", &view->sp) < 0 || portal_reg(ctx, "pc", &view->ip) < 0)
		view->sp = 0;
	view->unknown_reg = portal_reg(ctx, "x0", &view->nothing);
	return 0;
}

static void test_event_is_complete_at_entry(void **state)
{
	struct view view = { 0 };
	struct portal_syscall_hook hook = hook_on("openat", PORTAL_ON_ENTER, look, &view);
	struct fake_result result;

	(void)state;
	hook.flags = PORTAL_HOOK_REGS;
	boot_with(&hook, 1);
	rig.task.regs[PORTAL_REG_X86_SP] = 0x7fff0000;
	rig.task.regs[PORTAL_REG_X86_IP] = 0x401000;
	call_with(&rig.task, "openat", UINT64_MAX, 2, &result);
	assert_int_equal(view.nr, 1);
	assert_true(view.args[0] == UINT64_MAX);
	assert_int_equal(view.args[5], 6);
	assert_int_equal(view.args[6], 0);
	assert_int_equal(view.ret, 0);
	assert_int_equal(view.pid, 100);
	assert_int_equal(view.tid, 101);
	assert_int_equal(view.compat, 0);
	assert_int_equal(view.pointer_size, 8);
	assert_false(view.is_return);
	assert_string_equal(view.comm, "probe");
	assert_string_equal(view.name, "openat");
	assert_int_equal(view.number, 257);
	assert_int_equal(view.pc, 0x401000);
	assert_int_equal(view.ip, 0x401000);
	assert_int_equal(view.sp, 0x7fff0000);
	assert_int_equal(view.unknown_reg, -EINVAL);
	assert_true(result.ran);
	assert_int_equal(result.calls, 1);
}

/* Two registers are read: two operations, and the same values. */
static void test_registers_that_were_not_declared_are_requested(void **state)
{
	struct view view = { 0 };
	const struct portal_syscall_hook hook = hook_on("openat", PORTAL_ON_ENTER, look, &view);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	rig.task.regs[PORTAL_REG_X86_SP] = 0x7fff0000;
	rig.task.regs[PORTAL_REG_X86_IP] = 0x401000;
	call_with(&rig.task, "openat", 1, 2, &result);
	assert_int_equal(view.ip, 0x401000);
	assert_int_equal(view.sp, 0x7fff0000);
	assert_int_equal(view.unknown_reg, -EINVAL);
	assert_int_equal(result.calls, 3);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_USER_REGS], 2);
}

static void test_result_is_available_at_return(void **state)
{
	struct view view = { 0 };
	const struct portal_syscall_hook hook = hook_on("openat", PORTAL_ON_RETURN, look, &view);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "openat", 1, 2, &result);
	assert_int_equal(view.ret, -ENOTTY);
	assert_true(view.is_return);
	assert_int_equal(result.ret, -ENOTTY);
}

static void test_hook_by_name_covers_both_abis(void **state)
{
	struct view view = { 0 };
	const struct portal_syscall_hook hook = hook_on("ioctl", PORTAL_ON_ENTER, look, &view);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task32, "ioctl", UINT64_MAX, 2, &result);
	assert_int_equal(view.nr, 1);
	assert_int_equal(view.compat, 1);
	assert_int_equal(view.pointer_size, 4);
	assert_int_equal(view.number, 54);
	assert_string_equal(view.name, "ioctl");
	assert_int_equal(view.args[0], UINT32_MAX);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(view.number, 16);
}

/* results of a callback for a task of a 32-bit kernel */
struct narrow {
	int compat;
	unsigned int number, pointer_size;
	char name[16];
	uint64_t arg, pc, sp, lr, pointer;
	int of_arm64, of_x86;
};

static int look_narrowly(struct portal_ctx *ctx, void *data)
{
	struct narrow *narrow = data;
	uint64_t none;

	narrow->compat = portal_is_compat(ctx);
	narrow->pointer_size = portal_pointer_size(ctx);
	narrow->number = portal_syscall_nr(ctx);
	strcpy(narrow->name, portal_syscall_name(ctx));
	narrow->arg = portal_arg(ctx, 0);
	narrow->pc = portal_pc(ctx);
	narrow->of_arm64 = portal_reg(ctx, "x0", &none);
	narrow->of_x86 = portal_reg(ctx, "rsp", &none);
	if (portal_reg(ctx, "sp", &narrow->sp) < 0 || portal_reg(ctx, "r14", &narrow->lr) < 0 ||
	    portal_read_ptr(ctx, MEMORY, &narrow->pointer) < 0 ||
	    portal_write_ptr(ctx, MEMORY + 4, UINT64_MAX) < 0 ||
	    portal_set_arg(ctx, 1, UINT64_MAX) < 0 || portal_set_reg(ctx, "r4", UINT64_MAX) < 0)
		return -EIO;
	return 0;
}

static void test_32_bit_kernel_has_one_native_abi(void **state)
{
	struct narrow narrow = { 0 };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, look_narrowly, &narrow);
	uint8_t *user = fake_map(&rig.task32, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	struct fake_result result;

	(void)state;
	rig.guest.is_arm = true;
	boot_with(&hook, 1);
	assert_int_equal(le32toh(rig.guest.hooks[0].wire.nr_sites), 1);
	assert_int_equal(le32toh(rig.guest.hooks[0].sites[0].abi), PORTAL_ABI_ARM);
	assert_int_equal(le32toh(rig.guest.hooks[0].sites[0].nr), 54);
	memset(user, 0x81, 16);
	rig.task32.regs[PORTAL_REG_ARM_SP] = 0xbe000000;
	rig.task32.regs[PORTAL_REG_ARM_LR] = 0xb6f00001;
	rig.task32.regs[PORTAL_REG_ARM_PC] = 0xb6f00000;
	call_with(&rig.task32, "ioctl", UINT64_MAX, 2, &result);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
	assert_int_equal(narrow.compat, 0);
	assert_int_equal(narrow.pointer_size, 4);
	assert_int_equal(narrow.number, 54);
	assert_string_equal(narrow.name, "ioctl");
	assert_int_equal(narrow.arg, UINT32_MAX);
	assert_int_equal(narrow.pc, 0xb6f00000);
	assert_int_equal(narrow.sp, 0xbe000000);
	assert_int_equal(narrow.lr, 0xb6f00001);
	assert_int_equal(narrow.of_arm64, -EINVAL);
	assert_int_equal(narrow.of_x86, -EINVAL);
	assert_int_equal(narrow.pointer, 0x81818181);
	assert_int_equal(user[7], 0xff);
	assert_int_equal(user[8], 0x81);
	assert_int_equal(result.args[1], UINT32_MAX);
	assert_int_equal(rig.task32.regs[4], UINT32_MAX);
}

static void test_hook_on_every_call_gets_every_call(void **state)
{
	struct view view = { 0 };
	const struct portal_syscall_hook hook =
		hook_on(NULL, PORTAL_ON_ENTER | PORTAL_ON_RETURN, look, &view);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "getpid", 1, 2, &result);
	call_with(&rig.task32, "waitpid", 1, 2, &result);
	assert_int_equal(view.nr, 4);
	assert_string_equal(view.name, "waitpid");
}

static void test_ids_of_no_hook_are_ignored(void **state)
{
	struct view view = { 0 };
	const struct portal_syscall_hook hook = hook_on("ioctl", PORTAL_ON_ENTER, look, &view);
	const uint64_t args[PORTAL_NR_ARGS] = { 0 };
	struct fake_session session;
	struct fake_event event;

	(void)state;
	boot_with(&hook, 1);
	fake_fill_call(&rig.guest, &rig.task, 9999, args, PORTAL_WHEN_ENTER, &event);
	for (uint32_t i = 0; i < PORTAL_MAX_HOOKS; i++)
		fake_event_hook(&event, 1000000 + i);
	fake_event_open(&session, &rig.guest, &rig.task, 0, &event);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(view.nr, 0);
}

/* ---- guest memory, both widths ---- */

/* results of every width */
struct widths {
	int ret[12];
	uint16_t u16;
	uint32_t word, u32;
	uint64_t dword, ptr, u64;
};

static int use_widths(struct portal_ctx *ctx, void *data)
{
	struct widths *widths = data;
	uint64_t at = portal_arg(ctx, 0);

	widths->ret[0] = portal_read_int(ctx, at, &widths->word);
	widths->ret[1] = portal_read_long(ctx, at, &widths->dword);
	widths->ret[2] = portal_read_ptr(ctx, at, &widths->ptr);
	widths->ret[3] = portal_write_int(ctx, at + 16, 0x11111111);
	widths->ret[4] = portal_write_long(ctx, at + 24, 0x2222222222222222);
	widths->ret[5] = portal_write_ptr(ctx, at + 32, 0x3333333333333333);
	widths->ret[6] = portal_read_u16(ctx, at, &widths->u16);
	widths->ret[7] = portal_read_u32(ctx, at, &widths->u32);
	widths->ret[8] = portal_read_u64(ctx, at, &widths->u64);
	widths->ret[9] = portal_write_u16(ctx, at + 40, 0x4444);
	widths->ret[10] = portal_write_u32(ctx, at + 48, 0x55555555);
	widths->ret[11] = portal_write_u64(ctx, at + 56, 0x6666666666666666);
	return 0;
}

static const uint8_t pattern[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void test_widths_in_a_64_bit_task(void **state)
{
	struct widths widths;
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, use_widths, &widths);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	memcpy(memory, pattern, 8);
	call_with(&rig.task, "ioctl", MEMORY, 0, &result);
	for (size_t i = 0; i < sizeof(widths.ret) / sizeof(widths.ret[0]); i++)
		assert_int_equal(widths.ret[i], 0);
	assert_int_equal(widths.u16, 0x0201);
	assert_int_equal(widths.u32, 0x04030201);
	assert_true(widths.u64 == 0x0807060504030201);
	assert_memory_equal(memory + 40, "\x44\x44\0\0\0\0\0\0", 8);
	assert_memory_equal(memory + 48, "\x55\x55\x55\x55\0\0\0\0", 8);
	assert_memory_equal(memory + 56, "\x66\x66\x66\x66\x66\x66\x66\x66", 8);
	assert_int_equal(widths.word, 0x04030201);
	assert_true(widths.dword == 0x0807060504030201);
	assert_true(widths.ptr == 0x0807060504030201);
	assert_memory_equal(memory + 16, "\x11\x11\x11\x11\0\0\0\0", 8);
	assert_memory_equal(memory + 24, "\x22\x22\x22\x22\x22\x22\x22\x22", 8);
	assert_memory_equal(memory + 32, "\x33\x33\x33\x33\x33\x33\x33\x33", 8);
}

static void test_widths_in_a_32_bit_task(void **state)
{
	struct widths widths;
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, use_widths, &widths);
	struct fake_result result;
	uint8_t *low = fake_map(&rig.task32, 0x8000, 4096, FAKE_READ | FAKE_WRITE);

	(void)state;
	boot_with(&hook, 1);
	memcpy(low, pattern, 8);
	call_with(&rig.task32, "ioctl", 0x8000, 0, &result);
	assert_int_equal(widths.word, 0x04030201);
	assert_true(widths.dword == 0x0807060504030201);
	assert_true(widths.ptr == 0x04030201);
	assert_memory_equal(low + 32, "\x33\x33\x33\x33\0\0\0\0", 8);
}

static void test_partial_reads_of_numbers_are_efault(void **state)
{
	struct widths widths = { .word = 7, .dword = 8, .ptr = 9 };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, use_widths, &widths);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "ioctl", MEMORY + 8192 - 2, 0, &result);
	for (int i = 0; i < 6; i++)
		assert_int_equal(widths.ret[i], -EFAULT);
	assert_int_equal(widths.word, 7);
	assert_int_equal(widths.dword, 8);
	assert_int_equal(widths.ptr, 9);
}

static ssize_t zero_lens[5];

static int use_zero_lengths(struct portal_ctx *ctx, void *data)
{
	char byte = 'x';

	(void)data;
	zero_lens[0] = portal_read_str(ctx, MEMORY, &byte, 0);
	zero_lens[1] = portal_fd_name(ctx, 0, &byte, 0);
	zero_lens[2] = portal_proc_args(ctx, &byte, 0);
	zero_lens[3] = portal_read_bytes(ctx, 0, &byte, 0);
	zero_lens[4] = portal_write_bytes(ctx, 0, &byte, 0);
	return 0;
}

static void test_empty_buffers_are_einval_for_strings_only(void **state)
{
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, use_zero_lengths, NULL);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "ioctl", 0, 0, &result);
	for (int i = 0; i < 3; i++)
		assert_int_equal(zero_lens[i], -EINVAL);
	assert_int_equal(zero_lens[3], 0);
	assert_int_equal(zero_lens[4], 0);
	assert_int_equal(result.calls, 1);
}

/* ---- verdicts ---- */

/* what a callback stages and returns, and the results it gets */
struct plan {
	int arg;
	uint64_t value;
	bool skip, set_ret;
	int64_t result;
	const char *reg;
	int ret;
	unsigned int nr;
	int results[4];
	uint64_t seen_arg0;
	int64_t seen_ret;
};

static int follow_plan(struct portal_ctx *ctx, void *data)
{
	struct plan *plan = data;

	plan->nr++;
	plan->seen_arg0 = portal_arg(ctx, 0);
	plan->seen_ret = portal_ret(ctx);
	if (plan->value)
		plan->results[0] = portal_set_arg(ctx, (unsigned int)plan->arg, plan->value);
	if (plan->skip)
		plan->results[1] = portal_skip(ctx, plan->result);
	if (plan->set_ret)
		plan->results[2] = portal_set_ret(ctx, plan->result);
	if (plan->reg)
		plan->results[3] = portal_set_reg(ctx, plan->reg, 0xabcdef0123456789);
	return plan->ret;
}

static void test_skip_result_is_passed_to_return_hooks(void **state)
{
	struct plan plan = { .skip = true, .result = -EACCES };
	struct view view = { 0 };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &plan),
		hook_on("ioctl", PORTAL_ON_RETURN, look, &view),
	};
	struct fake_result result;

	(void)state;
	boot_with(hooks, 2);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_false(result.ran);
	assert_int_equal(result.ret, -EACCES);
	assert_int_equal(view.nr, 1);
	assert_int_equal(view.ret, -EACCES);
}

static void test_result_is_replaced_at_return(void **state)
{
	struct plan plan = { .set_ret = true, .result = 42 };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_RETURN, follow_plan, &plan);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_true(result.ran);
	assert_int_equal(result.ret, 42);
}

static void test_arguments_are_replaced_at_entry(void **state)
{
	struct plan plan = { .arg = 5, .value = 0x123456789a };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &plan);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_true(result.args[5] == 0x123456789a);
	assert_int_equal(result.args[0], 1);
	call_with(&rig.task32, "ioctl", 1, 2, &result);
	assert_int_equal(result.args[5], 0x3456789a);
}

static void test_verdicts_of_the_wrong_stage_are_einval(void **state)
{
	struct plan enter = { .set_ret = true, .arg = 6, .value = 1 };
	struct plan ret = { .skip = true, .arg = 1, .value = 1 };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &enter),
		hook_on("ioctl", PORTAL_ON_RETURN, follow_plan, &ret),
	};
	struct fake_result result;

	(void)state;
	boot_with(hooks, 2);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(enter.results[0], -EINVAL);
	assert_int_equal(enter.results[2], -EINVAL);
	assert_int_equal(ret.results[0], -EINVAL);
	assert_int_equal(ret.results[1], -EINVAL);
	assert_true(result.ran);
	assert_int_equal(result.ret, -ENOTTY);
}

static void test_registers_are_set_at_the_tasks_width(void **state)
{
	struct plan plan = { .reg = "rbx" };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &plan);
	struct fake_result result;

	(void)state;
	boot_with(&hook, 1);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_true(rig.task.regs[PORTAL_REG_X86_BX] == 0xabcdef0123456789);
	call_with(&rig.task32, "ioctl", 1, 2, &result);
	assert_int_equal(rig.task32.regs[PORTAL_REG_X86_BX], 0x23456789);
	plan.reg = "orig_ax";
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(plan.results[3], -EINVAL);
}

/* ---- several hooks ---- */

static void test_edits_of_several_hooks_are_combined(void **state)
{
	struct plan first = { .arg = 0, .value = 77 };
	struct plan second = { .arg = 3, .value = 88 };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &first),
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &second),
	};
	struct fake_result result;

	(void)state;
	boot_with(hooks, 2);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(first.seen_arg0, 1);
	assert_int_equal(second.seen_arg0, 77);
	assert_int_equal(result.args[0], 77);
	assert_int_equal(result.args[3], 88);
	assert_int_equal(result.calls, 1);
}

static void test_later_return_hook_gets_the_staged_result(void **state)
{
	struct plan first = { .set_ret = true, .result = 5 };
	struct plan second = { 0 };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_RETURN, follow_plan, &first),
		hook_on("ioctl", PORTAL_ON_RETURN, follow_plan, &second),
	};
	struct fake_result result;

	(void)state;
	boot_with(hooks, 2);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(second.seen_ret, 5);
	assert_int_equal(result.ret, 5);
}

static void test_handled_stops_later_hooks(void **state)
{
	struct plan first = { .ret = 1 };
	struct plan second = { 0 };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &first),
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &second),
	};
	struct fake_result result;

	(void)state;
	boot_with(hooks, 2);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(first.nr, 1);
	assert_int_equal(second.nr, 0);
}

static void test_modules_run_in_load_order(void **state)
{
	struct plan first = { .arg = 0, .value = 10 };
	struct plan second = { .arg = 0, .value = 20 };
	const struct portal_syscall_hook hook_a =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &first);
	const struct portal_syscall_hook hook_b =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &second);
	struct fake_result result;

	(void)state;
	rig_hooks(&rig, "one", 0, &hook_a, 1);
	rig_hooks(&rig, "two", 0, &hook_b, 1);
	rig_boot(&rig);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(first.seen_arg0, 1);
	assert_int_equal(second.seen_arg0, 10);
	assert_int_equal(result.args[0], 20);
}

/* Ids have 32 bits. Id 0 is none, and id 1 is in use. */
static void test_hooks_after_the_last_id_have_free_ids_and_run_last(void **state)
{
	struct plan plans[] = {
		{ .arg = 0, .value = 10 },
		{ .arg = 0, .value = 20 },
		{ .arg = 0, .value = 30 },
	};
	struct portal_syscall_hook hook = hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &plans[0]);
	struct fake_result result;

	(void)state;
	rig_hooks(&rig, "one", 0, &hook, 1);
	rig.modules[0]->registry->last_id = UINT32_MAX - 1;
	for (size_t i = 1; i < 3; i++) {
		hook.data = &plans[i];
		assert_int_equal(portal_hook_syscall(rig.modules[0], &hook, NULL), 0);
	}
	rig_boot(&rig);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(plans[0].seen_arg0, 1);
	assert_int_equal(plans[1].seen_arg0, 10);
	assert_int_equal(plans[2].seen_arg0, 20);
	assert_int_equal(result.args[0], 30);
	assert_int_equal(rig.modules[0]->registry->last_id, 2);
}

static void test_late_hook_of_first_module_runs_before_second_module(void **state)
{
	struct plan early = { .arg = 0, .value = 10 };
	struct plan other = { .arg = 0, .value = 30 };
	struct plan late = { .arg = 0, .value = 20 };
	const struct portal_syscall_hook hook_early =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &early);
	const struct portal_syscall_hook hook_other =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &other);
	const struct portal_syscall_hook hook_late =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &late);
	struct fake_result result;

	(void)state;
	rig_hooks(&rig, "one", 0, &hook_early, 1);
	rig_hooks(&rig, "two", 0, &hook_other, 1);
	assert_int_equal(portal_hook_syscall(rig.modules[0], &hook_late, NULL), 0);
	rig_boot(&rig);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(late.seen_arg0, 10);
	assert_int_equal(other.seen_arg0, 20);
	assert_int_equal(result.args[0], 30);
}

static void test_negative_return_discards_only_own_staging(void **state)
{
	struct plan first = { .arg = 0, .value = 77 };
	struct plan second = { .arg = 0, .value = 88, .skip = true, .ret = -EIO };
	const struct portal_syscall_hook hooks[] = {
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &first),
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &second),
	};
	struct fake_result result;
	const char *log;

	(void)state;
	boot_with(hooks, 2);
	capture_start();
	call_with(&rig.task, "ioctl", 1, 2, &result);
	log = capture_stop();
	assert_int_equal(result.args[0], 77);
	assert_true(result.ran);
	assert_non_null(strstr(log, "test: the hook on ioctl failed: Input/output error"));
	assert_int_equal(rig_host_stats(&rig).failures, 1);
}

static void test_100_consecutive_failures_switch_the_hook_off(void **state)
{
	struct plan plan = { .ret = -EIO };
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, follow_plan, &plan);
	struct fake_result result;
	const char *log;

	(void)state;
	boot_with(&hook, 1);
	capture_start();
	for (int i = 0; i < 99; i++)
		call_with(&rig.task, "ioctl", 1, 2, &result);
	/* a success resets the count */
	plan.ret = 0;
	call_with(&rig.task, "ioctl", 1, 2, &result);
	plan.ret = -EIO;
	for (int i = 0; i < 150; i++)
		call_with(&rig.task, "ioctl", 1, 2, &result);
	log = capture_stop();
	assert_int_equal(plan.nr, 200);
	assert_int_equal(result.calls, 0);
	assert_non_null(strstr(log, "failed 100 times in a row and is switched off"));
	assert_int_equal(rig_host_stats(&rig).switched_off, 1);
	portal_hook_enable(rig.handles[0][0], true);
	assert_int_equal(rig.nr_raised, 1);
	assert_int_equal(fake_work(&rig.guest, 0), 0);
	plan.ret = 0;
	call_with(&rig.task, "ioctl", 1, 2, &result);
	assert_int_equal(plan.nr, 201);
}

/* ---- time and log ---- */

static int dawdle(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	usleep(12000);
	return 0;
}

static void test_slow_callback_is_reported_once(void **state)
{
	const struct portal_syscall_hook hook = hook_on("ioctl", PORTAL_ON_ENTER, dawdle, NULL);
	struct fake_result result;
	const char *log, *said;

	(void)state;
	boot_with(&hook, 1);
	capture_start();
	call_with(&rig.task, "ioctl", 1, 2, &result);
	call_with(&rig.task, "ioctl", 1, 2, &result);
	log = capture_stop();
	said = strstr(log, "test: the hook on ioctl took ");
	assert_non_null(said);
	assert_null(strstr(strchr(said, '\n'), " took "));
	assert_in_range(rig_host_stats(&rig).longest_us, 12000, 10000000);
}

static int chat(struct portal_ctx *ctx, void *data)
{
	portal_log(ctx, PORTAL_INFO, "RAEth ioctl: reg=%s, returning val=0x%x", (char *)data, 2);
	portal_log(ctx, PORTAL_WARN, "two\nlines\n");
	portal_mod_log(portal_ctx_module(ctx), 99, "not shown");
	portal_mod_log(portal_ctx_module(ctx), -1, "an error");
	return 0;
}

static void test_log_lines_have_module_text_and_task(void **state)
{
	const struct portal_syscall_hook hook =
		hook_on("ioctl", PORTAL_ON_ENTER, chat, (char[]){ "X" });
	struct fake_result result;
	const char *log;

	(void)state;
	boot_with(&hook, 1);
	capture_start();
	call_with(&rig.task, "ioctl", 1, 2, &result);
	log = rig_messages();
	assert_string_equal(log,
			    "portal-vmm: test: RAEth ioctl: reg=X, returning val=0x2 [probe 101]\n"
			    "portal-vmm: warn: test: two?lines [probe 101]\n"
			    "portal-vmm: error: test: an error\n");
}

#define EVENT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVENT_TEST(test_event_is_complete_at_entry),
		EVENT_TEST(test_registers_that_were_not_declared_are_requested),
		EVENT_TEST(test_result_is_available_at_return),
		EVENT_TEST(test_hook_by_name_covers_both_abis),
		EVENT_TEST(test_32_bit_kernel_has_one_native_abi),
		EVENT_TEST(test_hook_on_every_call_gets_every_call),
		EVENT_TEST(test_ids_of_no_hook_are_ignored),
		EVENT_TEST(test_widths_in_a_64_bit_task),
		EVENT_TEST(test_widths_in_a_32_bit_task),
		EVENT_TEST(test_partial_reads_of_numbers_are_efault),
		EVENT_TEST(test_empty_buffers_are_einval_for_strings_only),
		EVENT_TEST(test_skip_result_is_passed_to_return_hooks),
		EVENT_TEST(test_result_is_replaced_at_return),
		EVENT_TEST(test_arguments_are_replaced_at_entry),
		EVENT_TEST(test_verdicts_of_the_wrong_stage_are_einval),
		EVENT_TEST(test_registers_are_set_at_the_tasks_width),
		EVENT_TEST(test_edits_of_several_hooks_are_combined),
		EVENT_TEST(test_later_return_hook_gets_the_staged_result),
		EVENT_TEST(test_handled_stops_later_hooks),
		EVENT_TEST(test_modules_run_in_load_order),
		EVENT_TEST(test_hooks_after_the_last_id_have_free_ids_and_run_last),
		EVENT_TEST(test_late_hook_of_first_module_runs_before_second_module),
		EVENT_TEST(test_negative_return_discards_only_own_staging),
		EVENT_TEST(test_100_consecutive_failures_switch_the_hook_off),
		EVENT_TEST(test_slow_callback_is_reported_once),
		EVENT_TEST(test_log_lines_have_module_text_and_task),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
