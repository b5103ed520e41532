/* SPDX-License-Identifier: MIT */
/*
 * Hooked calls from entry to return: the events and records that they send, and how verdicts are
 * applied. Sessions and traces are fakes that keep what they get.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "channel/buffer.h"
#include "fake_calls.h"
#include "fake_kernel.h"
#include "fake_task.h"
#include "hook_sample.h"
#include "hooks/hook_wire.h"
#include "hooks/rule_wire.h"
#include "hooks/table.h"
#include "hooks/trace.h"
#include "ops/session.h"
#include "rule_sample.h"
#include "sources/end.h"
#include "sources/syscall.h"

#define NATIVE	FAKE_NATIVE_ABI
#define COMPAT	FAKE_COMPAT_ABI
#define ENTER	PORTAL_WHEN_ENTER
#define RETURN	PORTAL_WHEN_RETURN
#define MAX_GOT 8u
#define PC	0x400123ULL

/* ---- the host ---- */

/* an event that was sent, or a record without its header */
struct got {
	bool is_record;
	bool is_copied;
	bool may_block;
	u32 size;
	_Alignas(8) u8 bytes[PORTAL_TRACE_RECORD_MAX];
};

static struct got got[MAX_GOT];
static u32 nr_got, nr_dropped;

/* a verdict for the first event: its size is the result of the session */
static _Alignas(8) u8 verdict[PORTAL_PAGE_SIZE];
static int verdict_size;

static struct portal_region region;
static _Alignas(8) u8 scratch[PORTAL_PAGE_SIZE];
static struct pool_page page = { .region = &region, .scratch = scratch };
static int open_err;
static unsigned int nr_open, nr_reads_at_open;
static bool task_is_dead, session_was_dead;

static int take_page(struct guest_session *session)
{
	nr_reads_at_open = fake_task.nr_reads;
	if (open_err)
		return open_err;
	assert_int_equal(nr_open, 0);
	nr_open++;
	memset(&region, 0xa5, sizeof(region));
	session->page = &page;
	session->dead = false;
	return 0;
}

int session_open(struct guest_session *session, bool urgent)
{
	assert_false(urgent);
	return take_page(session);
}

/* A signal cannot end the wait of a task that exits. */
int session_open_own(struct guest_session *session)
{
	assert_true(task_is_dead);
	return take_page(session);
}

int session_open_now(struct guest_session *session)
{
	return session_open(session, false);
}

void session_close(struct guest_session *session)
{
	session->page = NULL;
	nr_open--;
}

static void keep(bool is_record, const void *bytes, u32 size)
{
	assert_true(nr_got < MAX_GOT);
	got[nr_got].is_record = is_record;
	got[nr_got].size = size;
	memcpy(got[nr_got].bytes, bytes, size);
	nr_got++;
}

int session_run(struct guest_session *session, u32 kind, u32 code, u32 size)
{
	int ret = verdict_size;

	session_was_dead = session->dead;
	assert_int_equal(kind, PORTAL_CALL_EVENT);
	assert_int_equal(code, PORTAL_OPEN_EVENT);
	assert_true(size <= PORTAL_DATA_SIZE);
	keep(false, session_data(session), size);
	/* the page has nothing but the event */
	for (u32 i = size; i < PORTAL_DATA_SIZE; i++)
		assert_int_equal(region.data[i], 0xa5);
	memset(&region, 0xa5, sizeof(region));
	verdict_size = 0;
	if (ret > 0)
		memcpy(session_scratch(session), verdict, (size_t)ret);
	return ret;
}

void trace_put(struct portal_wire_trace_record *record, u32 size, bool block)
{
	assert_false(fake_task.faults_disabled);
	keep(true, record + 1, size - (u32)sizeof(*record));
	got[nr_got - 1].is_copied = true;
	got[nr_got - 1].may_block = block;
}

/* the room in the ring for a record that is built there */
static _Alignas(8) u8 ring[PORTAL_TRACE_RECORD_MAX];
static bool ring_is_full;

struct portal_wire_trace_record *trace_begin(void)
{
	assert_false(fake_task.faults_disabled);
	if (ring_is_full)
		return NULL;
	fake_task.faults_disabled = true;
	memset(ring, 0xa5, sizeof(ring));
	return (struct portal_wire_trace_record *)(void *)ring;
}

void trace_end(u32 size)
{
	assert_true(fake_task.faults_disabled);
	fake_task.faults_disabled = false;
	if (size == 0)
		return;
	keep(true, ring + sizeof(struct portal_wire_trace_record),
	     size - (u32)sizeof(struct portal_wire_trace_record));
	got[nr_got - 1].is_copied = false;
}

void trace_drop(void)
{
	nr_dropped++;
}

/* ---- the task ---- */

static struct mm_struct mm, new_mm;
static struct pt_regs regs;
static struct task_struct task;

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	fake_task_reset();
	fake_calls_reset();
	task = (struct task_struct){
		.cpu = 2, .pid = 100, .comm = "switch", .mm = &mm, .regs = &regs
	};
	mm.pgd = (void *)0x123000;
	new_mm.pgd = (void *)0x456000;
	fake_current = &task;
	regs = (struct pt_regs){ .nr = 10 };
	for (u64 i = 0; i < ARRAY_SIZE(regs.reg); i++)
		regs.reg[i] = FAKE_TASK_BASE + 0x100 * i;
	regs.reg[32] = PC;
	nr_got = nr_dropped = 0;
	ring_is_full = false;
	verdict_size = open_err = 0;
	page.waited = false;
	task_is_dead = session_was_dead = false;
	end_open();
	return hook_table_open(NULL);
}

static int teardown(void **state)
{
	(void)state;
	hook_table_close();
	end_close();
	hook_table_drain();
	buffers_free();
	return fake_kernel.nr_allocated != 0 || nr_open != 0;
}

static u64 add_sample(const struct hook_sample *sample)
{
	static _Alignas(8) u8 bytes[PORTAL_PAGE_SIZE];
	const struct portal_wire_hook *wire = (const struct portal_wire_hook *)(void *)bytes;
	u64 serial;

	assert_int_equal(hook_wire_check(wire, hook_sample_encode(sample, bytes)), 0);
	assert_int_equal(hook_table_add(wire, &serial), 0);
	return serial;
}

