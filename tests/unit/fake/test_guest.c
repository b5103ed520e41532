/* SPDX-License-Identifier: MIT */
/* The fake guest does what docs/protocol.md says, so that tests of the host can rely on it. */
#include "script.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "fake/missed.h"
#include "fake/verdict.h"

static struct script host;
static const uint64_t args[PORTAL_NR_ARGS] = { 1, SCRIPT_MEMORY, 3, 4, 5, 6 };

static int setup(void **state)
{
	(void)state;
	script_init(&host);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	script_done(&host);
	return 0;
}

static struct fake_result syscall_of(const char *name)
{
	struct fake_result result;

	fake_syscall(&host.guest, 0, &host.task, name, args, &result);
	return result;
}

/* Serves one request. Return: the answer. */
static struct script_step serve(uint32_t op, struct portal_wire_request request,
				const void *payload, size_t len)
{
	script_ask(&host, op, 0, 0, payload, len)->request = request;
	script_run(&host);
	return host.steps[0];
}

/* ---- requests ---- */

static void test_unused_parameters_are_invalid(void **state)
{
	const struct portal_wire_request none = { 0 }, addr = { .addr = htole64(1) },
					 arg = { .arg = htole64(1) },
					 start = { .start_time = htole64(1) },
					 pid = { .pid = htole32(1), .start_time = htole64(1) };

	(void)state;
	assert_int_equal(serve(PORTAL_OP_HOOK_DEL, none, NULL, 0).result, -ENOENT);
	assert_int_equal(serve(PORTAL_OP_HOOK_DEL, arg, NULL, 0).answer, PORTAL_RESP_INVALID);
	assert_int_equal(serve(PORTAL_OP_HOOK_DEL, start, NULL, 0).answer, PORTAL_RESP_INVALID);
	assert_int_equal(serve(PORTAL_OP_HOOK_DEL, pid, NULL, 0).answer, PORTAL_RESP_INVALID);
	assert_int_equal(serve(PORTAL_OP_HOOK_DEL, none, "x", 1).answer, PORTAL_RESP_INVALID);
	assert_int_equal(serve(PORTAL_OP_PROC_PID, addr, NULL, 0).answer, PORTAL_RESP_INVALID);
}

static void test_unknown_flags_and_missing_operations_are_unknown(void **state)
{
	const struct portal_wire_request none = { 0 }, flags = { .flags = htole32(2) },
					 window = { .flags = htole32(PORTAL_REQUEST_F_WINDOW) };

	(void)state;
	assert_int_equal(serve(PORTAL_OP_READ, flags, NULL, 0).answer, PORTAL_RESP_UNKNOWN);
	assert_int_equal(serve(PORTAL_OP_READ_STR, window, NULL, 0).answer, PORTAL_RESP_UNKNOWN);
	fake_lack_op(&host.guest, PORTAL_OP_RESEED);
	assert_int_equal(serve(PORTAL_OP_RESEED, none, "seed", 4).answer, PORTAL_RESP_UNKNOWN);
	assert_int_equal(host.guest.nr_reseeds, 0);
}

static void test_hello_says_what_the_guest_has(void **state)
{
	struct portal_wire_hello hello;

	(void)state;
	fake_lack_op(&host.guest, PORTAL_OP_RESEED);
	host.guest.paging = 12 | 48 << PORTAL_PAGING_VA_BITS_SHIFT;
	fake_fill_hello(&host.guest, &hello);
	assert_int_equal(le64toh(hello.sources), 1);
	assert_int_equal(le64toh(hello.ops[0]), (1u << PORTAL_OP_RESEED) - 1);
	assert_int_equal(le32toh(hello.paging), 12 | 48 << 8);
}

static void test_kernel_thread_has_no_memory_but_may_name_a_process(void **state)
{
	struct portal_wire_request request = { .addr = htole64(SCRIPT_MEMORY), .arg = htole64(1) };

	(void)state;
	assert_int_equal(serve(PORTAL_OP_READ, request, NULL, 0).result, -ESRCH);
	request.pid = htole32(host.task.pid);
	request.start_time = htole64(host.task.start_time);
	assert_int_equal(serve(PORTAL_OP_READ, request, NULL, 0).result, -ESRCH);
	fake_add_process(&host.guest, &host.task);
	assert_int_equal(serve(PORTAL_OP_READ, request, NULL, 0).result, 1);
}

/* ---- hooks ---- */

