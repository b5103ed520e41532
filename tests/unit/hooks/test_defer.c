/* SPDX-License-Identifier: MIT */
/* Deferred writes: staged, visible to their own hook, applied with the verdict or not at all. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull
/* the longest single write that fits a verdict */
#define MOST \
	(PORTAL_DATA_SIZE - sizeof(struct portal_wire_verdict) - sizeof(struct portal_wire_write))

static struct rig rig;
static uint8_t *memory;

/* results of a callback */
static struct {
	ssize_t n[6];
	char buf[8192];
	int ret;
	unsigned int nr_errors;
	uint64_t error_addr;
	int error;
	int in_error[4];
	bool error_is_return;
} saw;

static int setup(void **state)
{
	(void)state;
	memset(&saw, 0, sizeof(saw));
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

static void on_error(struct portal_ctx *ctx, uint64_t addr, int err, void *data)
{
	(void)data;
	saw.nr_errors++;
	saw.error_addr = addr;
	saw.error = err;
	saw.error_is_return = portal_is_return(ctx);
	saw.in_error[0] = (int)portal_read_bytes(ctx, MEMORY, saw.buf, 1);
	saw.in_error[1] = (int)portal_write_bytes(ctx, MEMORY, "x", 1);
	saw.in_error[2] = portal_set_ret(ctx, 1);
	saw.in_error[3] = portal_skip(ctx, 1);
}

static int64_t run(uint32_t when, portal_syscall_fn *fn)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,	   .when = when, .name = "ioctl",
		.flags = PORTAL_HOOK_DEFER_WRITES, .fn = fn,	 .on_error = on_error,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	return rig_call(&rig, "ioctl", 0, 0, 0);
}

static int write_and_set(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.n[0] = portal_write_int(ctx, MEMORY, 0x64636261);
	saw.n[1] = portal_write_str(ctx, MEMORY + 100, "hello");
	portal_set_ret(ctx, 9);
	return saw.ret;
}

static void test_deferred_writes_go_with_the_verdict(void **state)
{
	(void)state;
	assert_int_equal(run(PORTAL_ON_RETURN, write_and_set), 9);
	assert_int_equal(saw.n[0], 0);
	assert_int_equal(saw.n[1], 6);
	assert_memory_equal(memory, "abcd", 5);
	assert_string_equal(memory + 100, "hello");
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_WRITE], 0);
	assert_int_equal(rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT], 1);
}

static void test_negative_return_discards_the_writes(void **state)
{
	(void)state;
	saw.ret = -EIO;
	assert_int_equal(run(PORTAL_ON_RETURN, write_and_set), -ENOTTY);
	assert_int_equal(memory[0], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_VERDICT], 0);
}

static int read_own(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.n[0] = portal_write_bytes(ctx, MEMORY + 4, "BBBB", 4);
	saw.n[1] = portal_write_bytes(ctx, MEMORY + 6, "CC", 2);
	saw.n[2] = portal_read_bytes(ctx, MEMORY, saw.buf, 12);
	saw.n[3] = portal_read_bytes(ctx, MEMORY + 5, saw.buf + 100, 3);
	return 0;
}

#define TAG (0x15ull << 57)

/* The fake guest takes no tags, as a kernel does for a task that has not asked for them. */
static int read_by_other_tags(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_write_bytes(ctx, (TAG | MEMORY) + 4, "TT", 2);
	portal_write_bytes(ctx, MEMORY + 6, "UU", 2);
	saw.n[0] = portal_read_bytes(ctx, MEMORY, saw.buf, 10);
	saw.n[1] = portal_read_str(ctx, MEMORY + 4, saw.buf + 100, 100);
	saw.n[2] = portal_read_bytes(ctx, (TAG | MEMORY) + 4, saw.buf + 200, 2);
	saw.n[3] = portal_read_bytes(ctx, (TAG | MEMORY) + 6, saw.buf + 200, 2);
	return 0;
}

static void test_own_reads_see_bytes_staged_by_another_tag(void **state)
{
	(void)state;
	memset(memory, 'a', 10);
	run(PORTAL_ON_ENTER, read_by_other_tags);
	assert_int_equal(saw.n[0], 10);
	assert_memory_equal(saw.buf, "aaaaTTUUaa", 10);
	assert_int_equal(saw.n[1], 6);
	assert_string_equal(saw.buf + 100, "TTUUaa");
	assert_int_equal(saw.n[2], 2);
	assert_memory_equal(saw.buf + 200, "TT", 2);
	/* whether the pointer is valid is left to the guest */
	assert_int_equal(saw.n[3], -EFAULT);
	/* the verdict has the pointers as they were */
	assert_int_equal(saw.nr_errors, 1);
	assert_int_equal(saw.error_addr, (TAG | MEMORY) + 4);
}

static void test_own_reads_see_staged_bytes(void **state)
{
	(void)state;
	memset(memory, 'a', 20);
	run(PORTAL_ON_ENTER, read_own);
	assert_memory_equal(saw.buf, "aaaaBBCCaaaa", 12);
	assert_memory_equal(saw.buf + 100, "BCC", 3);
	/* the second read is staged completely and needs no operation */
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 1);
	assert_memory_equal(memory, "aaaaBBCCaaaa", 12);
}