static void sample_init(struct hook_sample *sample, u32 id, u32 when, u32 flags)
{
	hook_sample_init(sample, id, when, flags);
	if (!(flags & PORTAL_HOOK_F_ALL))
		hook_sample_site(sample, NATIVE, regs.nr);
}

/* Adds a hook on the number that the registers have. */
static u64 add(u32 id, u32 when, u32 flags)
{
	struct hook_sample sample;

	sample_init(&sample, id, when, flags);
	return add_sample(&sample);
}

static long run(void)
{
	return syscall_hook_wrapper(&regs, 1000 + regs.nr);
}

/* ---- what the host got ---- */

static const struct portal_wire_event *header(u32 n)
{
	assert_true(n < nr_got);
	return (const struct portal_wire_event *)(const void *)got[n].bytes;
}

static u32 id(u32 n, u32 i)
{
	__le32 wire;

	memcpy(&wire, header(n) + 1, sizeof(wire));
	memcpy(&wire, (const u8 *)(header(n) + 1) + i * sizeof(wire), sizeof(wire));
	return le32_to_cpu(wire);
}

static u32 body_at(u32 n)
{
	return (u32)sizeof(struct portal_wire_event) +
	       ALIGN(4 * le32_to_cpu(header(n)->nr_hooks), 8);
}

static const struct portal_wire_syscall *body(u32 n)
{
	return (const struct portal_wire_syscall *)(const void *)(got[n].bytes + body_at(n));
}

static u32 items_at(u32 n)
{
	return body_at(n) + (u32)sizeof(struct portal_wire_syscall) +
	       8 * le32_to_cpu(body(n)->nr_regs);
}

static void expect_event(u32 n, u32 kind, u32 nr_hooks)
{
	assert_false(got[n].is_record);
	assert_int_equal(le16_to_cpu(header(n)->kind), kind);
	assert_int_equal(le32_to_cpu(header(n)->nr_hooks), nr_hooks);
}

/* Checks the first item of event @n. */
static void expect_item(u32 n, u32 what, s32 status, const char *bytes, u32 len)
{
	struct portal_wire_item item;
	u32 at = items_at(n);

	assert_true(le32_to_cpu(header(n)->nr_items) > 0);
	memcpy(&item, got[n].bytes + at, sizeof(item));
	assert_int_equal(le16_to_cpu(item.what), what);
	assert_int_equal((s32)le32_to_cpu(item.status), status);
	assert_int_equal(le32_to_cpu(item.len), len);
	assert_memory_equal(got[n].bytes + at + sizeof(item), bytes, len);
}

/* ---- the parts of an event ---- */

static void test_event_has_header_ids_and_body_and_nothing_else(void **state)
{
	const struct portal_wire_event *event;
	u64 serial;

	(void)state;
	add(5, ENTER, 0);
	serial = add(9, ENTER, PORTAL_HOOK_F_ALL);
	assert_int_equal(run(), 0);
	assert_int_equal(nr_got, 1);
	expect_event(0, PORTAL_EVENT_SYSCALL_ENTER, 2);
	event = header(0);
	assert_int_equal(got[0].size, 72 + 8 + 104);
	assert_int_equal(le16_to_cpu(event->context), PORTAL_CONTEXT_TASK);
	assert_int_equal(event->flags, 0);
	assert_int_equal(le64_to_cpu(event->newest), serial);
	assert_int_equal(le64_to_cpu(event->start_time), 0x1234567890);
	assert_int_equal(le32_to_cpu(event->pid), 100);
	assert_int_equal(le32_to_cpu(event->tid), 101);
	assert_int_equal(le64_to_cpu(event->pgd), 0x123000);
	assert_int_equal(le32_to_cpu(event->cpu), 2);
	assert_int_equal(event->nr_items, 0);
	assert_int_equal(event->reserved, 0);
	assert_string_equal((const char *)event->comm, "switch");
	assert_int_equal(id(0, 0) + id(0, 1), 14);
	assert_int_equal(le32_to_cpu(body(0)->nr), 10);
	assert_int_equal(le16_to_cpu(body(0)->abi), NATIVE);
	assert_int_equal(body(0)->pointer_size, 8);
	assert_int_equal(body(0)->byte_order, PORTAL_LITTLE_ENDIAN);
	assert_int_equal(body(0)->nr_args, 6);
	assert_int_equal(body(0)->end, PORTAL_CALL_END_RETURNS);
	assert_int_equal(body(0)->flags, 0);
	assert_int_equal(body(0)->nr_regs, 0);
	assert_int_equal(body(0)->base, 0);
	assert_int_equal(le64_to_cpu(body(0)->pc), PC);
	for (u64 i = 0; i < 6; i++)
		assert_int_equal(le64_to_cpu(body(0)->args[i]), FAKE_TASK_BASE + 0x100 * i);
	assert_int_equal(body(0)->args[6] | body(0)->args[7], 0);
}

static void test_odd_number_of_ids_is_padded_with_zeros(void **state)
{
	(void)state;
	for (u32 n = 1; n <= 5; n++) {
		add(n, ENTER, 0);
		nr_got = 0;
		run();
		expect_event(0, PORTAL_EVENT_SYSCALL_ENTER, n);
		assert_int_equal(body_at(0), 72 + (n + 1) / 2 * 8);
		if (n % 2)
			assert_int_equal(id(0, n), 0);
	}
}

static void test_64_hooks_of_one_call_are_in_one_event(void **state)
{
	u64 seen = 0;

	(void)state;
	for (u32 n = 0; n < PORTAL_MAX_HOOKS; n++)
		add(n + 1, ENTER, n ? 0 : PORTAL_HOOK_F_REGS);
	run();
	expect_event(0, PORTAL_EVENT_SYSCALL_ENTER, PORTAL_MAX_HOOKS);
	for (u32 n = 0; n < PORTAL_MAX_HOOKS; n++)
		seen |= 1ULL << (id(0, n) - 1);
	assert_int_equal(seen, ~0ULL);
}