static void test_site_has_at_most_64_hooks(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < PORTAL_MAX_HOOKS + 1; i++)
		script_hook(&host, 1 + i, PORTAL_WHEN_ENTER, 0, "read");
	script_hook(&host, 100, PORTAL_WHEN_ENTER, 0, "write");
	script_run(&host);
	assert_int_equal(host.steps[0].cursor, 1);
	assert_int_equal(host.steps[63].result, 0);
	assert_int_equal(host.steps[63].cursor, 64);
	assert_int_equal(host.steps[64].result, -ENOSPC);
	assert_int_equal(host.steps[65].result, 0);
	syscall_of("read");
	assert_int_equal(le32toh(script_header(&host, 0).nr_hooks), PORTAL_MAX_HOOKS);
	assert_int_equal(le64toh(script_header(&host, 0).newest), 65);
}

static void test_registers_are_sent_when_a_hook_asks(void **state)
{
	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
	script_hook(&host, 2, PORTAL_WHEN_ENTER, PORTAL_HOOK_F_REGS, "write");
	script_run(&host);
	syscall_of("read");
	syscall_of("write");
	assert_int_equal(script_call(&host, 0).nr_regs, 0);
	assert_int_equal(le32toh(script_call(&host, 1).nr_regs), PORTAL_NR_REGS);
}

static void test_malformed_hook_is_einval(void **state)
{
	struct {
		struct portal_wire_hook hook;
		struct portal_wire_site site;
	} payload;

	(void)state;
	for (int i = 0; i < 8; i++) {
		script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
		memcpy(&payload, host.steps[0].payload, sizeof(payload));
		payload.hook.scope = htole32(i == 0 ? 0 : i == 1 ? 8 : 1);
		payload.hook.flags = htole32(i == 2 ? 128 : i == 3 ? PORTAL_HOOK_F_TRACE : 0);
		payload.hook.nr_sites = htole32(i == 4 ? 2 : 1);
		payload.hook.source = htole32(i == 5);
		payload.site.abi = htole32(i == 6 ? PORTAL_ABI_ARM : PORTAL_ABI_X86_64);
		host.steps[0].payload = &payload;
		script_run(&host);
		assert_int_equal(host.steps[0].result, i == 7 ? 0 : -EINVAL);
	}
}

/* ---- windows ---- */

/* Serves a READ of @arg bytes into a part of a window. */
static struct script_step read_into(uint32_t window, uint64_t offset, uint64_t len, uint64_t arg)
{
	const struct portal_wire_window_part part = { .window = htole32(window),
						      .offset = htole64(offset),
						      .len = htole64(len) };
	const struct portal_wire_request request = {
		.addr = htole64(SCRIPT_MEMORY),
		.arg = htole64(arg),
		.flags = htole32(PORTAL_REQUEST_F_WINDOW),
		.pid = htole32(host.task.pid),
		.start_time = htole64(host.task.start_time),
	};

	return serve(PORTAL_OP_READ, request, &part, sizeof(part));
}

static void test_part_outside_of_its_window_is_invalid(void **state)
{
	const uint64_t size = 2 * PORTAL_PAGE_SIZE;

	(void)state;
	fake_add_process(&host.guest, &host.task);
	script_ask(&host, PORTAL_OP_WINDOW_OPEN, 0, size, NULL, 0);
	script_run(&host);
	assert_int_equal(host.steps[0].result, 2 * sizeof(struct portal_wire_range));
	assert_int_equal(host.steps[0].cursor, 1);
	memset(host.memory, 'm', SCRIPT_MEMORY_SIZE);
	assert_int_equal(read_into(1, 0, size, size).result, size);
	assert_int_equal(read_into(1, size, 0, 0).result, 0);
	assert_int_equal(read_into(1, 1, size, 1).answer, PORTAL_RESP_INVALID);
	assert_int_equal(read_into(1, UINT64_MAX, 1, 1).answer, PORTAL_RESP_INVALID);
	assert_int_equal(read_into(1, 0, 8, 9).answer, PORTAL_RESP_INVALID);
	assert_int_equal(read_into(2, 0, 8, 8).result, -ENOENT);
	assert_int_equal(host.guest.windows[0].bytes[size - 1], 'm');
}

static void test_window_of_an_invalid_size_is_invalid(void **state)
{
	const uint64_t sizes[] = { 0, 1, PORTAL_PAGE_SIZE + 1,
				   PORTAL_WINDOW_MAX + PORTAL_PAGE_SIZE };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		script_ask(&host, PORTAL_OP_WINDOW_OPEN, 0, sizes[i], NULL, 0);
	script_run(&host);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(host.steps[i].answer, PORTAL_RESP_INVALID);
}

