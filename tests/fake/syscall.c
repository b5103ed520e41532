/* SPDX-License-Identifier: MIT */
#include "fake/syscall.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake/fetch.h"
#include "fake/missed.h"
#include "fake/rule.h"
#include "fake/verdict.h"

/* a system call in progress */
struct progress {
	struct fake_guest *guest;
	struct fake_task *task;
	unsigned int vcpu;
	uint32_t abi, nr;
	const char *name; /* "" for a call of a foreign program */
	const uint64_t *args;
	struct fake_result *result;
	struct fake_event *held; /* items that were fetched at entry for the return; or NULL */
	bool skip;
};

/* ---- events ---- */

static uint32_t abi_of(const struct fake_guest *guest, const struct fake_task *task)
{
	if (task->program.abi != PORTAL_ABI_NONE)
		return task->program.abi;
	if (guest->is_arm)
		return PORTAL_ABI_ARM;
	return task->compat ? PORTAL_ABI_I386 : PORTAL_ABI_X86_64;
}

static void fill_body(const struct fake_guest *guest, const struct fake_task *task,
		      const struct fake_stage *stage, const uint64_t args[static PORTAL_NR_ARGS],
		      struct portal_wire_syscall *call)
{
	const struct fake_program *program = &task->program;
	bool is_foreign = program->abi != PORTAL_ABI_NONE;
	uint8_t pointer_size = fake_pointer_size(task);

	*call = (struct portal_wire_syscall){
		.nr = htole32(stage->nr),
		.abi = htole16((uint16_t)stage->abi),
		.pointer_size = pointer_size,
		.byte_order = is_foreign ? program->byte_order : PORTAL_LITTLE_ENDIAN,
		.nr_args = is_foreign ? program->nr_args : 6,
		.end = stage->end,
		.base = htole64(is_foreign ? program->base : 0),
		.pc = htole64(task->regs[guest->is_arm ? PORTAL_REG_ARM_PC : PORTAL_REG_X86_IP]),
	};
	for (size_t i = 0; i < call->nr_args; i++)
		call->args[i] = htole64(pointer_size == 4 ? (uint32_t)args[i] : args[i]);
}

static void fill(const struct fake_guest *guest, const struct fake_task *task,
		 const struct fake_stage *stage, const uint64_t args[static PORTAL_NR_ARGS],
		 const struct fake_matches *matches, struct fake_event *event)
{
	fake_event_init(event, task,
			stage->when == PORTAL_WHEN_ENTER ? PORTAL_EVENT_SYSCALL_ENTER
							 : PORTAL_EVENT_SYSCALL_RETURN);
	event->header.newest = htole64(matches->newest);
	for (size_t i = 0; i < matches->nr; i++)
		fake_event_hook(event, le32toh(matches->hooks[i].wire.id));
	fill_body(guest, task, stage, args, &event->call);
	/* after an execve the registers may have another layout than that of the call */
	if (fake_matches_flag(matches, PORTAL_HOOK_F_REGS) && abi_of(guest, task) == stage->abi)
		fake_event_regs(event, task);
}

void fake_fill_call(struct fake_guest *guest, const struct fake_task *task, uint32_t nr,
		    const uint64_t args[static PORTAL_NR_ARGS], uint32_t when,
		    struct fake_event *ret_event)
{
	struct fake_stage stage = { .abi = abi_of(guest, task), .nr = nr, .when = when };
	struct fake_matches matches;

	if (when == PORTAL_WHEN_ENTER && task->program.abi == PORTAL_ABI_NONE)
		stage.end = fake_entry_end(fake_name(task->compat, nr));
	fake_match(guest, task, &stage, false, &matches);
	fill(guest, task, &stage, args, &matches, ret_event);
}

/* ---- verdicts ---- */

/* Sends the event about the write at @addr, which failed. */
static void report(struct progress *progress, const struct fake_event *event,
		   const struct portal_wire_write *write)
{
	struct {
		struct portal_wire_error error;
		struct portal_wire_syscall call;
	} body = {
		.error = { .kind = event->header.kind,
			   .err = htole32((uint32_t)-EFAULT),
			   .addr = write->addr },
		.call = event->call,
	};
	struct fake_event error = { .header = event->header,
				    .body = &body,
				    .body_size = sizeof(body) };
	struct fake_session session;

	body.call.nr_regs = 0;
	error.header.kind = htole16(PORTAL_EVENT_ERROR);
	error.header.nr_items = 0;
	error.header.nr_hooks = htole32(1);
	error.hooks[0] = write->hook;
	if (fake_event_open(&session, progress->guest, progress->task, progress->vcpu, &error) < 0)
		return;
	fake_session_finish(&session);
	progress->result->calls += session.calls;
}