static void test_registers_are_sent_when_a_hook_asks_for_them(void **state)
{
	__le64 wire[PORTAL_NR_REGS];

	(void)state;
	add(1, ENTER, 0);
	run();
	add(2, ENTER, PORTAL_HOOK_F_REGS);
	run();
	assert_int_equal(body(0)->nr_regs, 0);
	assert_int_equal(le32_to_cpu(body(1)->nr_regs), PORTAL_NR_REGS);
	assert_int_equal(got[1].size, got[0].size + 8 * PORTAL_NR_REGS);
	memcpy(wire, body(1) + 1, sizeof(wire));
	assert_int_equal(le64_to_cpu(wire[32]), PC);
	assert_int_equal(wire[35], 0);
}

static void test_event_that_waited_for_a_page_says_so(void **state)
{
	(void)state;
	add(1, ENTER, 0);
	page.waited = true;
	run();
	assert_int_equal(le32_to_cpu(header(0)->flags), PORTAL_EVENT_F_WAITED);
}

static long return_error(const struct pt_regs *with)
{
	(void)with;
	return -19;
}

static void test_return_event_has_the_result(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	fake_calls.run = return_error;
	assert_int_equal(run(), -19);
	expect_event(0, PORTAL_EVENT_SYSCALL_RETURN, 1);
	assert_int_equal((s64)le64_to_cpu(body(0)->ret), -19);
	assert_int_equal(body(0)->end, PORTAL_CALL_END_RETURNS);
}

static void test_filter_on_a_seventh_argument_compares_zero(void **state)
{
	struct hook_sample sample;

	(void)state;
	for (u32 n = 6; n < PORTAL_NR_ARGS; n++) {
		sample_init(&sample, 2 * n, ENTER, 0);
		sample.head.arg[n].cmp = cpu_to_le32(PORTAL_CMP_EQ);
		add_sample(&sample);
		sample.head.id = cpu_to_le32(2 * n + 1);
		sample.head.arg[n].value = cpu_to_le64(1);
		add_sample(&sample);
	}
	run();
	expect_event(0, PORTAL_EVENT_SYSCALL_ENTER, 2);
	assert_int_equal(id(0, 0) + id(0, 1), 12 + 14);
}

/* ---- items and pages ---- */

static void test_items_are_fetched_before_a_page_is_taken(void **state)
{
	struct hook_sample sample;

	(void)state;
	fake_task_put(0x100, "eth0", 5);
	sample_init(&sample, 1, ENTER, 0);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_STR, 1, 16);
	add_sample(&sample);
	run();
	expect_item(0, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "eth0", 4);
	assert_true(nr_reads_at_open > 0);
	assert_int_equal(nr_reads_at_open, fake_task.nr_reads);
}

static void test_record_takes_no_page(void **state)
{
	struct hook_sample sample;

	(void)state;
	fake_task_put(0x100, "eth0", 5);
	sample_init(&sample, 1, ENTER | RETURN, PORTAL_HOOK_F_TRACE);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_STR, 1, 16);
	add_sample(&sample);
	open_err = -ENODEV;
	run();
	assert_int_equal(nr_got, 2);
	assert_true(got[0].is_record && got[1].is_record);
	assert_false(got[0].is_copied || got[1].is_copied);
	assert_int_equal(le16_to_cpu(header(0)->kind), PORTAL_EVENT_SYSCALL_ENTER);
	assert_int_equal(le16_to_cpu(header(1)->kind), PORTAL_EVENT_SYSCALL_RETURN);
	expect_item(1, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "eth0", 4);
	assert_int_equal(id(0, 0), 1);
}

/* It reads a string on a page that is there, or not, and with @what not only that. */
static void run_traced(u32 what, bool is_absent)
{
	struct hook_sample sample;

	nr_got = 0;
	fake_task_put(0x100, "eth0", 5);
	fake_task.is_absent[0x100 / FAKE_TASK_PAGE] = is_absent;
	sample_init(&sample, 1, ENTER, PORTAL_HOOK_F_TRACE | PORTAL_HOOK_F_TRACE_BLOCK);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_STR, 1, 16);
	if (what)
		hook_sample_fetch(&sample, what, 0, 16);
	add_sample(&sample);
	run();
	assert_int_equal(nr_got, 1);
	expect_item(0, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "eth0", 4);
	assert_int_equal(hook_table_del(1), 0);
}

/* With preemption disabled, which building a record in the ring needs. */
static void test_record_is_copied_only_if_it_would_sleep(void **state)
{
	(void)state;
	run_traced(0, false);
	assert_false(got[0].is_copied);
	run_traced(PORTAL_WIRE_FETCH_PPID, false);
	assert_false(got[0].is_copied);
	run_traced(0, true);
	assert_true(got[0].is_copied && got[0].may_block);
	run_traced(PORTAL_WIRE_FETCH_ARGS, false);
	assert_true(got[0].is_copied);
	assert_int_equal(le32_to_cpu(header(0)->nr_items), 2);
	ring_is_full = true;
	run_traced(0, false);
	assert_true(got[0].is_copied && got[0].may_block);
	ring_is_full = false;
	run_traced(0, false);
	assert_false(got[0].is_copied);
}

/* Another CPU takes the page away between two reads: nothing is missing in the record. */
static void test_record_has_all_items_when_a_page_goes_away(void **state)
{
	struct hook_sample sample;
	u64 pointer = fake_task_put(0x280, "text", 5);

	(void)state;
	fake_task_put(0x100, &pointer, sizeof(pointer));
	for (u32 n = 1; n <= 4; n++) {
		nr_got = 0;
		sample_init(&sample, n, ENTER, PORTAL_HOOK_F_TRACE);
		hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_PTR_MEM, 1, 5);
		add_sample(&sample);
		fake_task.nr_reads = 0;
		fake_task.absent_from_read = n;
		run();
		assert_int_equal(nr_got, 1);
		assert_int_equal(got[0].is_copied, n <= 3);
		assert_int_equal(le32_to_cpu(header(0)->nr_items), 2);
		assert_int_equal(hook_table_del(n), 0);
	}
}