static int read_own_strings(struct portal_ctx *ctx, void *data)
{
	uint64_t end = MEMORY + 8192;

	(void)data;
	/* a NUL staged into a string, one overwritten, a string at the end of memory */
	saw.n[0] = portal_write_bytes(ctx, MEMORY + 2, "", 1);
	saw.n[1] = portal_read_str(ctx, MEMORY, saw.buf, 100);
	portal_write_bytes(ctx, MEMORY + 2, "abcdef", 6);
	saw.n[2] = portal_read_str(ctx, MEMORY, saw.buf + 200, 100);
	saw.n[3] = portal_read_str(ctx, MEMORY, saw.buf + 400, 5);
	portal_write_bytes(ctx, end - 5, "z", 1);
	saw.n[4] = portal_read_str(ctx, end - 5, saw.buf + 600, 100);
	portal_write_bytes(ctx, end - 5, "zzzzz", 5);
	saw.n[5] = portal_read_str(ctx, end - 5, saw.buf + 800, 100);
	return 0;
}

static void test_own_strings_see_staged_bytes(void **state)
{
	(void)state;
	strcpy((char *)memory, "xxxx");
	strcpy((char *)memory + 8192 - 5, "yyyy");
	run(PORTAL_ON_ENTER, read_own_strings);
	assert_int_equal(saw.n[1], 2);
	assert_string_equal(saw.buf, "xx");
	assert_int_equal(saw.n[2], 8);
	assert_string_equal(saw.buf + 200, "xxabcdef");
	assert_int_equal(saw.n[3], 5);
	assert_string_equal(saw.buf + 400, "xxab");
	assert_int_equal(saw.n[4], 4);
	assert_string_equal(saw.buf + 600, "zyyy");
	assert_int_equal(saw.n[5], -EFAULT);
}

static int read_only(struct portal_ctx *ctx, void *data)
{
	(void)data;
	saw.n[5] = portal_read_bytes(ctx, MEMORY, saw.buf, 4);
	return 0;
}

static void test_other_hooks_do_not_see_staged_bytes(void **state)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl",
		  .flags = PORTAL_HOOK_DEFER_WRITES, .fn = write_and_set },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl",
		  .flags = PORTAL_HOOK_DEFER_WRITES, .fn = read_only },
	};

	(void)state;
	memset(memory, 'a', 4);
	rig_hooks(&rig, "test", 0, hooks, 2);
	rig_boot(&rig);
	rig_call(&rig, "ioctl", 0, 0, 0);
	assert_int_equal(saw.n[5], 4);
	assert_memory_equal(saw.buf, "aaaa", 4);
	assert_memory_equal(memory, "abcd", 4);
}

static int fill_up(struct portal_ctx *ctx, void *data)
{
	static const char bytes[PORTAL_DATA_SIZE];

	(void)data;
	saw.n[0] = portal_write_bytes(ctx, MEMORY, bytes, MOST + 1);
	saw.n[1] = portal_write_bytes(ctx, MEMORY, bytes, SIZE_MAX);
	saw.n[2] = portal_write_bytes(ctx, MEMORY, bytes, MOST);
	saw.n[3] = portal_write_bytes(ctx, MEMORY, "x", 1);
	saw.n[4] = portal_write_bytes(ctx, MEMORY, "x", 0);
	return 0;
}

static void test_deferred_writes_beyond_the_page_are_enospc(void **state)
{
	(void)state;
	memset(memory, 'a', 8192);
	run(PORTAL_ON_ENTER, fill_up);
	assert_int_equal(saw.n[0], -ENOSPC);
	assert_int_equal(saw.n[1], -ENOSPC);
	assert_int_equal(saw.n[2], MOST);
	assert_int_equal(saw.n[3], -ENOSPC);
	assert_int_equal(saw.n[4], 0);
	assert_int_equal(memory[MOST - 1], 0);
	assert_int_equal(memory[MOST], 'a');
}

static int write_badly(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_write_bytes(ctx, MEMORY, "A", 1);
	portal_write_bytes(ctx, 0x666, "B", 1);
	portal_write_bytes(ctx, MEMORY + 1, "C", 1);
	portal_set_ret(ctx, 3);
	return 0;
}

static void test_failing_write_stops_the_rest_and_calls_on_error(void **state)
{
	(void)state;
	assert_int_equal(run(PORTAL_ON_RETURN, write_badly), -ENOTTY);
	assert_memory_equal(memory, "A\0", 2);
	assert_int_equal(saw.nr_errors, 1);
	assert_int_equal(saw.error_addr, 0x666);
	assert_int_equal(saw.error, -EFAULT);
	assert_true(saw.error_is_return);
}

static void test_on_error_cannot_read_write_or_decide(void **state)
{
	(void)state;
	run(PORTAL_ON_RETURN, write_badly);
	for (int i = 0; i < 4; i++)
		assert_int_equal(saw.in_error[i], -EINVAL);
}

static void test_failing_write_without_on_error_is_logged(void **state)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,	   .when = PORTAL_ON_RETURN, .name = "ioctl",
		.flags = PORTAL_HOOK_DEFER_WRITES, .fn = write_badly,
	};
	const char *log;

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	capture_start();
	rig_call(&rig, "ioctl", 0, 0, 0);
	log = capture_stop();
	assert_non_null(strstr(log, "test: a deferred write of the hook on ioctl to 0x666 failed"));
}

#define DEFER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEFER_TEST(test_deferred_writes_go_with_the_verdict),
		DEFER_TEST(test_negative_return_discards_the_writes),
		DEFER_TEST(test_own_reads_see_staged_bytes),
		DEFER_TEST(test_own_reads_see_bytes_staged_by_another_tag),
		DEFER_TEST(test_own_strings_see_staged_bytes),
		DEFER_TEST(test_other_hooks_do_not_see_staged_bytes),
		DEFER_TEST(test_deferred_writes_beyond_the_page_are_enospc),
		DEFER_TEST(test_failing_write_stops_the_rest_and_calls_on_error),
		DEFER_TEST(test_on_error_cannot_read_write_or_decide),
		DEFER_TEST(test_failing_write_without_on_error_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