/* Applies the writes in order. The first that fails ends the verdict and is reported. */
static bool apply_writes(struct progress *progress, const struct fake_event *event,
			 const struct fake_verdict *verdict)
{
	size_t at = 0;

	for (uint32_t i = 0; i < le32toh(verdict->head.nr_writes); i++) {
		struct portal_wire_write write;
		size_t len;

		memcpy(&write, verdict->writes + at, sizeof(write));
		len = le32toh(write.len);
		at += sizeof(write);
		if (fake_program_to(progress->task, le64toh(write.addr), verdict->writes + at,
				    len) != len) {
			report(progress, event, &write);
			return false;
		}
		at += (len + 7) / 8 * 8;
	}
	return true;
}

/* Applies what a verdict and a rule have in common. */
static void apply_call(struct progress *progress, uint32_t flags, uint32_t arg_mask, uint64_t ret,
		       const __le64 args[static PORTAL_NR_ARGS])
{
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		if (arg_mask & 1u << i)
			progress->result->args[i] = le64toh(args[i]);
	if (flags & PORTAL_VERDICT_SKIP)
		progress->skip = true;
	if (flags & (PORTAL_VERDICT_SKIP | PORTAL_VERDICT_RET))
		progress->result->ret = (int64_t)ret;
}

static void apply_regs(struct progress *progress, const struct fake_verdict *verdict)
{
	if (abi_of(progress->guest, progress->task) != progress->abi)
		return;
	for (uint32_t i = 0; i < le32toh(verdict->head.nr_regs); i++)
		progress->task->regs[le32toh(verdict->regs[i].reg)] =
			le64toh(verdict->regs[i].value);
}

static void apply(struct progress *progress, const struct fake_event *event, uint32_t when,
		  const struct fake_session *session)
{
	struct fake_verdict verdict;
	uint32_t flags;

	if (session->verdict_size == 0)
		return;
	if (!fake_verdict_read(session->verdict, session->verdict_size, when, &verdict)) {
		progress->result->bad_verdict = true;
		return;
	}
	/* a task that was killed in the call has neither memory nor registers */
	if (event->call.end == PORTAL_CALL_END_KILLED || !apply_writes(progress, event, &verdict))
		return;
	flags = le32toh(verdict.head.flags);
	if (event->call.end == PORTAL_CALL_END_RESTARTS)
		flags &= ~PORTAL_VERDICT_RET;
	apply_call(progress, flags, le32toh(verdict.head.arg_mask), le64toh(verdict.head.ret),
		   verdict.head.args);
	apply_regs(progress, &verdict);
}

/* ---- rules ---- */

/* Return: true if a rule has answered and no event is sent. */
static bool answer_by_rule(struct progress *progress, struct fake_event *event, uint32_t when)
{
	struct portal_wire_rule rule;

	if (le32toh(event->header.nr_hooks) != 1 || event->call.end == PORTAL_CALL_END_KILLED ||
	    event->call.end == PORTAL_CALL_END_RESTARTS)
		return false;
	switch (fake_rule_try(progress->guest, progress->task, &event->call,
			      le32toh(event->hooks[0]), when, &rule)) {
	case FAKE_RULE_ANSWER:
		apply_call(progress, le32toh(rule.flags), le32toh(rule.arg_mask), le64toh(rule.ret),
			   rule.args);
		return true;
	case FAKE_RULE_FAILED:
		event->call.flags |= htole16(PORTAL_SYSCALL_F_RULE_FAILED);
		return false;
	default:
		return false;
	}
}

