/* SPDX-License-Identifier: MIT */
/* Direct access: present memory needs no operation, other memory is left to the operations. */
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "tables.h"
#include "transfer.h"

#define PAGING_X86 (12u | 48u << PORTAL_PAGING_VA_BITS_SHIFT)
#define GVA	   RIG_MEMORY
#define PAGE	   4096

/**
 * struct rig - a task whose memory is known to the fake guest and mapped by page tables
 * @pages: pages that the tables map; their contents differ from the fake guest's, to show which
 *	were read
 */
struct rig {
	struct channel_rig channel;
	struct tables tables;
	uint8_t *pages[RIG_MEMORY_SIZE / PAGE];
};

static void rig_init(struct rig *rig, enum direct_access direct)
{
	channel_rig_init_direct(&rig->channel, direct);
	tables_init(&rig->tables, PORTAL_ABI_X86_64, PAGING_X86);
	rig->channel.more = rig->tables.mem;
	rig->channel.task.pgd = rig->tables.table.root.value;
	rig->channel.guest.paging = PAGING_X86;
	for (size_t i = 0; i < RIG_MEMORY_SIZE / PAGE; i++) {
		rig->pages[i] = tables_map(&rig->tables, GVA + i * PAGE, X86_PAGE);
		memset(rig->pages[i], 'd', PAGE);
		memset(rig->channel.memory + i * PAGE, 'g', PAGE);
	}
}

static void rig_done(struct rig *rig)
{
	channel_rig_done(&rig->channel);
	tables_done(&rig->tables);
}

static void make_absent(struct rig *rig, size_t page)
{
	*tables_entry(&rig->tables, GVA + page * PAGE, 0) = 0;
}

static uint64_t operations(struct rig *rig, enum portal_op op)
{
	return channel_rig_stats(&rig->channel).operations[op];
}

static void converse(struct rig *rig,
		     void (*talk)(struct channel_rig *rig, struct session *session),
		     struct transfer *transfer)
{
	channel_rig_run(&rig->channel, talk, transfer);
}

static void test_present_pages_are_read_without_an_operation(void **state)
{
	struct transfer transfer = { .addr = GVA + 100, .len = 2 * PAGE };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	converse(&rig, transfer_read, &transfer);
	assert_int_equal(transfer.n, 2 * PAGE);
	for (size_t i = 0; i < transfer.len; i++)
		assert_int_equal(transfer.buf[i], 'd');
	assert_int_equal(operations(&rig, PORTAL_OP_READ), 0);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_read, 2 * PAGE);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_declined, 0);
	rig_done(&rig);
}

static void test_direct_off_uses_operations(void **state)
{
	struct transfer transfer = { .addr = GVA, .len = 64 };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_OFF);
	converse(&rig, transfer_read, &transfer);
	assert_int_equal(transfer.n, 64);
	assert_int_equal(transfer.buf[0], 'g');
	assert_int_equal(operations(&rig, PORTAL_OP_READ), 1);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_declined, 0);
	rig_done(&rig);
}

static void test_unknown_paging_uses_operations(void **state)
{
	struct transfer transfer = { .addr = GVA, .len = 64 };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	rig.channel.guest.paging = 0;
	converse(&rig, transfer_read, &transfer);
	assert_int_equal(transfer.buf[0], 'g');
	rig_done(&rig);
}

static void test_absent_page_is_read_by_operation(void **state)
{
	struct transfer transfer = { .addr = GVA, .len = RIG_MEMORY_SIZE };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	make_absent(&rig, 1);
	converse(&rig, transfer_read, &transfer);
	assert_int_equal(transfer.n, RIG_MEMORY_SIZE);
	assert_int_equal(transfer.buf[0], 'd');
	assert_int_equal(transfer.buf[PAGE - 1], 'd');
	assert_int_equal(transfer.buf[PAGE], 'g');
	assert_int_equal(transfer.buf[RIG_MEMORY_SIZE - 1], 'd');
	/* an operation moves less than a page; a real guest faults the page in with the first */
	assert_int_equal(operations(&rig, PORTAL_OP_READ), 2);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_declined, 2);
	rig_done(&rig);
}

static void test_read_past_the_mapping_is_short(void **state)
{
	struct transfer transfer = { .addr = GVA + PAGE, .len = RIG_MEMORY_SIZE };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	converse(&rig, transfer_read, &transfer);
	assert_int_equal(transfer.n, 2 * PAGE);
	rig_done(&rig);
}

static void test_string_is_read_up_to_nul_or_absent_page(void **state)
{
	struct transfer transfer = { .addr = GVA + PAGE - 3, .len = sizeof(transfer.buf) };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	rig.pages[1][600] = '\0';
	converse(&rig, transfer_read_str, &transfer);
	assert_int_equal(transfer.n, 603);
	assert_int_equal(strlen(transfer.buf), 603);
	assert_int_equal(operations(&rig, PORTAL_OP_READ_STR), 0);
	rig_done(&rig);

	rig_init(&rig, DIRECT_READ);
	make_absent(&rig, 1);
	rig.channel.memory[PAGE + 5] = '\0';
	converse(&rig, transfer_read_str, &transfer);
	assert_int_equal(transfer.n, 8);
	assert_string_equal(transfer.buf, "dddggggg");
	assert_int_equal(operations(&rig, PORTAL_OP_READ_STR), 1);
	rig_done(&rig);
}

static void test_string_as_long_as_the_buffer_is_truncated(void **state)
{
	struct transfer transfer = { .addr = GVA, .len = 300 };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ);
	converse(&rig, transfer_read_str, &transfer);
	assert_int_equal(transfer.n, 300);
	assert_int_equal(strlen(transfer.buf), 299);
	assert_int_equal(operations(&rig, PORTAL_OP_READ_STR), 0);
	rig_done(&rig);
}

