/* SPDX-License-Identifier: MIT */
/*
 * One test for each row of the table in docs/protocol.md section 10: what hook modules and tools
 * are going to get is possible without another version of the protocol. The fake guest stands in
 * for the guest module, which has no handler for most of it.
 */
#include "rows_rig.h"

#include <endian.h>
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "fake/missed.h"
#include "fake/verdict.h"

#define HOOK	   7u	  /* id of the hook that events name */
#define OTHER_KIND 0x100u /* a kind of event that this version does not have */

static struct rows rows;

static int setup(void **state)
{
	(void)state;
	rows_init(&rows);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rows_done(&rows);
	return 0;
}

static const uint64_t no_args[PORTAL_NR_ARGS];

/* Opens a session with an event for HOOK whose body is @body. */
static void raise_event(struct fake_session *session, uint32_t kind, uint32_t context,
			const void *body, size_t size)
{
	struct fake_event event;

	fake_event_init(&event, &rows.task, kind);
	event.header.context = htole16((uint16_t)context);
	fake_event_hook(&event, HOOK);
	event.body = body;
	event.body_size = size;
	assert_int_equal(fake_event_open(session, &rows.guest, &rows.task, 0, &event), 0);
}

/* Opens a session with the entry of a system call for HOOK. */
static void raise_call(struct fake_session *session, uint32_t context)
{
	struct fake_event event;

	fake_fill_call(&rows.guest, &rows.task, fake_nr(false, "read"), no_args, PORTAL_WHEN_ENTER,
		       &event);
	fake_event_hook(&event, HOOK);
	event.header.context = htole16((uint16_t)context);
	assert_int_equal(fake_event_open(session, &rows.guest, &rows.task, 0, &event), 0);
}

/* ---- probes of kernel and program functions ---- */

static void read_and_pid(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request pid = { .op = PORTAL_OP_PROC_PID, .most = INT32_MAX };
	uint8_t byte;

	(void)event;
	d->ret[0] = rows_read(session, ROWS_MEMORY, &byte, 1);
	d->ret[1] = rows_call(session, &pid, NULL);
}

static void add_probe(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct portal_wire_site address = { .abi = htole32(0x81000000),
						  .nr = htole32(0x1234) };
	struct portal_wire_hook hook = rows_hook(HOOK, PORTAL_WHEN_ENTER);

	(void)event;
	hook.source = htole32(1);
	d->ret[2] = rows_add_hook(session, hook, address, NULL, 0);
}

static void test_probes(void **state)
{
	struct fake_session session;

	(void)state;
	/* sites of another source */
	rows.guest.sources |= 2;
	rows_hello(&rows, add_probe);
	assert_int_equal(rows.ret[2], 1);

	/* what may sleep is not possible; the session goes on */
	rows.in_event = read_and_pid;
	raise_call(&session, PORTAL_CONTEXT_ATOMIC);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows_event(&rows, 0)->context, PORTAL_CONTEXT_ATOMIC);
	assert_int_equal(rows_event(&rows, 0)->hooks[0], HOOK);
	assert_int_equal(rows.ret[0], -EWOULDBLOCK);
	assert_int_equal(rows.ret[1], rows.task.pid);

	/* in an interrupt the task is any task */
	raise_call(&session, PORTAL_CONTEXT_IRQ);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows_event(&rows, 1)->context, PORTAL_CONTEXT_IRQ);
	assert_int_equal(rows.ret[0], -EWOULDBLOCK);
	assert_int_equal(rows.ret[1], -EWOULDBLOCK);
}

static int64_t trace_open(struct rows *d, struct session *session)
{
	const struct session_request request = { .op = PORTAL_OP_TRACE_OPEN,
						 .arg = PORTAL_TRACE_RING_MIN,
						 .most = 8 * PORTAL_MAX_TRACE_RINGS };
	uint64_t gpas[FAKE_NR_TRACE_RINGS];
	int64_t size = rows_call(session, &request, NULL);

	(void)d;
	assert_int_equal(size, sizeof(gpas));
	session_payload(session, gpas, sizeof(gpas));
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		gpas[i] = le64toh(gpas[i]);
	return session_open_trace(session, gpas, FAKE_NR_TRACE_RINGS, PORTAL_TRACE_RING_MIN);
}