static void test_items_fill_a_record_to_its_last_byte(void **state)
{
	struct hook_sample sample;

	(void)state;
	memset(fake_task.bytes, 'x', sizeof(fake_task.bytes));
	sample_init(&sample, 1, ENTER, PORTAL_HOOK_F_TRACE);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_MEM, 0,
			  PORTAL_TRACE_RECORD_MAX - 24 - 72 - 8 - 104 - 24);
	add_sample(&sample);
	run();
	assert_int_equal(got[0].size, PORTAL_TRACE_RECORD_MAX - 24);
	assert_int_equal(le32_to_cpu(header(0)->nr_items), 1);
}

static void test_without_memory_records_are_counted_and_calls_go_on(void **state)
{
	(void)state;
	add(1, ENTER, PORTAL_HOOK_F_TRACE);
	ring_is_full = true;
	fake_kernel.nr_until_enomem = 1;
	run();
	assert_int_equal(nr_dropped, 1);
	add(2, ENTER, 0);
	fake_kernel.nr_until_enomem = 2;
	run();
	assert_int_equal(fake_calls.nr_runs, 2);
}

static void kill_task(void)
{
	task.killed = true;
}

static void test_event_of_a_killed_task_has_no_items(void **state)
{
	struct hook_sample sample;

	(void)state;
	sample_init(&sample, 1, ENTER, PORTAL_HOOK_F_TRACE);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_PPID, 0, 4);
	add_sample(&sample);
	kill_task();
	run();
	assert_int_equal(header(0)->nr_items, 0);
	assert_int_equal(got[0].size, items_at(0));
}

static void test_killed_task_does_not_make_the_call(void **state)
{
	(void)state;
	add(1, ENTER, 0);
	open_err = -EINTR;
	assert_int_equal(run(), -EINTR);
	assert_int_equal(fake_calls.nr_runs, 0);
	open_err = -ENODEV;
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
}

/* ---- hooks that are removed meanwhile ---- */

static long remove_hook(const struct pt_regs *with)
{
	(void)with;
	assert_int_equal(hook_table_del(1), 0);
	add(2, RETURN, 0);
	return 0;
}

static void test_event_without_hooks_is_not_sent(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	fake_calls.run = remove_hook;
	run();
	assert_int_equal(nr_got, 0);
}

/* ---- ends ---- */

static void test_entry_of_a_call_without_return_says_so(void **state)
{
	static const u32 numbers[] = { FAKE_NR_EXIT, FAKE_NR_SIGRETURN };

	(void)state;
	for (u32 i = 0; i < 2; i++) {
		regs.nr = numbers[i];
		add(2 * i + 1, ENTER | RETURN, 0);
		add(2 * i + 2, ENTER | RETURN, PORTAL_HOOK_F_OBSERVE);
		nr_got = 0;
		run();
		/* and there is no return event */
		assert_int_equal(nr_got, 1);
		expect_event(0, PORTAL_EVENT_SYSCALL_ENTER, 2);
		assert_int_equal(body(0)->end, PORTAL_CALL_END_NO_RETURN);
	}
}

/* ---- execve ---- */

static bool becomes_compat;

/* The new program has other memory at the address of the path. */
static long replace_program(const struct pt_regs *with)
{
	(void)with;
	fake_task_put(0x100, "/bin/decoy", 11);
	task.mm = &new_mm;
	regs.is_compat = becomes_compat;
	return 0;
}

static long fail_to_replace(const struct pt_regs *with)
{
	(void)with;
	fake_task_put(0x100, "changed", 8);
	return -2;
}

static void add_exec_hook(u32 id_, u32 when, u32 flags)
{
	struct hook_sample sample;

	regs.nr = FAKE_NR_EXEC;
	fake_task_put(0x100, "/bin/y", 7);
	sample_init(&sample, id_, when, flags);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_STR, 1, 64);
	add_sample(&sample);
}

static void test_items_of_an_exec_are_of_the_old_program(void **state)
{
	static const u32 flags[] = { PORTAL_HOOK_F_OBSERVE, 0, PORTAL_HOOK_F_TRACE,
				     PORTAL_HOOK_F_TRACE | PORTAL_HOOK_F_OBSERVE };

	(void)state;
	becomes_compat = false;
	for (u32 i = 0; i < ARRAY_SIZE(flags); i++) {
		task.mm = &mm;
		nr_got = 0;
		fake_calls.run = replace_program;
		add_exec_hook(i + 1, flags[i] & PORTAL_HOOK_F_OBSERVE ? ENTER | RETURN : RETURN,
			      flags[i]);
		assert_int_equal(run(), 0);
		assert_int_equal(nr_got, 1);
		assert_int_equal(le16_to_cpu(header(0)->kind), PORTAL_EVENT_SYSCALL_RETURN);
		expect_item(0, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "/bin/y", 6);
		assert_int_equal(got[0].size, items_at(0) + 24 + 8);
		assert_int_equal(body(0)->end, PORTAL_CALL_END_NO_RETURN);
		assert_int_equal(body(0)->ret, 0);
		assert_int_equal(le64_to_cpu(header(0)->pgd), 0x456000);
		hook_table_del(i + 1);
	}
}

static void test_record_and_event_of_an_exec_have_their_own_items(void **state)
{
	struct hook_sample sample;

	(void)state;
	becomes_compat = false;
	add_exec_hook(1, RETURN, PORTAL_HOOK_F_TRACE);
	sample_init(&sample, 2, RETURN, 0);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_CWD, 0, 8);
	add_sample(&sample);
	fake_calls.run = replace_program;
	run();
	assert_int_equal(nr_got, 2);
	assert_true(got[0].is_record);
	expect_item(0, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "/bin/y", 6);
	expect_item(1, PORTAL_ITEM_CWD, PORTAL_ITEM_COMPLETE, "/", 1);
	assert_int_equal(le32_to_cpu(header(1)->nr_items), 1);
}