/* ---- foreign programs ---- */

static void test_pointers_of_a_foreign_program_are_followed(void **state)
{
	const uint64_t base = 0x700000000000;
	const struct portal_wire_step steps[] = {
		{ .addr = htole64(0x100), .len = htole32(4) },
		{ .addr = htole64(1), .len = htole32(3), .flags = htole32(PORTAL_STEP_F_POINTER) },
	};
	uint8_t *memory = fake_map(&host.task, base, 4096, FAKE_READ);
	struct fake_session session;
	struct fake_event event;

	(void)state;
	host.task.program = (struct fake_program){ .abi = 77,
						   .pointer_size = 4,
						   .byte_order = PORTAL_BIG_ENDIAN,
						   .nr_args = 8,
						   .base = base };
	memory[0x102] = 2;
	memcpy(memory + 0x200, "xyz!", 4);
	script_ask(&host, PORTAL_OP_READ_VEC, 0, 4, steps, sizeof(steps));
	fake_fill_call(&host.guest, &host.task, 4000, args, PORTAL_WHEN_ENTER, &event);
	fake_event_hook(&event, 1);
	assert_int_equal(fake_event_open(&session, &host.guest, &host.task, 0, &event), 0);
	fake_session_finish(&session);
	assert_int_equal(host.steps[0].result, 32);
	assert_memory_equal(host.steps[0].data + 8, "\0\0\2\0", 4);
	assert_memory_equal(host.steps[0].data + 24, "yz!", 3);
	assert_int_equal(script_call(&host, 0).byte_order, PORTAL_BIG_ENDIAN);
	assert_int_equal(le64toh(script_call(&host, 0).base), base);
}

/* ---- ends ---- */

static void test_call_that_the_kernel_makes_again(void **state)
{
	struct fake_result result;

	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN, 0, "read");
	script_hook(&host, 2, PORTAL_WHEN_RETURN, PORTAL_HOOK_F_RESTARTS, "read");
	script_run(&host);
	host.task.end = PORTAL_CALL_END_RESTARTS;
	result = syscall_of("read");
	assert_int_equal(result.runs, 2);
	assert_int_equal(host.nr_opened, 4);
	assert_int_equal(le16toh(script_header(&host, 1).kind), PORTAL_EVENT_SYSCALL_RETURN);
	assert_int_equal(script_call(&host, 1).end, PORTAL_CALL_END_RESTARTS);
	assert_int_equal(le32toh(script_header(&host, 1).nr_hooks), 1);
	assert_int_equal(le16toh(script_header(&host, 2).kind), PORTAL_EVENT_SYSCALL_ENTER);
	assert_int_equal(script_call(&host, 3).end, PORTAL_CALL_END_RETURNS);
	assert_int_equal(le32toh(script_header(&host, 3).nr_hooks), 2);
}

static void test_exec_does_not_return_to_its_caller(void **state)
{
	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN, 0, "execve");
	script_run(&host);
	host.task.end = PORTAL_CALL_END_NO_RETURN;
	assert_int_equal(syscall_of("execve").ret, 0);
	assert_int_equal(script_call(&host, 0).end, PORTAL_CALL_END_RETURNS);
	assert_int_equal(script_call(&host, 1).end, PORTAL_CALL_END_NO_RETURN);
	assert_int_equal(script_call(&host, 1).ret, 0);
}

/* ---- verdicts ---- */