static void open_trace(struct rows *d, struct session *session, const struct guest_event *event)
{
	(void)event;
	d->ret[0] = trace_open(d, session);
}

static void test_probes_in_interrupts_write_records(void **state)
{
	struct fake_event event;

	(void)state;
	rows_hello(&rows, open_trace);
	assert_int_equal(rows.ret[0], 0);
	fake_fill_call(&rows.guest, &rows.task, fake_nr(false, "read"), no_args, PORTAL_WHEN_ENTER,
		       &event);
	fake_event_hook(&event, HOOK);
	event.header.context = htole16(PORTAL_CONTEXT_IRQ);
	assert_true(fake_record(&rows.guest, 1, &event));
	channel_close_trace(rows.channel);
	assert_int_equal(atomic_load(&rows.nr_records), 1);
	assert_int_equal(rows.record.context, PORTAL_CONTEXT_IRQ);
	assert_int_equal(rows.record.hooks[0], HOOK);
	assert_int_equal(rows.record.cpu, 1);
}

/* ---- signals ---- */

static void leave_skip(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct portal_wire_verdict verdict = { .flags = htole32(PORTAL_VERDICT_SKIP) };

	(void)d;
	(void)event;
	session_verdict(session, &verdict, sizeof(verdict));
}

static void test_signals(void **state)
{
	const uint64_t body[2] = { htole64(11), htole64(ROWS_MEMORY) };
	struct fake_session session;
	struct fake_verdict verdict;

	(void)state;
	rows_hello(&rows, NULL);
	rows.in_event = leave_skip;
	raise_event(&session, OTHER_KIND, PORTAL_CONTEXT_TASK, body, sizeof(body));
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows_event(&rows, 0)->kind, OTHER_KIND);
	assert_int_equal(rows_event(&rows, 0)->pid, rows.task.pid);
	assert_string_equal(rows_event(&rows, 0)->comm, "task");
	assert_true(fake_verdict_read(session.verdict, session.verdict_size, PORTAL_WHEN_ENTER,
				      &verdict));
	assert_int_equal(le32toh(verdict.head.flags), PORTAL_VERDICT_SKIP);

	/* a host without a hook for this kind */
	rows.in_event = NULL;
	raise_event(&session, OTHER_KIND, PORTAL_CONTEXT_TASK, body, sizeof(body));
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(session.verdict_size, 0);
}

/* ---- exits of processes ---- */

static void add_for_exits(struct rows *d, struct session *session, const struct guest_event *event)
{
	struct portal_wire_hook hook = rows_hook(HOOK, PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN);

	(void)event;
	d->ret[0] = rows_add_hook(session, hook, rows_site("exit_group"), NULL, 0);
	hook.id = htole32(HOOK + 1);
	d->ret[1] = rows_add_hook(session, hook, rows_site("read"), NULL, 0);
}

static void override_ret(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct portal_wire_verdict verdict = { .flags = htole32(PORTAL_VERDICT_RET),
						     .ret = htole64(5) };
	uint8_t byte;

	if (event->kind != PORTAL_EVENT_SYSCALL_RETURN)
		return;
	d->ret[2] = rows_read(session, ROWS_MEMORY, &byte, 1);
	session_verdict(session, &verdict, sizeof(verdict));
}

static void read_process(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct guest_event *exit = rows_event(d, 0);
	const struct session_request request = { .op = PORTAL_OP_READ,
						 .addr = ROWS_MEMORY,
						 .arg = 1,
						 .pid = exit->pid,
						 .start_time = exit->start_time,
						 .most = 1 };

	(void)event;
	d->ret[3] = rows_call(session, &request, NULL);
}