static void test_items_of_a_failed_exec_are_fetched_after_it(void **state)
{
	(void)state;
	add_exec_hook(1, RETURN, 0);
	fake_calls.run = fail_to_replace;
	assert_int_equal(run(), -2);
	expect_item(0, PORTAL_ITEM_STR, PORTAL_ITEM_COMPLETE, "changed", 7);
	assert_int_equal(body(0)->end, PORTAL_CALL_END_RETURNS);
}

/* The new program's memory would be made-up data. */
static void test_exec_without_memory_for_items_has_none(void **state)
{
	(void)state;
	becomes_compat = false;
	add_exec_hook(1, RETURN, 0);
	fake_calls.run = replace_program;
	fake_kernel.nr_until_enomem = 1;
	run();
	assert_int_equal(nr_got, 1);
	assert_int_equal(header(0)->nr_items, 0);
}

static void test_no_registers_of_another_layout_after_an_exec(void **state)
{
	(void)state;
	add_exec_hook(1, RETURN, PORTAL_HOOK_F_REGS);
	fake_calls.run = replace_program;
	for (int i = 0; i < 2; i++) {
		becomes_compat = i;
		nr_got = 0;
		regs.is_compat = false;
		run();
		assert_int_equal(le32_to_cpu(body(0)->nr_regs), i ? 0 : PORTAL_NR_REGS);
		assert_int_equal(le16_to_cpu(body(0)->abi), NATIVE);
	}
}

/* ---- verdicts ---- */

static void verdict_init(u32 flags, s64 ret)
{
	const struct portal_wire_verdict wire = { .flags = cpu_to_le32(flags),
						  .ret = cpu_to_le64((u64)ret) };

	memset(verdict, 0, sizeof(verdict));
	memcpy(verdict, &wire, sizeof(wire));
	verdict_size = sizeof(wire);
}

static struct portal_wire_verdict *verdict_head(void)
{
	return (struct portal_wire_verdict *)(void *)verdict;
}

static void verdict_reg(u32 reg, u64 value)
{
	const struct portal_wire_reg wire = { .reg = cpu_to_le32(reg),
					      .value = cpu_to_le64(value) };

	memcpy(verdict + verdict_size, &wire, sizeof(wire));
	verdict_size += (int)sizeof(wire);
	verdict_head()->nr_regs = cpu_to_le32(le32_to_cpu(verdict_head()->nr_regs) + 1);
}

static void verdict_write(u64 addr, const char *text, u32 hook)
{
	u32 len = (u32)strlen(text);
	const struct portal_wire_write wire = { .addr = cpu_to_le64(addr),
						.len = cpu_to_le32(len),
						.hook = cpu_to_le32(hook) };

	memcpy(verdict + verdict_size, &wire, sizeof(wire));
	memcpy(verdict + verdict_size + sizeof(wire), text, len);
	verdict_size += (int)(sizeof(wire) + ALIGN(len, 8));
	verdict_head()->nr_writes = cpu_to_le32(le32_to_cpu(verdict_head()->nr_writes) + 1);
}

static u64 seen_arg;

static long see_arg(const struct pt_regs *with)
{
	seen_arg = with->reg[2];
	return 5;
}

static void test_verdict_changes_argument_memory_and_registers(void **state)
{
	(void)state;
	add(1, ENTER, 0);
	verdict_init(0, 0);
	verdict_head()->arg_mask = cpu_to_le32(4);
	verdict_head()->args[2] = cpu_to_le64(0x777);
	verdict_reg(33, 0x5555);
	verdict_reg(20, 0x6666);
	verdict_write(FAKE_TASK_BASE + 0x300, "abc", 1);
	fake_calls.run = see_arg;
	assert_int_equal(run(), 5);
	assert_int_equal(seen_arg, 0x777);
	/* the task's own argument register keeps its value */
	assert_int_equal(regs.reg[2], FAKE_TASK_BASE + 0x200);
	assert_int_equal(regs.reg[33], 0x5555);
	assert_int_equal(regs.reg[20], 0x6666);
	assert_memory_equal(fake_task.bytes + 0x300, "abc", 3);
}

static void test_verdict_on_an_argument_that_the_call_does_not_have_is_ignored(void **state)
{
	(void)state;
	add(1, ENTER, 0);
	verdict_init(PORTAL_VERDICT_SKIP, 7);
	verdict_head()->arg_mask = cpu_to_le32(1u << 6);
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
}

static void test_skipped_call_has_a_return_event_that_says_so(void **state)
{
	(void)state;
	add(1, ENTER | RETURN, 0);
	verdict_init(PORTAL_VERDICT_SKIP, -13);
	assert_int_equal(run(), -13);
	assert_int_equal(fake_calls.nr_runs, 0);
	assert_int_equal(nr_got, 2);
	assert_int_equal(le16_to_cpu(body(1)->flags), PORTAL_SYSCALL_F_SKIPPED);
}

/* Nothing that has the old layout is set, and the rest of the verdict applies. */
static void test_registers_of_another_layout_are_left_alone(void **state)
{
	(void)state;
	add_exec_hook(1, RETURN, 0);
	fake_calls.run = replace_program;
	becomes_compat = true;
	verdict_init(PORTAL_VERDICT_RET, 77);
	verdict_reg(20, 0x6666);
	verdict_reg(15, 0x777);
	verdict_write(FAKE_TASK_BASE + 0x300, "abc", 1);
	assert_int_equal(run(), 77);
	assert_int_equal(regs.reg[20], FAKE_TASK_BASE + 0x100 * 20);
	assert_int_equal(regs.reg[15], FAKE_TASK_BASE + 0x100 * 15);
	assert_memory_equal(fake_task.bytes + 0x300, "abc", 3);
}