static void test_dirty_pages_are_written_directly(void **state)
{
	struct transfer transfer = { .addr = GVA + PAGE - 8, .len = 16, .buf = "0123456789abcde" };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ_WRITE);
	converse(&rig, transfer_write, &transfer);
	assert_int_equal(transfer.n, 16);
	assert_memory_equal(rig.pages[0] + PAGE - 8, "01234567", 8);
	assert_memory_equal(rig.pages[1], "89abcde", 8);
	assert_int_equal(operations(&rig, PORTAL_OP_WRITE), 0);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_written, 16);
	rig_done(&rig);
}

static void test_clean_pages_are_written_by_operation(void **state)
{
	struct transfer transfer = { .addr = GVA + PAGE - 8, .len = 16, .buf = "0123456789abcde" };
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ_WRITE);
	*tables_entry(&rig.tables, GVA + PAGE, 0) &= ~X86_D;
	converse(&rig, transfer_write, &transfer);
	assert_int_equal(transfer.n, 16);
	assert_memory_equal(rig.pages[0] + PAGE - 8, "01234567", 8);
	assert_int_equal(rig.pages[1][0], 'd');
	assert_memory_equal(rig.channel.memory + PAGE, "89abcde", 8);
	assert_int_equal(operations(&rig, PORTAL_OP_WRITE), 1);
	rig_done(&rig);

	/* with DIRECT_READ nothing is written directly */
	rig_init(&rig, DIRECT_READ);
	converse(&rig, transfer_write, &transfer);
	assert_int_equal(rig.pages[0][PAGE - 8], 'd');
	assert_int_equal(operations(&rig, PORTAL_OP_WRITE), 1);
	rig_done(&rig);
}

/* Continue to read after the session has been cancelled during an operation. */
static void do_read_after_the_end(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_read(session, GVA + PAGE, transfer->buf, 64);
	assert_int_equal(transfer->n, -ECANCELED);
	transfer->n = op_read(session, GVA, transfer->buf, 64);
}

static void test_no_direct_read_after_the_session(void **state)
{
	struct transfer transfer = { .buf = "untouched" };
	struct fake_session session;
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ_WRITE);
	make_absent(&rig, 1);
	assert_int_equal(fake_hello(&rig.channel.guest, 0), 0);
	rig.channel.talk = do_read_after_the_end;
	rig.channel.talk_ctx = &transfer;
	channel_rig_open(&rig.channel, &session, 0);
	/* the session waits for an operation while its vCPU ends */
	channel_cancel_vcpu(rig.channel.channel, 0);
	assert_int_equal(transfer.n, -ECANCELED);
	assert_string_equal(transfer.buf, "untouched");
	rig_done(&rig);
}

/* bytes that accesses of one session got, in their order */
struct accesses {
	char first, remote_read, direct_read;
};

static char read_byte(struct session *session, uint64_t gva)
{
	char byte = 0;

	assert_int_equal(op_read(session, gva, &byte, 1), 1);
	return byte;
}

static void access_and_move(struct channel_rig *rig, struct session *session)
{
	struct accesses *accesses = rig->talk_ctx;

	accesses->first = read_byte(session, GVA + PAGE);
	accesses->remote_read = read_byte(session, GVA);
	assert_int_equal(op_write(session, GVA, "w", 1), 1);
	accesses->direct_read = read_byte(session, GVA + 2 * PAGE);
}

/* A vCPU that is stopped for a task elsewhere does not keep the task's pages mapped. */
static void test_no_direct_access_after_a_remote_answer(void **state)
{
	struct accesses accesses = { 0 };
	struct fake_session session;
	struct rig rig;

	(void)state;
	rig_init(&rig, DIRECT_READ_WRITE);
	make_absent(&rig, 1);
	assert_int_equal(fake_hello(&rig.channel.guest, 0), 0);
	rig.channel.talk = access_and_move;
	rig.channel.talk_ctx = &accesses;
	channel_rig_open(&rig.channel, &session, 0);
	session.is_away = true;
	fake_session_step(&session);
	fake_session_step(&session);
	assert_int_equal(fake_session_op(&session), PORTAL_OP_WRITE);
	session.is_away = false;
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	/* 'g' is the guest's answer, 'd' was read by page tables */
	assert_int_equal(accesses.first, 'g');
	assert_int_equal(accesses.remote_read, 'g');
	assert_int_equal(rig.channel.memory[0], 'w');
	assert_int_equal(rig.pages[0][0], 'd');
	assert_int_equal(accesses.direct_read, 'd');
	assert_int_equal(operations(&rig, PORTAL_OP_READ), 2);
	assert_int_equal(operations(&rig, PORTAL_OP_WRITE), 1);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_read, 1);
	assert_int_equal(channel_rig_stats(&rig.channel).direct_written, 0);
	rig_done(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_present_pages_are_read_without_an_operation),
		cmocka_unit_test(test_direct_off_uses_operations),
		cmocka_unit_test(test_unknown_paging_uses_operations),
		cmocka_unit_test(test_absent_page_is_read_by_operation),
		cmocka_unit_test(test_read_past_the_mapping_is_short),
		cmocka_unit_test(test_string_is_read_up_to_nul_or_absent_page),
		cmocka_unit_test(test_string_as_long_as_the_buffer_is_truncated),
		cmocka_unit_test(test_dirty_pages_are_written_directly),
		cmocka_unit_test(test_clean_pages_are_written_by_operation),
		cmocka_unit_test(test_no_direct_read_after_the_session),
		cmocka_unit_test(test_no_direct_access_after_a_remote_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