static void test_exits_of_processes(void **state)
{
	struct fake_result result;
	struct fake_task other;

	(void)state;
	rows_hello(&rows, add_for_exits);
	rows.in_event = override_ret;
	fake_syscall(&rows.guest, 0, &rows.task, "exit_group", no_args, &result);
	assert_int_equal(rows.nr_events, 1);
	assert_int_equal(rows_event(&rows, 0)->kind, PORTAL_EVENT_SYSCALL_ENTER);
	assert_int_equal(rows_event(&rows, 0)->call.end, PORTAL_CALL_END_NO_RETURN);

	rows.task.end = PORTAL_CALL_END_KILLED;
	fake_syscall(&rows.guest, 0, &rows.task, "read", no_args, &result);
	assert_int_equal(rows.nr_events, 3);
	assert_int_equal(rows_event(&rows, 1)->call.end, PORTAL_CALL_END_RETURNS);
	assert_int_equal(rows_event(&rows, 2)->kind, PORTAL_EVENT_SYSCALL_RETURN);
	assert_int_equal(rows_event(&rows, 2)->call.end, PORTAL_CALL_END_KILLED);
	assert_true(rows.ret[2] == -ESRCH || rows.ret[2] == -EFAULT);
	assert_int_not_equal(result.ret, 5);

	/* number and start time name the process for good, also when the number is used again */
	rows.in_work = read_process;
	fake_add_process(&rows.guest, &rows.task);
	assert_int_equal(fake_work(&rows.guest, 1), 0);
	assert_int_equal(rows.ret[3], 1);
	fake_del_process(&rows.guest, &rows.task);
	other = rows.task;
	other.start_time++;
	fake_add_process(&rows.guest, &other);
	assert_int_equal(fake_work(&rows.guest, 1), 0);
	assert_int_equal(rows.ret[3], -ESRCH);
}

/* ---- foreign programs ---- */

#define FOREIGN_BASE 0x7f0000000000ull
#define FOREIGN_NR   4003u

static void add_foreign(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct portal_wire_site site = { .abi = htole32(PORTAL_ABI_ARM),
					       .nr = htole32(FOREIGN_NR) };
	const struct session_request share = { .op = PORTAL_OP_SHARE_OPEN,
					       .addr = PORTAL_SHARE_WANTED,
					       .arg = PORTAL_PAGE_SIZE,
					       .most = PORTAL_DATA_SIZE };
	uint8_t *parts[FAKE_BULK_RANGES];
	size_t sizes[FAKE_BULK_RANGES];

	(void)event;
	d->ret[0] = rows_add_hook(session, rows_hook(HOOK, PORTAL_WHEN_ENTER), site, NULL, 0);
	assert_int_equal(rows_map(session, rows_call(session, &share, NULL), parts, sizes), 1);
	assert_int_equal(sizes[0], PORTAL_PAGE_SIZE);
	parts[0][FOREIGN_NR / 8] = 1u << FOREIGN_NR % 8;
}

static void read_foreign(struct rows *d, struct session *session, const struct guest_event *event)
{
	d->ret[1] = rows_read(session, event->call.args[0], &d->ret[2], 4);
}

static void test_foreign_programs(void **state)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 0x1000, 2, 3, 4, 5, 6, 7, 0xfffffffffull };
	const struct guest_event *event;
	struct fake_result result;
	uint8_t *memory;

	(void)state;
	rows.guest.foreign_abi = PORTAL_ABI_ARM;
	rows.task.program = (struct fake_program){ .abi = PORTAL_ABI_ARM,
						   .pointer_size = 4,
						   .byte_order = PORTAL_BIG_ENDIAN,
						   .nr_args = 8,
						   .base = FOREIGN_BASE };
	memory = fake_map(&rows.task, FOREIGN_BASE + 0x1000, 4096, FAKE_READ);
	memcpy(memory, "mips", 4);
	rows_hello(&rows, add_foreign);
	assert_int_equal(rows.ret[0], 1);
	assert_int_equal(rows.guest.shares[PORTAL_SHARE_WANTED - 1].bytes[FOREIGN_NR / 8],
			 1u << FOREIGN_NR % 8);
	rows.in_event = read_foreign;
	fake_syscall_nr(&rows.guest, 0, &rows.task, FOREIGN_NR, args, &result);
	event = rows_event(&rows, 0);
	assert_int_equal(event->call.abi, PORTAL_ABI_ARM);
	assert_int_equal(event->call.nr, FOREIGN_NR);
	assert_int_equal(event->call.pointer_size, 4);
	assert_int_equal(event->call.byte_order, PORTAL_BIG_ENDIAN);
	assert_int_equal(event->call.base, FOREIGN_BASE);
	assert_int_equal(event->call.nr_args, 8);
	assert_int_equal(event->call.args[6], 7);
	assert_int_equal(event->call.args[7], UINT32_MAX);
	/* an address of the program */
	assert_int_equal(rows.ret[1], 4);
	assert_memory_equal(&rows.ret[2], "mips", 4);
}