static void test_failed_write_is_reported_with_the_hook_that_staged_it(void **state)
{
	const struct portal_wire_error *error;
	const struct portal_wire_syscall *about;

	(void)state;
	add(7, ENTER, PORTAL_HOOK_F_REGS);
	add(8, ENTER, 0);
	verdict_init(PORTAL_VERDICT_SKIP, -13);
	verdict_write(FAKE_TASK_BASE + 0x300, "abc", 7);
	verdict_write(0x10, "def", 8);
	assert_int_equal(run(), 0);
	assert_int_equal(fake_calls.nr_runs, 1);
	assert_int_equal(nr_got, 2);
	expect_event(1, PORTAL_EVENT_ERROR, 1);
	assert_int_equal(id(1, 0), 8);
	assert_int_equal(id(1, 1), 0);
	error = (const struct portal_wire_error *)(const void *)(got[1].bytes + 72 + 8);
	assert_int_equal(le16_to_cpu(error->kind), PORTAL_EVENT_SYSCALL_ENTER);
	assert_int_equal((s32)le32_to_cpu(error->err), -EFAULT);
	assert_int_equal(le64_to_cpu(error->addr), 0x10);
	about = (const struct portal_wire_syscall *)(const void *)(error + 1);
	assert_int_equal(le32_to_cpu(about->nr), 10);
	assert_int_equal(about->nr_regs, 0);
	assert_int_equal(got[1].size, 72 + 8 + 16 + 104);
}

/* ---- calls that signals interrupt ---- */

static long interrupted_with;

static long interrupt(const struct pt_regs *with)
{
	(void)with;
	task.signalled = true;
	return interrupted_with;
}

/* Runs the call, which a signal interrupts. */
static void run_interrupted(long code)
{
	interrupted_with = -code;
	fake_calls.run = interrupt;
	assert_int_equal(run(), -code);
}

/* get_signal() as the kernel calls it. Return: false: nobody is interested. */
static bool get_signal(bool runs, bool restarts)
{
	bool wanted = fake_calls.signals->enters();

	/* the wrapper's own call */
	assert_false(fake_calls.signals->enters());
	if (wanted) {
		fake_calls.signals->leaves(runs, restarts);
		redirect_leave();
	}
	task.signalled = false;
	fake_calls.run = NULL;
	return wanted;
}

/* Return: false: nobody is interested. */
static bool exit_task(void)
{
	struct callback_head *work = fake_calls.signals->dies();

	task.mm = NULL;
	if (!work)
		return false;
	task_is_dead = true;
	fake_calls.signals->died(work);
	redirect_leave();
	return true;
}

/* what the wrapper's own reference and its own leaving amount to */
static void expect_no_references(int nr_calls)
{
	assert_int_equal(fake_calls.nr_references, -nr_calls);
}

static const long codes[] = { ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK };

/* the kernel's table of codes */
static bool is_eintr(long code, bool runs, bool restarts)
{
	if (!runs || code == ERESTARTNOINTR)
		return false;
	return code != ERESTARTSYS || !restarts;
}

static void expect_end(u32 n, u8 end, s64 ret)
{
	assert_int_equal(le16_to_cpu(header(n)->kind), PORTAL_EVENT_SYSCALL_RETURN);
	assert_int_equal(body(n)->end, end);
	assert_int_equal((s64)le64_to_cpu(body(n)->ret), ret);
}

static void check_code(long code, bool runs, bool restarts, u32 flags)
{
	bool eintr = is_eintr(code, runs, restarts), is_trace = flags & PORTAL_HOOK_F_TRACE;

	nr_got = 0;
	fake_calls_reset();
	end_open();
	run_interrupted(code);
	assert_int_equal(nr_got, 0);
	assert_true(get_signal(runs, restarts));
	assert_int_equal(nr_got, eintr ? 1 : 0);
	if (eintr) {
		assert_int_equal(got[0].is_record, is_trace);
		expect_end(0, PORTAL_CALL_END_RETURNS, -EINTR);
		assert_int_equal(fake_calls.nr_moved, 1);
		assert_int_equal(fake_calls.ret, -EINTR);
		expect_no_references(1);
		return;
	}
	assert_int_equal(fake_calls.nr_moved, 0);
	/* made again, it has its end */
	run();
	assert_int_equal(nr_got, 1);
	expect_end(0, PORTAL_CALL_END_RETURNS, 0);
	expect_no_references(2);
}

static void test_every_code_has_the_end_that_the_program_sees(void **state)
{
	static const u32 flags[] = { 0, PORTAL_HOOK_F_OBSERVE, PORTAL_HOOK_F_TRACE };

	(void)state;
	for (u32 f = 0; f < ARRAY_SIZE(flags); f++) {
		add(1, flags[f] & PORTAL_HOOK_F_OBSERVE ? ENTER | RETURN : RETURN, flags[f]);
		for (u32 i = 0; i < ARRAY_SIZE(codes); i++)
			for (u32 how = 0; how < 3; how++)
				check_code(codes[i], how > 0, how == 2, flags[f]);
		hook_table_del(1);
	}
}

static void test_result_of_an_interrupted_call_is_overridden(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTNOHAND);
	verdict_init(PORTAL_VERDICT_RET, 42);
	assert_true(get_signal(true, true));
	assert_int_equal(fake_calls.ret, 42);
}

static void test_filter_on_the_result_sees_eintr(void **state)
{
	struct hook_sample sample;

	(void)state;
	for (u32 n = 1; n <= 2; n++) {
		sample_init(&sample, n, RETURN, 0);
		sample.head.ret.cmp = cpu_to_le32(PORTAL_CMP_EQ);
		sample.head.ret.value = cpu_to_le64((u64)(n == 1 ? -EINTR : -ERESTARTSYS));
		add_sample(&sample);
	}
	run_interrupted(ERESTARTSYS);
	get_signal(true, false);
	assert_int_equal(nr_got, 1);
	expect_event(0, PORTAL_EVENT_SYSCALL_RETURN, 1);
	assert_int_equal(id(0, 0), 1);
}

static void test_restarts_are_reported_on_request(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	add(2, RETURN, PORTAL_HOOK_F_RESTARTS);
	for (u32 i = 0; i < ARRAY_SIZE(codes); i++) {
		nr_got = 0;
		run_interrupted(codes[i]);
		verdict_init(PORTAL_VERDICT_RET, 42);
		get_signal(false, false);
		assert_int_equal(nr_got, 1);
		expect_event(0, PORTAL_EVENT_SYSCALL_RETURN, 1);
		assert_int_equal(id(0, 0), 2);
		expect_end(0, PORTAL_CALL_END_RESTARTS, -codes[i]);
		run();
		expect_event(1, PORTAL_EVENT_SYSCALL_RETURN, 2);
	}
	/* nothing overrides what the kernel is going to do */
	assert_int_equal(fake_calls.ret, 0);
}

