/* SPDX-License-Identifier: MIT */
/* Chunks, cursors and short counts: docs/protocol.md section 4. */
#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <stdlib.h>
#include <string.h>

#include "transfer.h"

static int setup(void **state)
{
	static struct channel_rig rig;

	channel_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	channel_rig_done(*state);
	return 0;
}

/* parameter of do_fd_name() and result of do_user_regs() */
static int wanted_fd;
static uint64_t given_regs[PORTAL_NR_REGS];

static void do_fd_name(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_fd_name(session, wanted_fd, transfer->buf, transfer->len);
}

static void do_proc_args(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_proc_args(session, transfer->buf, transfer->len);
}

static void do_proc_pid(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_proc_pid(session);
}

static void do_user_regs(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_user_regs(session, PORTAL_ABI_X86_64, given_regs);
}

static struct transfer transfer;

static ssize_t run(struct channel_rig *rig, void (*talk)(struct channel_rig *, struct session *),
		   uint64_t addr, size_t len)
{
	transfer.addr = addr;
	transfer.len = len;
	channel_rig_run(rig, talk, &transfer);
	return transfer.n;
}

static uint64_t nr_ops(struct channel_rig *rig, uint32_t op)
{
	return channel_rig_stats(rig).operations[op];
}

/* ---- read and write ---- */

static void test_read_is_split_into_page_sized_chunks(void **state)
{
	static const struct {
		size_t len;
		unsigned int ops;
	} sizes[] = { { 0, 0 }, { 1, 1 }, { 4071, 1 }, { 4072, 1 }, { 4073, 2 }, { 12288, 4 } };
	struct channel_rig *rig = *state;

	for (size_t i = 0; i < RIG_MEMORY_SIZE; i++)
		rig->memory[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t before = nr_ops(rig, PORTAL_OP_READ);

		assert_int_equal(run(rig, transfer_read, RIG_MEMORY, sizes[i].len), sizes[i].len);
		assert_memory_equal(transfer.buf, rig->memory, sizes[i].len);
		assert_int_equal(nr_ops(rig, PORTAL_OP_READ) - before, sizes[i].ops);
	}
}

static void test_read_past_the_mapping_is_short(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(run(rig, transfer_read, RIG_MEMORY + 10, RIG_MEMORY_SIZE),
			 RIG_MEMORY_SIZE - 10);
	assert_int_equal(run(rig, transfer_read, RIG_MEMORY + RIG_MEMORY_SIZE - 1, 100), 1);
	/* the fault is at the start of a chunk */
	assert_int_equal(run(rig, transfer_read, RIG_MEMORY + RIG_MEMORY_SIZE - 4072, 5000), 4072);
}

static void test_read_of_unmapped_memory_is_efault(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(run(rig, transfer_read, 0, 10), -EFAULT);
	assert_int_equal(run(rig, transfer_read, UINT64_MAX, 10), -EFAULT);
	assert_int_equal(run(rig, transfer_read, RIG_MEMORY + RIG_MEMORY_SIZE, 1), -EFAULT);
}

static void test_write_is_split_and_short_past_the_mapping(void **state)
{
	struct channel_rig *rig = *state;

	memset(transfer.buf, 'w', sizeof(transfer.buf));
	assert_int_equal(run(rig, transfer_write, RIG_MEMORY, 5000), 5000);
	assert_int_equal(nr_ops(rig, PORTAL_OP_WRITE), 2);
	assert_int_equal(rig->memory[4999], 'w');
	assert_int_equal(rig->memory[5000], 0);
	assert_int_equal(run(rig, transfer_write, RIG_MEMORY + 8000, 16384),
			 RIG_MEMORY_SIZE - 8000);
	assert_int_equal(channel_rig_stats(rig).bytes_written, 5000 + RIG_MEMORY_SIZE - 8000);
}

static void test_write_to_read_only_memory_is_efault(void **state)
{
	struct channel_rig *rig = *state;

	assert_non_null(fake_map(&rig->task, 0x900000, 4096, FAKE_READ));
	assert_int_equal(run(rig, transfer_write, 0x900000, 4), -EFAULT);
}

static void test_absent_pages_are_faulted_in(void **state)
{
	struct channel_rig *rig = *state;
	uint8_t *bytes = fake_map(&rig->task, 0x900000, 4096, FAKE_READ | FAKE_ABSENT);

	bytes[0] = 'x';
	assert_int_equal(run(rig, transfer_read, 0x900000, 1), 1);
	assert_int_equal(transfer.buf[0], 'x');
	assert_int_equal(rig->task.faulted_in, 1);
}