/* ---- modelled files ---- */

#define BULK_SIZE (3 * 4096)

static uint8_t bulk[BULK_SIZE];

/* Reads the whole of a buffer by one operation. */
static void use_window(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request open = { .op = PORTAL_OP_WINDOW_OPEN,
					      .arg = BULK_SIZE,
					      .most = PORTAL_DATA_SIZE };
	struct session_request close = { .op = PORTAL_OP_WINDOW_CLOSE };
	struct portal_wire_window_part part = { .len = htole64(BULK_SIZE) };
	const struct session_request read = { .op = PORTAL_OP_READ,
					      .addr = ROWS_MEMORY,
					      .arg = BULK_SIZE,
					      .flags = PORTAL_REQUEST_F_WINDOW,
					      .data = &part,
					      .len = sizeof(part),
					      .most = BULK_SIZE };
	uint8_t *parts[FAKE_BULK_RANGES];
	size_t sizes[FAKE_BULK_RANGES], nr, at = 0;

	(void)event;
	nr = rows_map(session, rows_call(session, &open, &close.addr), parts, sizes);
	part.window = htole32((uint32_t)close.addr);
	d->ret[0] = rows_call(session, &read, NULL);
	for (size_t i = 0; i < nr; at += sizes[i], i++)
		memcpy(bulk + at, parts[i], sizes[i]);
	d->ret[1] = rows_call(session, &close, NULL);
	d->ret[2] = rows_call(session, &close, NULL);
}

static void leave_write(struct rows *d, struct session *session, const struct guest_event *event)
{
	struct {
		struct portal_wire_verdict head;
		struct portal_wire_write write;
		uint8_t bytes[8];
	} verdict = {
		.head.nr_writes = htole32(1),
		.write = { .addr = htole64(ROWS_MEMORY), .len = htole32(5), .hook = htole32(HOOK) },
		.bytes = "bytes",
	};

	use_window(d, session, event);
	session_verdict(session, &verdict, sizeof(verdict));
}

static void test_modelled_files(void **state)
{
	const uint64_t body[1] = { 0 };
	struct fake_session session;
	struct fake_verdict verdict;

	(void)state;
	for (size_t i = 0; i < BULK_SIZE; i++)
		rows.memory[i] = (uint8_t)(i * 7 / 4096 + i);
	rows_hello(&rows, NULL);
	rows.in_event = leave_write;
	raise_event(&session, OTHER_KIND, PORTAL_CONTEXT_TASK, body, sizeof(body));
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows.ret[0], BULK_SIZE);
	assert_memory_equal(bulk, rows.memory, BULK_SIZE);
	assert_int_equal(rows.ret[1], 0);
	assert_int_equal(rows.ret[2], -ENOENT);
	assert_true(fake_verdict_read(session.verdict, session.verdict_size, PORTAL_WHEN_ENTER,
				      &verdict));
	assert_int_equal(le32toh(verdict.head.nr_writes), 1);
	assert_int_equal(verdict.writes_size, sizeof(struct portal_wire_write) + 8);
}