/* The number is another one, and to hooks it is the same call. */
static void test_call_that_restart_syscall_continues_is_the_same_call(void **state)
{
	(void)state;
	add(1, ENTER | RETURN, 0);
	run_interrupted(ERESTART_RESTARTBLOCK);
	get_signal(false, false);
	regs.nr = FAKE_NR_RESTART;
	run();
	assert_int_equal(nr_got, 3);
	assert_int_equal(le32_to_cpu(body(1)->nr), 10);
	assert_int_equal(le16_to_cpu(header(1)->kind), PORTAL_EVENT_SYSCALL_ENTER);
	expect_end(2, PORTAL_CALL_END_RETURNS, 0);
	/* the next one continues nothing */
	run();
	assert_int_equal(nr_got, 3);
	expect_no_references(3);
}

static void test_restart_syscall_is_redirected_with_what_it_continues(void **state)
{
	(void)state;
	add(1, ENTER, 0);
	assert_int_equal(fake_calls.nr_redirected, 1);
	add(2, RETURN, 0);
	assert_int_equal(fake_calls.nr_redirected, 3);
}

/* A nested call of the handler has its own end; that of the first one came before the handler. */
static void test_handler_may_be_interrupted_itself(void **state)
{
	(void)state;
	add(1, ENTER | RETURN, 0);
	run_interrupted(ERESTARTSYS);
	get_signal(true, false);
	run_interrupted(ERESTARTSYS);
	get_signal(true, false);
	assert_int_equal(nr_got, 4);
	for (u32 n = 1; n < 4; n += 2)
		expect_end(n, PORTAL_CALL_END_RETURNS, -EINTR);
	assert_false(get_signal(true, false));
	assert_int_equal(nr_got, 4);
}

static void test_code_without_a_signal_is_a_result(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	add(2, ENTER, 0);
	interrupted_with = -ERESTARTSYS;
	verdict_init(PORTAL_VERDICT_SKIP, -ERESTARTSYS);
	task.signalled = true;
	assert_int_equal(run(), -ERESTARTSYS);
	assert_int_equal(nr_got, 2);
	expect_end(1, PORTAL_CALL_END_RETURNS, -ERESTARTSYS);
}

static long be_killed(const struct pt_regs *with)
{
	(void)with;
	kill_task();
	task_is_dead = true;
	return -EINTR;
}

static void expect_killed(u32 n)
{
	expect_end(n, PORTAL_CALL_END_KILLED, 0);
	assert_int_equal(header(n)->nr_items, 0);
	assert_int_equal(header(n)->pgd, 0);
	assert_int_equal(got[n].size, items_at(n));
}

static void test_call_in_which_the_task_is_killed_says_so(void **state)
{
	struct hook_sample sample;

	(void)state;
	sample_init(&sample, 1, RETURN, 0);
	hook_sample_fetch(&sample, PORTAL_WIRE_FETCH_PPID, 0, 4);
	add_sample(&sample);
	add(2, ENTER | RETURN, PORTAL_HOOK_F_TRACE | PORTAL_HOOK_F_OBSERVE);
	/* a filter on the result is about calls that have one */
	sample_init(&sample, 3, RETURN, 0);
	sample.head.ret.cmp = cpu_to_le32(PORTAL_CMP_ERROR);
	add_sample(&sample);
	fake_calls.run = be_killed;
	verdict_init(PORTAL_VERDICT_RET, 42);
	assert_int_equal(run(), -EINTR);
	assert_int_equal(nr_got, 2);
	expect_killed(0);
	assert_true(got[0].is_record);
	expect_killed(1);
	expect_event(1, PORTAL_EVENT_SYSCALL_RETURN, 1);
	assert_true(session_was_dead);
}

static void test_entry_in_which_the_task_is_killed_has_an_end(void **state)
{
	(void)state;
	add(1, ENTER | RETURN, 0);
	kill_task();
	task_is_dead = true;
	verdict_size = -EINTR;
	assert_int_equal(run(), -EINTR);
	assert_int_equal(fake_calls.nr_runs, 0);
	assert_int_equal(nr_got, 2);
	expect_killed(1);
}

/* A signal that makes a core dump, or SIGKILL after SIGSTOP: get_signal() does not return. */
static void test_task_that_dies_of_the_signal_is_reported_when_it_exits(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTSYS);
	assert_true(fake_calls.signals->enters());
	assert_true(exit_task());
	assert_int_equal(nr_got, 1);
	expect_killed(0);
	assert_true(session_was_dead);
	expect_no_references(1);
	assert_false(exit_task());
}

/* The task has no reference any more, and the module's text may go away under it. */
static void test_task_that_dies_while_the_module_is_unloaded_is_not_reported(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTNOHAND);
	get_signal(false, false);
	fake_calls.is_unloading = true;
	assert_false(exit_task());
	assert_int_equal(nr_got, 0);
	fake_calls.is_unloading = false;
	assert_false(exit_task());
}

static void test_task_that_dies_before_it_makes_the_call_again_is_reported(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTNOHAND);
	get_signal(false, false);
	assert_true(exit_task());
	assert_int_equal(nr_got, 1);
	expect_killed(0);
	expect_no_references(1);
}

static void test_interrupted_calls_of_two_tasks_are_apart(void **state)
{
	struct task_struct other = task;

	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTSYS);
	fake_current = &other;
	assert_false(fake_calls.signals->enters());
	assert_null(fake_calls.signals->dies());
	fake_current = &task;
	assert_true(get_signal(true, false));
	assert_int_equal(nr_got, 1);
}

static void test_closing_forgets_calls_whose_task_is_not_in_get_signal(void **state)
{
	const struct signal_ops *ops = fake_calls.signals;

	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTSYS);
	end_close();
	expect_no_references(1);
	assert_false(ops->enters());
	/* no more of them */
	run();
	end_open();
	run_interrupted(ERESTARTSYS);
	assert_true(ops->enters());
	end_close();
	ops->leaves(true, false);
	redirect_leave();
	expect_no_references(3);
	assert_int_equal(nr_got, 1);
}