/* ---- strings ---- */

static void put_string(struct channel_rig *rig, size_t offset, size_t len)
{
	memset(rig->memory, 0, RIG_MEMORY_SIZE);
	memset(rig->memory + offset, 's', len);
}

static void test_string_lengths_around_chunk_boundaries(void **state)
{
	static const size_t lens[] = { 0, 1, 4071, 4072, 4073, 8143, 8144, 8145, 10000 };
	struct channel_rig *rig = *state;

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		put_string(rig, 3, lens[i]);
		assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY + 3, sizeof(transfer.buf)),
				 lens[i]);
		assert_int_equal(strlen(transfer.buf), lens[i]);
	}
}

static void test_string_truncated_if_larger_than_the_buffer(void **state)
{
	struct channel_rig *rig = *state;

	put_string(rig, 0, 9);
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY, 10), 9);
	assert_int_equal(strlen(transfer.buf), 9);
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY, 9), 9);
	assert_int_equal(strlen(transfer.buf), 8);
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY, 1), 1);
	assert_int_equal(strlen(transfer.buf), 0);
	put_string(rig, 0, 4080);
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY, 4073), 4073);
	assert_int_equal(strlen(transfer.buf), 4072);
}

static void test_string_without_nul_before_fault_is_efault(void **state)
{
	struct channel_rig *rig = *state;

	put_string(rig, RIG_MEMORY_SIZE - 5000, 5000);
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY + RIG_MEMORY_SIZE - 5000, 6000),
			 -EFAULT);
	/* the bytes before the fault are enough */
	assert_int_equal(run(rig, transfer_read_str, RIG_MEMORY + RIG_MEMORY_SIZE - 100, 100), 100);
}

static void test_fd_name_longer_than_a_page(void **state)
{
	static char name[9000];
	struct channel_rig *rig = *state;

	memset(name, 'n', sizeof(name) - 1);
	fake_add_fd(&rig->task, 3, name);
	rig->task.cwd = "/home";
	wanted_fd = 3;
	assert_int_equal(run(rig, do_fd_name, 0, sizeof(transfer.buf)), 8999);
	assert_string_equal(transfer.buf, name);
	assert_int_equal(nr_ops(rig, PORTAL_OP_FD_NAME), 3);
	assert_int_equal(run(rig, do_fd_name, 0, 9000), 8999);
	assert_int_equal(run(rig, do_fd_name, 0, 8999), 8999);
	assert_int_equal(strlen(transfer.buf), 8998);
	wanted_fd = -100;
	assert_int_equal(run(rig, do_fd_name, 0, 100), 5);
	assert_string_equal(transfer.buf, "/home");
	wanted_fd = 4;
	assert_int_equal(run(rig, do_fd_name, 0, 100), -EBADF);
}

static void test_arguments_lose_only_the_last_nul(void **state)
{
	struct channel_rig *rig = *state;

	rig->task.args = "sh\0-c\0";
	rig->task.args_len = 6;
	assert_int_equal(run(rig, do_proc_args, 0, 100), 5);
	assert_memory_equal(transfer.buf, "sh\0-c\0", 6);
	assert_int_equal(run(rig, do_proc_args, 0, 6), 5);
	assert_int_equal(run(rig, do_proc_args, 0, 5), 5);
	assert_memory_equal(transfer.buf, "sh\0-", 5);
	rig->task.args_len = 5;
	assert_int_equal(run(rig, do_proc_args, 0, 100), 5);
	rig->task.args_len = 0;
	assert_int_equal(run(rig, do_proc_args, 0, 100), 0);
	assert_int_equal(transfer.buf[0], '\0');
}

static void test_pid_and_registers_are_those_of_the_task(void **state)
{
	struct channel_rig *rig = *state;

	rig->task.pid = 4194304;
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		rig->task.regs[i] = ~(uint64_t)i << 8;
	assert_int_equal(run(rig, do_proc_pid, 0, 0), 4194304);
	assert_int_equal(run(rig, do_user_regs, 0, 0), 0);
	assert_memory_equal(given_regs, rig->task.regs, sizeof(given_regs));
	assert_int_equal(nr_ops(rig, PORTAL_OP_PROC_PID), 1);
	assert_int_equal(nr_ops(rig, PORTAL_OP_USER_REGS), 1);
}