/* The file is removed while a call of it is open: the host cancels the session. */
static void test_modelled_files_cancel_calls(void **state)
{
	const uint64_t body[1] = { 0 };
	struct fake_session session;

	(void)state;
	rows_hello(&rows, NULL);
	rows.in_event = read_and_pid;
	raise_event(&session, OTHER_KIND, PORTAL_CONTEXT_TASK, body, sizeof(body));
	assert_int_equal(session.state, FAKE_REQUESTED);
	/* another generation is not meant */
	fake_serve_cancel(&rows.guest, (uint32_t)session.page + 1, session.generation - 1);
	fake_session_step(&session);
	assert_int_equal(rows.ret[0], 1);
	fake_serve_cancel(&rows.guest, (uint32_t)session.page + 1, session.generation);
	fake_session_finish(&session);
	assert_int_equal(rows.ret[1], -ECANCELED);

	/* the guest gives up */
	raise_event(&session, OTHER_KIND, PORTAL_CONTEXT_TASK, body, sizeof(body));
	assert_int_equal(session.state, FAKE_REQUESTED);
	assert_int_equal(fake_session_cancel(&session, 0), 0);
	assert_int_equal(rows.ret[0], -ECANCELED);
}

/* ---- work of the host ---- */

static void work_on_process(struct rows *d, struct session *session,
			    const struct guest_event *event)
{
	const struct session_request request = { .op = PORTAL_OP_READ,
						 .addr = ROWS_MEMORY,
						 .arg = 4,
						 .pid = d->task.pid,
						 .start_time = d->task.start_time,
						 .most = 4 };
	int64_t n = rows_call(session, &request, NULL);

	(void)event;
	if (n == 4)
		d->ret[0]++;
	d->ret[1] = n;
}

/* a process that is not the session's, in an event */
static void ask_for_other(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request request = { .op = PORTAL_OP_PROC_ARGS,
						 .pid = event->pid + 1,
						 .start_time = event->start_time,
						 .most = PORTAL_DATA_SIZE };

	d->ret[2] = rows_call(session, &request, NULL);
}

static void test_work_of_the_host(void **state)
{
	struct fake_session session;

	(void)state;
	fake_add_process(&rows.guest, &rows.task);
	rows_hello(&rows, NULL);
	rows.in_work = work_on_process;
	/* several sessions at once, as PORTAL_DEV_WORK says */
	assert_int_equal(fake_serve_work(&rows.guest, 0, 3), 3);
	assert_int_equal(rows.nr_work, 3);
	assert_int_equal(rows.ret[0], 3);

	/* other processes in work sessions only */
	rows.in_event = ask_for_other;
	raise_call(&session, PORTAL_CONTEXT_TASK);
	fake_session_finish(&session);
	assert_int_equal(rows.ret[2], -EWOULDBLOCK);

	/* cancel of a kernel thread's session */
	assert_int_equal(fake_session_open(&session, &rows.guest, NULL, 1, PORTAL_CALL_WORK,
					   PORTAL_OPEN_WORK, NULL, 0),
			 0);
	assert_int_equal(session.state, FAKE_REQUESTED);
	fake_serve_cancel(&rows.guest, (uint32_t)session.page + 1, session.generation);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows.ret[1], -ECANCELED);
}

/* ---- snapshot and reset ---- */

static void reseed(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request request = { .op = PORTAL_OP_RESEED, .data = "seed", .len = 4 };

	(void)event;
	d->ret[0] = rows_call(session, &request, NULL);
}

static void add_two(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request del = { .op = PORTAL_OP_HOOK_DEL, .addr = HOOK };
	struct portal_wire_hook hook = rows_hook(HOOK, PORTAL_WHEN_ENTER);

	(void)event;
	d->ret[1] = rows_add_hook(session, hook, rows_site("read"), NULL, 0);
	assert_int_equal(rows_call(session, &del, NULL), 0);
	hook.id = htole32(HOOK + 1);
	d->ret[2] = rows_add_hook(session, hook, rows_site("read"), NULL, 0);
}