/* two writes, the second of which fails */
static void test_failed_write_is_reported_and_ends_the_verdict(void **state)
{
	struct {
		struct portal_wire_verdict head;
		struct portal_wire_reg reg;
		struct {
			struct portal_wire_write write;
			uint8_t bytes[8];
		} writes[2];
	} verdict = {
		.head = { .flags = htole32(PORTAL_VERDICT_SKIP),
			  .ret = htole64(9),
			  .nr_regs = htole32(1),
			  .nr_writes = htole32(2) },
		.reg = { .reg = htole32(PORTAL_REG_X86_AX), .value = htole64(5) },
		.writes = { { { htole64(SCRIPT_MEMORY), htole32(2), htole32(1) }, "ab" },
			    { { htole64(8), htole32(3), htole32(1) }, "abc" } },
	};
	struct portal_wire_error error;
	struct fake_result result;

	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
	script_run(&host);
	memcpy(host.verdict, &verdict, sizeof(verdict));
	host.verdict_size = sizeof(verdict);
	result = syscall_of("read");
	assert_memory_equal(host.memory, "ab", 2);
	assert_true(result.ran);
	assert_int_equal(result.ret, -ENOTTY);
	assert_int_equal(host.task.regs[PORTAL_REG_X86_AX], 0);
	assert_int_equal(host.nr_opened, 2);
	assert_int_equal(le16toh(script_header(&host, 1).kind), PORTAL_EVENT_ERROR);
	assert_int_equal(le32toh(script_header(&host, 1).nr_hooks), 1);
	memcpy(&error, host.opened[1] + sizeof(struct portal_wire_event) + 8, sizeof(error));
	assert_int_equal(le16toh(error.kind), PORTAL_EVENT_SYSCALL_ENTER);
	assert_int_equal((int32_t)le32toh(error.err), -EFAULT);
	assert_int_equal(le64toh(error.addr), 8);

	verdict.writes[1].write.addr = htole64(SCRIPT_MEMORY + 2);
	memcpy(host.verdict, &verdict, sizeof(verdict));
	result = syscall_of("read");
	assert_memory_equal(host.memory, "ababc", 5);
	assert_false(result.ran);
	assert_int_equal(result.ret, 9);
	assert_int_equal(host.task.regs[PORTAL_REG_X86_AX], 5);
	assert_false(result.bad_verdict);
}

static void test_malformed_verdict_has_no_effect(void **state)
{
	const struct portal_wire_verdict verdict = { .flags = htole32(PORTAL_VERDICT_SKIP),
						     .nr_regs = htole32(1) };
	struct fake_result result;

	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
	script_run(&host);
	memcpy(host.verdict, &verdict, sizeof(verdict));
	host.verdict_size = sizeof(verdict);
	result = syscall_of("read");
	assert_true(result.bad_verdict);
	assert_true(result.ran);
}

/* a verdict of two registers and a write */
struct parts {
	struct portal_wire_verdict head;
	struct portal_wire_reg regs[2];
	struct portal_wire_write write;
	uint8_t bytes[8];
};

static bool is_valid(const struct parts *parts, size_t size)
{
	struct fake_verdict verdict;

	return fake_verdict_read((const uint8_t *)parts, size, PORTAL_WHEN_ENTER, &verdict);
}

static void test_each_part_of_a_verdict_is_checked(void **state)
{
	const struct parts good = {
		.head = { .nr_regs = htole32(2), .nr_writes = htole32(1) },
		.regs = { { .reg = htole32(3) }, { .reg = htole32(PORTAL_NR_REGS - 1) } },
		.write.len = htole32(8),
	};
	struct parts bad = good;

	(void)state;
	assert_true(is_valid(&good, sizeof(good)));
	for (size_t size = 0; size < sizeof(good); size++)
		assert_false(is_valid(&good, size));
	bad.regs[1].reg = bad.regs[0].reg;
	assert_false(is_valid(&bad, sizeof(bad)));
	bad.regs[1].reg = htole32(PORTAL_NR_REGS);
	assert_false(is_valid(&bad, sizeof(bad)));
	bad = good;
	bad.write.len = 0;
	assert_false(is_valid(&bad, sizeof(bad)));
	bad.write.len = htole32(9);
	assert_false(is_valid(&bad, sizeof(bad)));
	bad = good;
	bad.head.flags = htole32(PORTAL_VERDICT_RET);
	assert_false(is_valid(&bad, sizeof(bad)));
	bad.head.flags = 0;
	bad.head.arg_mask = htole32(1u << PORTAL_NR_ARGS);
	assert_false(is_valid(&bad, sizeof(bad)));
}

/* ---- pages ---- */

static void take_all_pages(void)
{
	for (size_t i = host.guest.keeps_page; i < host.guest.nr_pages; i++)
		host.guest.taken[i] = true;
}

static void test_empty_pool_grows(void **state)
{
	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
	script_run(&host);
	take_all_pages();
	host.guest.nr_spare = 1;
	assert_false(syscall_of("read").missed);
	assert_int_equal(host.kinds[PORTAL_CALL_GROW], 1);
	assert_int_equal(host.guest.nr_pages, 5);
	take_all_pages();
	assert_true(syscall_of("read").missed);
	host.refuse = -EPROTO;
	host.guest.nr_spare = 1;
	assert_true(syscall_of("read").missed);
	assert_int_equal(host.guest.nr_pages, 5);
}