/* ---- traces ---- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wake_host(const struct fake_guest *guest)
{
	const uint64_t one = 1;

	if (guest->wake_fd >= 0 && write(guest->wake_fd, &one, sizeof(one)) < 0)
		abort();
}

bool fake_record(struct fake_guest *guest, unsigned int vcpu, const struct fake_event *event)
{
	uint8_t bytes[PORTAL_TRACE_RECORD_MAX - sizeof(struct portal_wire_trace_record)];
	struct fake_event sent = *event;
	bool wake = false, done;
	size_t size;

	sent.header.cpu = htole32(vcpu);
	size = fake_event_pack(&sent, bytes, sizeof(bytes));
	done = fake_trace_write(&guest->traces[vcpu], now_ns(), bytes, size, &wake);
	if (wake)
		wake_host(guest);
	return done;
}

/* Return: true if the host has made room. */
static bool call_for_room(struct progress *progress)
{
	struct fake_guest *guest = progress->guest;

	progress->result->calls++;
	return guest->call(guest->call_ctx, progress->vcpu, fake_page_gpa(guest, 0),
			   PORTAL_CALL_TRACE) == 0;
}

/* ---- stages ---- */

/* Makes the event of a stage, for the hooks with records or for the others. Return: there are. */
static bool make_event(struct progress *progress, const struct fake_stage *stage, bool is_trace,
		       struct fake_matches *matches, struct fake_event *event)
{
	struct fake_result *result = progress->result;
	bool is_return = stage->when == PORTAL_WHEN_RETURN;

	fake_match(progress->guest, progress->task, stage, is_trace, matches);
	if (matches->nr == 0)
		return false;
	fill(progress->guest, progress->task, stage, progress->args, matches, event);
	if (is_return && stage->end != PORTAL_CALL_END_KILLED)
		event->call.ret = htole64((uint64_t)result->ret);
	if (is_return && progress->skip)
		event->call.flags = htole16(PORTAL_SYSCALL_F_SKIPPED);
	return true;
}

static void add_items(struct progress *progress, const struct fake_stage *stage,
		      const struct fake_matches *matches, size_t room, struct fake_event *event)
{
	const struct fake_event *held;

	if (stage->end == PORTAL_CALL_END_KILLED)
		return;
	if (stage->when == PORTAL_WHEN_ENTER || !progress->held) {
		fake_fetch(progress->task, matches, stage->when, room, event);
		return;
	}
	held = &progress->held[fake_matches_flag(matches, PORTAL_HOOK_F_TRACE) ? 1 : 0];
	if (held->items_size > room)
		return;
	memcpy(event->items, held->items, held->items_size);
	event->items_size = held->items_size;
	event->header.nr_items = held->header.nr_items;
}

/* bytes of items that a record, or a page, has room for */
static size_t record_room(const struct fake_event *event)
{
	return PORTAL_TRACE_RECORD_MAX - sizeof(struct portal_wire_trace_record) -
	       fake_event_size(event);
}

static size_t page_room(const struct fake_event *event)
{
	return PORTAL_DATA_SIZE - fake_event_size(event);
}

/* The declarations for the return of a call that may replace the program are fetched at entry. */
static void hold_items(struct progress *progress, struct fake_event held[2])
{
	const struct fake_stage stage = { .abi = progress->abi,
					  .nr = progress->nr,
					  .when = PORTAL_WHEN_RETURN };

	for (size_t i = 0; i < 2; i++) {
		struct fake_matches matches;

		held[i].items_size = 0;
		held[i].header.nr_items = 0;
		if (make_event(progress, &stage, i, &matches, &held[i]))
			fake_fetch(progress->task, &matches, stage.when,
				   i ? record_room(&held[i]) : page_room(&held[i]), &held[i]);
	}
	progress->held = held;
}

static void trace_stage(struct progress *progress, const struct fake_stage *stage)
{
	struct fake_matches matches;
	struct fake_event event;

	if (!make_event(progress, stage, true, &matches, &event))
		return;
	add_items(progress, stage, &matches, record_room(&event), &event);
	while (!fake_record(progress->guest, progress->vcpu, &event)) {
		if (fake_matches_flag(&matches, PORTAL_HOOK_F_TRACE_BLOCK) &&
		    call_for_room(progress))
			continue;
		fake_trace_lose(&progress->guest->traces[progress->vcpu]);
		return;
	}
}