static void test_snapshot_and_reset(void **state)
{
	struct fake_session session;
	struct fake_result result;

	(void)state;
	rows_hello(&rows, add_two);
	assert_true(rows.ret[2] > rows.ret[1]);
	fake_syscall(&rows.guest, 0, &rows.task, "read", no_args, &result);
	assert_int_equal(rows_event(&rows, 0)->newest, rows.ret[2]);
	assert_int_equal(rows_event(&rows, 0)->hooks[0], HOOK + 1);

	/* the guest is set back to the call that opened a session */
	rows.in_event = read_and_pid;
	raise_call(&session, PORTAL_CONTEXT_TASK);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	fake_session_reopen(&session);
	assert_int_equal(session.state, FAKE_REQUESTED);
	fake_session_finish(&session);
	assert_int_equal(session.state, FAKE_ENDED);
	assert_int_equal(rows.nr_events, 3);
	assert_int_equal(rows_event(&rows, 2)->newest, rows_event(&rows, 1)->newest);
	assert_int_equal(rows.ret[0], 1);

	rows.in_work = reseed;
	assert_int_equal(fake_work(&rows.guest, 0), 0);
	assert_int_equal(rows.ret[0], 0);
	assert_int_equal(rows.guest.nr_reseeds, 1);
	assert_int_equal(rows.guest.seed_size, 4);
	assert_memory_equal(rows.guest.seed, "seed", 4);
}

/* ---- coverage ---- */

static void share_coverage(struct rows *d, struct session *session, const struct guest_event *event)
{
	struct session_request request = { .op = PORTAL_OP_SHARE_OPEN,
					   .addr = PORTAL_SHARE_COVERAGE,
					   .arg = 4 * PORTAL_PAGE_SIZE,
					   .most = PORTAL_DATA_SIZE };
	uint8_t *parts[FAKE_BULK_RANGES], *again[FAKE_BULK_RANGES];
	size_t sizes[FAKE_BULK_RANGES], nr;

	(void)event;
	nr = rows_map(session, rows_call(session, &request, NULL), parts, sizes);
	assert_int_equal(rows_map(session, rows_call(session, &request, NULL), again, sizes), nr);
	assert_ptr_equal(again[0], parts[0]);
	for (size_t i = 0; i < nr; i++)
		memset(parts[i], 'a' + (int)i, sizes[i]);
	request.arg = PORTAL_PAGE_SIZE;
	d->ret[0] = rows_call(session, &request, NULL);
}

static void test_coverage(void **state)
{
	const struct fake_bulk *share = &rows.guest.shares[PORTAL_SHARE_COVERAGE - 1];

	(void)state;
	rows_hello(&rows, share_coverage);
	assert_int_equal(rows.ret[0], -EEXIST);
	assert_int_equal(share->size, 4 * PORTAL_PAGE_SIZE);
	assert_int_equal(share->bytes[0], 'a');
	assert_int_equal(share->bytes[share->size - 1], 'b');
}

/* ---- rules ---- */

/* a rule with room for its parts */
struct rule {
	struct portal_wire_rule head;
	uint8_t parts[512];
	size_t used;
};

static struct rule rule;

static void append(const void *part, size_t size)
{
	memcpy(rule.parts + rule.used, part, size);
	rule.used += size;
}

/* Adds a hook on ioctl, and the rule with generation 1 in slot 0. */
static void add_rule(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct session_request open = { .op = PORTAL_OP_RULE_OPEN };
	uint8_t payload[sizeof(rule.head) + sizeof(rule.parts)];
	const struct session_request add = { .op = PORTAL_OP_RULE_ADD,
					     .data = payload,
					     .len = sizeof(rule.head) + rule.used };
	struct portal_rule_slot *slots;
	uint64_t gpa;

	(void)event;
	assert_true(rows_add_hook(session, rows_hook(HOOK, PORTAL_WHEN_ENTER), rows_site("ioctl"),
				  NULL, 0) > 0);
	assert_int_equal(rows_call(session, &open, &gpa), 0);
	slots = session_memory(session, GPA(gpa), FAKE_SLOTS_SIZE);
	assert_non_null(slots);
	__atomic_store_n(&slots[0].state, htole64(1ull << PORTAL_RULE_HITS_BITS), __ATOMIC_SEQ_CST);
	memcpy(payload, &rule.head, sizeof(rule.head));
	memcpy(payload + sizeof(rule.head), rule.parts, rule.used);
	d->ret[0] = rows_call(session, &add, NULL);
}

static void begin_rule(void)
{
	memset(&rule, 0, sizeof(rule));
	rule.head = (struct portal_wire_rule){ .hook = htole32(HOOK),
					       .generation = htole32(1),
					       .when = htole32(PORTAL_WHEN_ENTER),
					       .flags = htole32(PORTAL_VERDICT_SKIP) };
}