/* kprobes/enabled = 0 does that: the task makes its next call as if there had been no signal. */
static void test_interrupted_call_without_get_signal_is_forgotten(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	run_interrupted(ERESTARTSYS);
	run_interrupted(ERESTARTSYS);
	assert_true(fake_calls.signals->enters());
	fake_calls.run = NULL;
	run();
	assert_int_equal(nr_got, 1);
	assert_false(exit_task());
	expect_no_references(3);
}

static void test_without_get_signal_calls_go_on(void **state)
{
	(void)state;
	end_close();
	fake_calls.no_signals = true;
	end_open();
	assert_false(end_is_seen());
	add(1, RETURN, 0);
	run_interrupted(ERESTARTSYS);
	assert_int_equal(nr_got, 0);
	expect_no_references(1);
}

static void test_without_memory_an_interrupted_call_goes_on(void **state)
{
	(void)state;
	add(1, RETURN, 0);
	fake_kernel.nr_until_enomem = 1;
	run_interrupted(ERESTARTSYS);
	assert_false(get_signal(true, false));
	expect_no_references(1);
}

/* ---- rules ---- */

static void test_rule_answers_without_an_event(void **state)
{
	static _Alignas(8) u8 bytes[2 * PORTAL_PAGE_SIZE];
	const struct portal_wire_rule *wire = (const struct portal_wire_rule *)(void *)bytes;
	struct portal_rule_slot slot = { .state = cpu_to_le64(1ULL << PORTAL_RULE_HITS_BITS) };
	struct rule_sample rule;

	(void)state;
	add(7, ENTER, 0);
	rule_sample_init(&rule, ENTER);
	rule.head.flags = cpu_to_le32(PORTAL_VERDICT_SKIP);
	rule_sample_key(&rule, rule_sample_place(PORTAL_PLACE_MEM, 0, 0, 0), 4);
	rule_sample_store(&rule, rule_sample_place(PORTAL_PLACE_MEM, 1, 0, 0), "", 0);
	rule_sample_row(&rule, 0x8001, 3, "abc", 3);
	assert_int_equal(rule_wire_check(wire, rule_sample_encode(&rule, bytes)), 0);
	assert_int_equal(hook_table_add_rule(wire, &slot), 0);
	fake_task_put(0, "\x01\x80\0\0", 4);
	assert_int_equal(run(), 3);
	assert_int_equal(nr_got, 0);
	assert_memory_equal(fake_task.bytes + 0x100, "abc", 3);
	/* a store that fails sends the event */
	fake_task.is_read_only[2] = true;
	assert_int_equal(run(), 0);
	assert_int_equal(nr_got, 1);
	assert_int_equal(le16_to_cpu(body(0)->flags), PORTAL_SYSCALL_F_RULE_FAILED);
	assert_int_equal(hook_table_del_rule(0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_event_has_header_ids_and_body_and_nothing_else),
		TEST(test_odd_number_of_ids_is_padded_with_zeros),
		TEST(test_64_hooks_of_one_call_are_in_one_event),
		TEST(test_registers_are_sent_when_a_hook_asks_for_them),
		TEST(test_event_that_waited_for_a_page_says_so),
		TEST(test_return_event_has_the_result),
		TEST(test_filter_on_a_seventh_argument_compares_zero),
		TEST(test_items_are_fetched_before_a_page_is_taken),
		TEST(test_record_takes_no_page),
		TEST(test_record_is_copied_only_if_it_would_sleep),
		TEST(test_record_has_all_items_when_a_page_goes_away),
		TEST(test_items_fill_a_record_to_its_last_byte),
		TEST(test_without_memory_records_are_counted_and_calls_go_on),
		TEST(test_event_of_a_killed_task_has_no_items),
		TEST(test_killed_task_does_not_make_the_call),
		TEST(test_event_without_hooks_is_not_sent),
		TEST(test_entry_of_a_call_without_return_says_so),
		TEST(test_items_of_an_exec_are_of_the_old_program),
		TEST(test_record_and_event_of_an_exec_have_their_own_items),
		TEST(test_items_of_a_failed_exec_are_fetched_after_it),
		TEST(test_exec_without_memory_for_items_has_none),
		TEST(test_no_registers_of_another_layout_after_an_exec),
		TEST(test_verdict_changes_argument_memory_and_registers),
		TEST(test_verdict_on_an_argument_that_the_call_does_not_have_is_ignored),
		TEST(test_skipped_call_has_a_return_event_that_says_so),
		TEST(test_registers_of_another_layout_are_left_alone),
		TEST(test_failed_write_is_reported_with_the_hook_that_staged_it),
		TEST(test_every_code_has_the_end_that_the_program_sees),
		TEST(test_result_of_an_interrupted_call_is_overridden),
		TEST(test_filter_on_the_result_sees_eintr),
		TEST(test_restarts_are_reported_on_request),
		TEST(test_call_that_restart_syscall_continues_is_the_same_call),
		TEST(test_restart_syscall_is_redirected_with_what_it_continues),
		TEST(test_handler_may_be_interrupted_itself),
		TEST(test_code_without_a_signal_is_a_result),
		TEST(test_call_in_which_the_task_is_killed_says_so),
		TEST(test_entry_in_which_the_task_is_killed_has_an_end),
		TEST(test_task_that_dies_of_the_signal_is_reported_when_it_exits),
		TEST(test_task_that_dies_before_it_makes_the_call_again_is_reported),
		TEST(test_task_that_dies_while_the_module_is_unloaded_is_not_reported),
		TEST(test_interrupted_calls_of_two_tasks_are_apart),
		TEST(test_closing_forgets_calls_whose_task_is_not_in_get_signal),
		TEST(test_interrupted_call_without_get_signal_is_forgotten),
		TEST(test_without_get_signal_calls_go_on),
		TEST(test_without_memory_an_interrupted_call_goes_on),
		TEST(test_rule_answers_without_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
