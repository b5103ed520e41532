/* SPDX-License-Identifier: MIT */
/* Declarations: the same results with fewer calls. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "base/bytes.h"

#define MEMORY 0x10000ull

static struct rig rig;
static uint8_t *memory;

static struct {
	ssize_t n[8];
	char text[64], name[64], args[64];
	uint64_t pointer;
	uint32_t value;
} saw;

static int setup(void **state)
{
	(void)state;
	memset(&saw, 0, sizeof(saw));
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 8192, FAKE_READ | FAKE_WRITE);
	strcpy((char *)memory, "eth0");
	put_le64(memory + 16, MEMORY + 512);
	put_le32(memory + 512, 0x34);
	fake_add_fd(&rig.task, 3, "/dev/switch");
	rig.task.args = "switch\0clear";
	rig.task.args_len = sizeof("switch\0clear");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static const struct portal_fetch declared[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 2, .max = 16 },
	{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = 16, .max = 4 },
	{ .what = PORTAL_FETCH_FD_NAME, .arg = 0, .max = 64 },
	{ .what = PORTAL_FETCH_ARGS, .max = 64 },
};

static int read_all(struct portal_ctx *ctx, void *data)
{
	uint64_t arg = portal_arg(ctx, 2);

	(void)data;
	saw.n[0] = portal_read_str(ctx, arg, saw.text, sizeof(saw.text));
	saw.n[1] = portal_read_ptr(ctx, arg + 16, &saw.pointer);
	saw.n[2] = portal_read_int(ctx, saw.pointer, &saw.value);
	saw.n[3] = portal_fd_name(ctx, (int)portal_arg(ctx, 0), saw.name, sizeof(saw.name));
	saw.n[4] = portal_proc_args(ctx, saw.args, sizeof(saw.args));
	saw.n[5] = portal_write_int(ctx, saw.pointer + 4, 2);
	portal_set_ret(ctx, 0);
	return 1;
}

static int64_t run(portal_syscall_fn *fn, uint32_t flags, const struct portal_fetch *fetch,
		   uint32_t nr)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl", .flags = flags,
		.fetch = fetch,		  .nr_fetch = nr,	    .fn = fn,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	return rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY);
}

static void expect_all(void)
{
	assert_int_equal(saw.n[0], 4);
	assert_string_equal(saw.text, "eth0");
	assert_int_equal(saw.n[1], 0);
	assert_int_equal(saw.pointer, MEMORY + 512);
	assert_int_equal(saw.n[2], 0);
	assert_int_equal(saw.value, 0x34);
	assert_int_equal(saw.n[3], 11);
	assert_string_equal(saw.name, "/dev/switch");
	assert_int_equal(saw.n[4], 12);
	assert_memory_equal(saw.args, "switch\0clear", 13);
	assert_int_equal(get_le32(memory + 516), 2);
}

static void test_fetch_declared_and_deferred_is_one_call(void **state)
{
	uint64_t answers;

	(void)state;
	assert_int_equal(run(read_all, PORTAL_HOOK_DEFER_WRITES, declared, ARRAY_SIZE(declared)),
			 0);
	expect_all();
	answers = rig_channel_stats(&rig).doorbells[PORTAL_CALL_ANSWER];
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), 0);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_ANSWER], answers);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 2);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_WRITE], 0);
}

static void test_fetch_undeclared_gives_the_same_answers(void **state)
{
	(void)state;
	assert_int_equal(run(read_all, 0, NULL, 0), 0);
	expect_all();
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 2);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ_STR], 1);
}

static int read_past(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.n[0] = portal_read_bytes(ctx, MEMORY, saw.text, 8);
	saw.n[1] = portal_read_bytes(ctx, MEMORY + 4, saw.text, 8);
	return 0;
}

static void test_fetch_read_past_declaration_uses_operation(void **state)
{
	static const struct portal_fetch eight[] = {
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = 8 }
	};

	(void)state;
	run(read_past, 0, eight, 1);
	assert_int_equal(saw.n[0], 8);
	assert_int_equal(saw.n[1], 8);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 1);
}

static int write_then_read(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.n[0] = portal_write_int(ctx, MEMORY, 0x55667788);
	saw.n[1] = portal_read_int(ctx, MEMORY, &saw.value);
	return 0;
}

static void test_fetch_reads_see_own_writes(void **state)
{
	static const struct portal_fetch eight[] = {
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = 8 }
	};

	(void)state;
	run(write_then_read, 0, eight, 1);
	assert_int_equal(saw.value, 0x55667788);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 0);
}

static void test_fetch_declarations_larger_than_a_page(void **state)
{
	static const struct portal_fetch large[] = {
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = 3000 },
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .offset = 3000, .max = 3000 },
	};

	(void)state;
	run(read_past, 0, large, 2);
	assert_int_equal(saw.n[0], 8);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 0);
}

static void test_fetch_too_many_declarations_are_e2big(void **state)
{
	static const struct portal_fetch many[PORTAL_MAX_FETCH + 1] = {
		[0 ... PORTAL_MAX_FETCH] = { .what = PORTAL_FETCH_STR, .max = 1 },
	};
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fetch = many,
		.nr_fetch = PORTAL_MAX_FETCH,
		.fn = read_past,
	};

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	hook.nr_fetch++;
	assert_int_equal(portal_hook_syscall(rig.modules[0], &hook, NULL), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fetch_declared_and_deferred_is_one_call, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fetch_undeclared_gives_the_same_answers, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fetch_read_past_declaration_uses_operation,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_fetch_reads_see_own_writes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fetch_declarations_larger_than_a_page, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fetch_too_many_declarations_are_e2big, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