/* ---- forged answers ---- */

/* fields of a forged answer */
struct forged {
	int64_t size;
	uint64_t cursor;
};

static void tamper(void *ctx, struct portal_region *region)
{
	const struct forged *forged = ctx;

	region->size = htole64((uint64_t)forged->size);
	region->addr = htole64(forged->cursor);
}

static ssize_t run_forged(struct channel_rig *rig,
			  void (*talk)(struct channel_rig *, struct session *),
			  struct forged forged, size_t len)
{
	struct fake_session session;

	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	transfer.addr = RIG_MEMORY;
	transfer.len = len;
	rig->talk = talk;
	rig->talk_ctx = &transfer;
	rig->guest.tamper = tamper;
	rig->guest.tamper_ctx = &forged;
	channel_rig_open(rig, &session, 0);
	fake_session_finish(&session);
	rig->guest.tamper = NULL;
	return transfer.n;
}

static void test_cursor_that_does_not_advance_by_the_result_is_eproto(void **state)
{
	static const struct forged cases[] = {
		{ 10, RIG_MEMORY - 1 },	 { 10, RIG_MEMORY }, { 10, RIG_MEMORY + 9 },
		{ 10, RIG_MEMORY + 11 }, { 10, UINT64_MAX }, { 0, RIG_MEMORY },
	};
	struct channel_rig *rig = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(run_forged(rig, transfer_read_str, cases[i], 100), -EPROTO);
	assert_int_equal(run_forged(rig, do_fd_name, (struct forged){ 10, 5 }, 100), -EPROTO);
}

static void test_string_with_embedded_nul_is_eproto(void **state)
{
	struct channel_rig *rig = *state;

	/* the memory is zeroed, so a string of ten bytes would contain NULs */
	assert_int_equal(run_forged(rig, transfer_read_str, (struct forged){ 10, 0 }, 100),
			 -EPROTO);
}

static void test_result_larger_than_page_or_request_is_eproto(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(run_forged(rig, do_fd_name, (struct forged){ 4073, 0 }, 100), -EPROTO);
	assert_int_equal(run_forged(rig, transfer_write, (struct forged){ 101, 0 }, 100), -EPROTO);
	assert_int_equal(run_forged(rig, transfer_write, (struct forged){ 100, 0 }, 100), 100);
}

static void test_pid_out_of_range_or_partial_registers_is_eproto(void **state)
{
	struct channel_rig *rig = *state;

	assert_int_equal(run_forged(rig, do_proc_pid, (struct forged){ 1ll << 31, 0 }, 0), -EPROTO);
	assert_int_equal(
		run_forged(rig, do_user_regs, (struct forged){ 8 * PORTAL_NR_REGS - 8, 0 }, 0),
		-EPROTO);
	assert_int_equal(
		run_forged(rig, do_user_regs, (struct forged){ 8 * PORTAL_NR_REGS + 8, 0 }, 0),
		-EPROTO);
	assert_int_equal(run_forged(rig, do_user_regs, (struct forged){ -ESRCH, 0 }, 0), -ESRCH);
}

#define OPERATION_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OPERATION_TEST(test_read_is_split_into_page_sized_chunks),
		OPERATION_TEST(test_read_past_the_mapping_is_short),
		OPERATION_TEST(test_read_of_unmapped_memory_is_efault),
		OPERATION_TEST(test_write_is_split_and_short_past_the_mapping),
		OPERATION_TEST(test_write_to_read_only_memory_is_efault),
		OPERATION_TEST(test_absent_pages_are_faulted_in),
		OPERATION_TEST(test_string_lengths_around_chunk_boundaries),
		OPERATION_TEST(test_string_truncated_if_larger_than_the_buffer),
		OPERATION_TEST(test_string_without_nul_before_fault_is_efault),
		OPERATION_TEST(test_fd_name_longer_than_a_page),
		OPERATION_TEST(test_arguments_lose_only_the_last_nul),
		OPERATION_TEST(test_pid_and_registers_are_those_of_the_task),
		OPERATION_TEST(test_cursor_that_does_not_advance_by_the_result_is_eproto),
		OPERATION_TEST(test_string_with_embedded_nul_is_eproto),
		OPERATION_TEST(test_result_larger_than_page_or_request_is_eproto),
		OPERATION_TEST(test_pid_out_of_range_or_partial_registers_is_eproto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