static void test_missed_events_are_reported(void **state)
{
	struct portal_wire_missed missed;
	struct fake_result result;

	(void)state;
	script_hook(&host, 1, PORTAL_WHEN_ENTER, 0, "read");
	script_hook(&host, 2, PORTAL_WHEN_ENTER, PORTAL_HOOK_F_REQUIRED, "write");
	script_hook(&host, 3, PORTAL_WHEN_RETURN, 0, "write");
	script_run(&host);
	take_all_pages();
	assert_true(syscall_of("read").ran);
	assert_true(syscall_of("read").ran);
	assert_int_equal(host.nr_opened, 0);
	/* a page for reports is there now */
	host.guest.keeps_page = true;
	host.guest.taken[0] = false;
	result = syscall_of("write");
	assert_false(result.ran);
	assert_int_equal(result.ret, -EAGAIN);
	/* and its return, which it has as after a skip */
	assert_int_equal(host.nr_opened, 3);
	assert_int_equal(le16toh(script_header(&host, 0).kind), PORTAL_EVENT_MISSED);
	memcpy(&missed, host.opened[0] + sizeof(struct portal_wire_event) + 8, sizeof(missed));
	assert_int_equal(le32toh(missed.reason), PORTAL_MISSED_NO_PAGE);
	assert_int_equal(le64toh(missed.count), 2);
	memcpy(&missed, host.opened[1] + sizeof(struct portal_wire_event) + 8, sizeof(missed));
	assert_int_equal(le32toh(missed.reason), PORTAL_MISSED_REFUSED);
	assert_int_equal(le64toh(missed.count), 1);
	assert_int_equal(le32toh(missed.nr), fake_nr(false, "write"));
	memcpy(&missed, host.opened[2] + sizeof(struct portal_wire_event) + 8, sizeof(missed));
	assert_int_equal(le32toh(missed.reason), PORTAL_MISSED_NO_PAGE);
	assert_int_equal(le32toh(missed.kind), PORTAL_EVENT_SYSCALL_RETURN);
}

/* ---- sessions ---- */

static void test_cancelled_session_carries_out_no_operation(void **state)
{
	struct fake_session session;
	struct fake_event event;

	(void)state;
	script_ask(&host, PORTAL_OP_PROC_PID, 0, 0, NULL, 0);
	script_ask(&host, PORTAL_OP_PROC_PID, 0, 0, NULL, 0);
	fake_fill_call(&host.guest, &host.task, 0, args, PORTAL_WHEN_ENTER, &event);
	fake_event_hook(&event, 1);
	assert_int_equal(fake_event_open(&session, &host.guest, &host.task, 0, &event), 0);
	fake_session_step_remote(&session);
	assert_int_equal(host.kinds[PORTAL_CALL_ANSWER_REMOTE], 1);
	assert_int_equal(host.steps[0].result, host.task.pid);
	fake_serve_cancel(&host.guest, (uint32_t)session.page + 1, session.generation);
	fake_session_finish(&session);
	assert_int_equal(host.steps[1].answer, PORTAL_RESP_CANCELLED);
	assert_int_equal(host.steps[1].result, -ECANCELED);
}

#define GUEST_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUEST_TEST(test_unused_parameters_are_invalid),
		GUEST_TEST(test_unknown_flags_and_missing_operations_are_unknown),
		GUEST_TEST(test_hello_says_what_the_guest_has),
		GUEST_TEST(test_kernel_thread_has_no_memory_but_may_name_a_process),
		GUEST_TEST(test_site_has_at_most_64_hooks),
		GUEST_TEST(test_registers_are_sent_when_a_hook_asks),
		GUEST_TEST(test_malformed_hook_is_einval),
		GUEST_TEST(test_part_outside_of_its_window_is_invalid),
		GUEST_TEST(test_window_of_an_invalid_size_is_invalid),
		GUEST_TEST(test_pointers_of_a_foreign_program_are_followed),
		GUEST_TEST(test_call_that_the_kernel_makes_again),
		GUEST_TEST(test_exec_does_not_return_to_its_caller),
		GUEST_TEST(test_failed_write_is_reported_and_ends_the_verdict),
		GUEST_TEST(test_malformed_verdict_has_no_effect),
		GUEST_TEST(test_each_part_of_a_verdict_is_checked),
		GUEST_TEST(test_empty_pool_grows),
		GUEST_TEST(test_missed_events_are_reported),
		GUEST_TEST(test_cancelled_session_carries_out_no_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