/* Return: the result of ioctl(1, @cmd, ROWS_MEMORY) */
static int64_t ioctl_with(uint64_t cmd)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 1, cmd, ROWS_MEMORY };
	struct fake_result result;

	fake_syscall(&rows.guest, 0, &rows.task, "ioctl", args, &result);
	return result.ret;
}

/* The first two calls get the result 3 and the number of the call; later ones are events. */
static void test_rules_that_count(void **state)
{
	const struct portal_wire_rule_cond cond = { .place.what = htole32(PORTAL_PLACE_HITS),
						    .match = { .cmp = htole32(PORTAL_CMP_LT),
							       .value = htole64(2) } };
	const struct portal_wire_rule_store store = {
		.place = { .what = htole32(PORTAL_PLACE_MEM), .arg = htole32(2) },
		.len = htole32(4),
		.flags = htole32(PORTAL_STORE_F_HITS),
	};

	(void)state;
	begin_rule();
	rule.head.nr_conds = htole32(1);
	rule.head.nr_stores = htole32(1);
	rule.head.ret = htole64(3);
	append(&cond, sizeof(cond));
	append(&store, sizeof(store));
	rows_hello(&rows, add_rule);
	assert_int_equal(rows.ret[0], 0);
	for (int i = 0; i < 4; i++) {
		int64_t ret = ioctl_with(0);

		assert_int_equal(ret, i < 2 ? 3 : -ENOTTY);
		assert_int_equal(rows.memory[0], i < 2 ? i + 1 : 2);
	}
	assert_int_equal(rows.nr_events, 2);
}

static void test_rules_with_tables(void **state)
{
	const struct portal_wire_rule_store store = {
		.place = { .what = htole32(PORTAL_PLACE_MEM), .arg = htole32(2) },
	};
	const struct portal_wire_rule_row table[] = {
		{ .value = htole64(10), .ret = htole64(1), .off = htole32(0), .len = htole32(3) },
		{ .value = htole64(20), .ret = htole64(2), .off = htole32(3), .len = htole32(5) },
		{ .value = htole64(30), .ret = htole64((uint64_t)-EPERM) },
	};

	(void)state;
	begin_rule();
	rule.head.nr_stores = htole32(1);
	rule.head.nr_rows = htole32(3);
	rule.head.key_width = htole32(4);
	rule.head.key.what = htole32(PORTAL_PLACE_ARG);
	rule.head.key.arg = htole32(1);
	rule.head.bytes_size = htole32(8);
	append(&store, sizeof(store));
	append(table, sizeof(table));
	append("onethree", 8);
	rows_hello(&rows, add_rule);
	assert_int_equal(rows.ret[0], 0);
	assert_int_equal(ioctl_with(10), 1);
	assert_memory_equal(rows.memory, "one\0", 4);
	/* the key has four bytes */
	assert_int_equal(ioctl_with(0xf00000014), 2);
	assert_memory_equal(rows.memory, "three\0", 6);
	assert_int_equal(ioctl_with(30), -EPERM);
	assert_memory_equal(rows.memory, "three\0", 6);
	assert_int_equal(rows.nr_events, 0);
	assert_int_equal(ioctl_with(40), -ENOTTY);
	assert_int_equal(rows.nr_events, 1);
}

/* ---- fetches ---- */

static void add_fetches(struct rows *d, struct session *session, const struct guest_event *event)
{
	const struct portal_wire_fetch fetch[] = {
		{ .what = htole32(PORTAL_WIRE_FETCH_MEM),
		  .arg = htole32(1),
		  .max = htole32(100),
		  .len_from = htole16(PORTAL_LEN_RESULT) },
		{ .what = htole32(PORTAL_WIRE_FETCH_CWD), .max = htole32(64) },
		{ .what = htole32(PORTAL_WIRE_FETCH_CREDENTIALS), .max = htole32(16) },
		{ .what = htole32(PORTAL_WIRE_FETCH_PPID), .max = htole32(4) },
	};

	(void)event;
	d->ret[0] = rows_add_hook(session, rows_hook(HOOK, PORTAL_WHEN_RETURN), rows_site("read"),
				  fetch, 4);
}