/* A call that can fail does so if a hook on it is required; at entry, as after a skip. */
static void miss(struct progress *progress, const struct fake_stage *stage,
		 const struct fake_matches *matches, const struct fake_event *event)
{
	bool is_required = stage->end == PORTAL_CALL_END_RETURNS &&
			   fake_matches_flag(matches, PORTAL_HOOK_F_REQUIRED);

	fake_miss(progress->guest, event,
		  is_required ? PORTAL_MISSED_REFUSED : PORTAL_MISSED_NO_PAGE);
	progress->result->missed = true;
	progress->result->calls +=
		fake_report_missed(progress->guest, progress->vcpu, progress->task);
	if (!is_required)
		return;
	progress->result->ret = -EAGAIN;
	progress->skip |= stage->when == PORTAL_WHEN_ENTER;
}

static void run_stage(struct progress *progress, const struct fake_stage *stage)
{
	struct fake_result *result = progress->result;
	struct fake_session session;
	struct fake_matches matches;
	struct fake_event event;

	trace_stage(progress, stage);
	if (!make_event(progress, stage, false, &matches, &event) ||
	    answer_by_rule(progress, &event, stage->when))
		return;
	add_items(progress, stage, &matches, page_room(&event), &event);
	if (fake_event_open(&session, progress->guest, progress->task, progress->vcpu, &event) <
	    0) {
		miss(progress, stage, &matches, &event);
		return;
	}
	session.no_memory = stage->end == PORTAL_CALL_END_KILLED;
	fake_session_finish(&session);
	result->calls += session.calls;
	result->refused |= session.state == FAKE_REFUSED;
	if (session.state == FAKE_ENDED && !progress->task->killed)
		apply(progress, &event, stage->when, &session);
}

static void run_function(struct progress *progress)
{
	struct fake_guest *guest = progress->guest;
	struct fake_result *result = progress->result;

	result->runs++;
	result->ret = -ENOTTY;
	if (guest->run)
		result->ret =
			guest->run(guest->run_ctx, progress->task, progress->nr, result->args);
}

/* Return: PORTAL_CALL_END_* of the call that the function has made. */
static uint8_t take_end(struct progress *progress)
{
	uint8_t end = progress->task->end;

	if (progress->skip)
		return PORTAL_CALL_END_RETURNS;
	if (end == PORTAL_CALL_END_RESTARTS)
		progress->task->end = PORTAL_CALL_END_RETURNS;
	if (end == PORTAL_CALL_END_NO_RETURN)
		progress->result->ret = 0;
	return end;
}

/* Return: true if the kernel makes the call again. */
static bool run_once(struct progress *progress)
{
	struct fake_stage stage = { .abi = progress->abi,
				    .nr = progress->nr,
				    .when = PORTAL_WHEN_ENTER,
				    .end = fake_entry_end(progress->name) };
	uint8_t pointer_size = fake_pointer_size(progress->task);
	struct fake_event held[2];

	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		progress->result->args[i] =
			pointer_size == 4 ? (uint32_t)progress->args[i] : progress->args[i];
	progress->held = NULL;
	progress->skip = false;
	run_stage(progress, &stage);
	if (fake_may_replace(progress->name))
		hold_items(progress, held);
	progress->result->ran = !progress->skip;
	if (progress->result->ran)
		run_function(progress);
	if (stage.end == PORTAL_CALL_END_NO_RETURN)
		return false;
	stage.when = PORTAL_WHEN_RETURN;
	stage.end = take_end(progress);
	run_stage(progress, &stage);
	return stage.end == PORTAL_CALL_END_RESTARTS;
}

static void run_call(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		     uint32_t nr, const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		     struct fake_result *ret_result)
{
	struct progress progress = {
		.guest = guest,
		.task = task,
		.vcpu = vcpu,
		.abi = abi_of(guest, task),
		.nr = nr,
		.name = name,
		.args = args,
		.result = ret_result,
	};

	*ret_result = (struct fake_result){ .ret = -ENOTTY };
	while (run_once(&progress))
		;
}

void fake_syscall(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		  const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		  struct fake_result *ret_result)
{
	run_call(guest, vcpu, task, fake_nr(task->compat, name), name, args, ret_result);
}

void fake_syscall_nr(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		     uint32_t nr, const uint64_t args[static PORTAL_NR_ARGS],
		     struct fake_result *ret_result)
{
	const char *name = task->program.abi == PORTAL_ABI_NONE ? fake_name(task->compat, nr) : "";

	run_call(guest, vcpu, task, nr, name, args, ret_result);
}