static int64_t read_11(void *ctx, struct fake_task *task, uint32_t nr,
		       const uint64_t args[PORTAL_NR_ARGS])
{
	(void)ctx;
	(void)nr;
	return (int64_t)fake_copy_to(task, args[1], "hello world", 11);
}

static void test_fetches(void **state)
{
	const uint64_t args[PORTAL_NR_ARGS] = { 3, ROWS_MEMORY, 4096 };
	const uint32_t ids[] = { htole32(1000), htole32(100), htole32(0), htole32(5) };
	struct portal_wire_item item;
	struct fake_result result;
	const uint8_t *bytes;
	uint32_t ppid;

	(void)state;
	rows.guest.run = read_11;
	rows.task.cwd = "/var/www";
	rows.task.uid = 1000;
	rows.task.gid = 100;
	rows.task.egid = 5;
	rows.task.ppid = 77;
	rows_hello(&rows, add_fetches);
	assert_int_equal(rows.ret[0], 1);
	fake_syscall(&rows.guest, 0, &rows.task, "read", args, &result);
	bytes = rows_item(&rows, 0, PORTAL_ITEM_MEM, &item);
	assert_int_equal(le32toh(item.len), 11);
	assert_memory_equal(bytes, "hello world", 11);
	bytes = rows_item(&rows, 0, PORTAL_ITEM_CWD, &item);
	assert_int_equal(le32toh(item.len), 8);
	assert_memory_equal(bytes, "/var/www", 8);
	bytes = rows_item(&rows, 0, PORTAL_ITEM_CREDENTIALS, &item);
	assert_int_equal(le32toh(item.len), sizeof(ids));
	assert_memory_equal(bytes, ids, sizeof(ids));
	bytes = rows_item(&rows, 0, PORTAL_ITEM_PPID, &item);
	assert_int_equal(le32toh(item.len), 4);
	memcpy(&ppid, bytes, sizeof(ppid));
	assert_int_equal(le32toh(ppid), 77);
}

/* ---- agent ---- */

static void add_scopes(struct rows *d, struct session *session, const struct guest_event *event)
{
	struct portal_wire_hook hook = rows_hook(HOOK, PORTAL_WHEN_ENTER);

	(void)event;
	d->ret[0] = rows_add_hook(session, hook, rows_site("read"), NULL, 0);
	hook.id = htole32(HOOK + 1);
	hook.scope = htole32(PORTAL_SCOPE_FIRMWARE | PORTAL_SCOPE_AGENT);
	d->ret[1] = rows_add_hook(session, hook, rows_site("read"), NULL, 0);
}

static void test_agent(void **state)
{
	struct fake_result result;

	(void)state;
	rows_hello(&rows, add_scopes);
	fake_syscall(&rows.guest, 0, &rows.task, "read", no_args, &result);
	assert_int_equal(rows_event(&rows, 0)->nr_hooks, 2);
	rows.task.scope = PORTAL_SCOPE_AGENT;
	fake_syscall(&rows.guest, 0, &rows.task, "read", no_args, &result);
	assert_int_equal(rows_event(&rows, 1)->nr_hooks, 1);
	assert_int_equal(rows_event(&rows, 1)->hooks[0], HOOK + 1);
	rows.task.scope = PORTAL_SCOPE_KERNEL;
	fake_syscall(&rows.guest, 0, &rows.task, "read", no_args, &result);
	assert_int_equal(rows.nr_events, 2);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(test_probes),
		ROW(test_probes_in_interrupts_write_records),
		ROW(test_signals),
		ROW(test_exits_of_processes),
		ROW(test_foreign_programs),
		ROW(test_modelled_files),
		ROW(test_modelled_files_cancel_calls),
		ROW(test_work_of_the_host),
		ROW(test_snapshot_and_reset),
		ROW(test_coverage),
		ROW(test_rules_that_count),
		ROW(test_rules_with_tables),
		ROW(test_fetches),
		ROW(test_agent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
