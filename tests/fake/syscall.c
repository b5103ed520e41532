/* SPDX-License-Identifier: MIT */
#include "fake/syscall.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fake/fetch.h"
#include "fake/rule.h"

/* a system call in progress */
struct progress {
	struct fake_guest *guest;
	struct fake_task *task;
	unsigned int vcpu;
	struct portal_wire_syscall call;
	struct fake_result *result;
	bool skip;
};

static uint32_t abi_of(const struct fake_guest *guest, const struct fake_task *task)
{
	if (guest->is_arm)
		return PORTAL_ABI_ARM;
	return task->compat ? PORTAL_ABI_I386 : PORTAL_ABI_X86_64;
}

void fake_fill_call(struct fake_guest *guest, const struct fake_task *task, uint32_t nr,
		    const uint64_t args[static PORTAL_NR_ARGS], uint32_t when,
		    struct portal_wire_syscall *ret_call)
{
	*ret_call = (struct portal_wire_syscall){
		.abi = htole32(abi_of(guest, task)),
		.nr = htole32(nr),
		.hooks = htole64(fake_hook_bits(guest, task->compat, nr, when)),
		.pid = htole32(task->pid),
		.tid = htole32(task->tid),
		.pc = htole64(task->regs[guest->is_arm ? PORTAL_REG_ARM_PC : PORTAL_REG_X86_IP]),
		.pgd = htole64(task->pgd),
		.paging = htole32(task->paging),
	};
	memcpy(ret_call->comm, task->comm, sizeof(task->comm));
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		ret_call->args[i] = htole64(task->compat ? (uint32_t)args[i] : args[i]);
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		ret_call->regs[i] = htole64(task->regs[i]);
}

/* Applies the writes in order. The first that fails ends the verdict and is reported. */
static bool apply_writes(struct progress *progress, const struct fake_session *session,
			 struct portal_wire_error *ret_error)
{
	struct portal_wire_verdict verdict;
	size_t at = sizeof(verdict);

	memcpy(&verdict, session->verdict, sizeof(verdict));
	for (uint32_t i = 0; i < le32toh(verdict.nr_writes); i++) {
		struct portal_wire_write write;
		size_t len;

		memcpy(&write, session->verdict + at, sizeof(write));
		len = le32toh(write.len);
		at += sizeof(write);
		if (fake_copy_to(progress->task, le64toh(write.addr), session->verdict + at, len) !=
		    len) {
			ret_error->call = progress->call;
			ret_error->call.nr_items = ret_error->call.items_size = 0;
			ret_error->hook = write.hook;
			ret_error->err = htole32((uint32_t)-EFAULT);
			ret_error->addr = write.addr;
			return false;
		}
		at += (len + 7) / 8 * 8;
	}
	return true;
}

static void apply_rest(struct progress *progress, const struct portal_wire_verdict *verdict)
{
	uint32_t flags = le32toh(verdict->flags);

	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		if (le32toh(verdict->arg_mask) & 1u << i)
			progress->result->args[i] = le64toh(verdict->args[i]);
	if (flags & PORTAL_VERDICT_SKIP)
		progress->skip = true;
	if (flags & (PORTAL_VERDICT_SKIP | PORTAL_VERDICT_RET))
		progress->result->ret = (int64_t)le64toh(verdict->ret);
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		if (le64toh(verdict->reg_mask) & 1ull << i)
			progress->task->regs[i] = le64toh(verdict->regs[i]);
}

static void report(struct progress *progress, const struct portal_wire_error *error)
{
	struct fake_session session;

	if (fake_session_open(&session, progress->guest, progress->task, progress->vcpu,
			      PORTAL_CALL_EVENT, PORTAL_EVENT_ERROR, error, sizeof(*error)) < 0)
		return;
	fake_session_finish(&session);
	progress->result->calls += session.calls;
}

static void apply(struct progress *progress, const struct fake_session *session)
{
	struct portal_wire_verdict verdict;
	struct portal_wire_error error;

	if (session->verdict_size < sizeof(verdict))
		return;
	memcpy(&verdict, session->verdict, sizeof(verdict));
	if (apply_writes(progress, session, &error))
		apply_rest(progress, &verdict);
	else
		report(progress, &error);
}

/* Return: true if a rule has answered and no event is sent. */
static bool answer_by_rule(struct progress *progress, uint32_t when)
{
	struct portal_wire_rule rule;
	struct portal_wire_verdict verdict = { 0 };

	switch (fake_rule_try(progress->guest, progress->task, &progress->call, when, &rule)) {
	case FAKE_RULE_ANSWER:
		verdict.flags = rule.flags;
		verdict.arg_mask = rule.arg_mask;
		verdict.ret = rule.ret;
		memcpy(verdict.args, rule.args, sizeof(verdict.args));
		apply_rest(progress, &verdict);
		return true;
	case FAKE_RULE_FAILED:
		progress->call.flags |= htole32(PORTAL_SYSCALL_RULE_FAILED);
		return false;
	default:
		return false;
	}
}

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

/* Return: true if there was room. */
static bool write_record(struct progress *progress, uint32_t code, const void *body, size_t len)
{
	bool wake = false, done;

	done = fake_trace_write(&progress->guest->traces[progress->vcpu], code, now_ns(), body, len,
				&wake);
	if (wake)
		wake_host(progress->guest);
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

static void trace_call(struct progress *progress, uint32_t code)
{
	uint32_t when =
		code == PORTAL_EVENT_SYSCALL_RETURN ? PORTAL_WHEN_RETURN : PORTAL_WHEN_ENTER;
	uint8_t body[PORTAL_TRACE_RECORD_MAX - sizeof(struct portal_wire_trace_record)];
	struct portal_wire_syscall call = progress->call;
	size_t len = sizeof(call);
	uint64_t block;

	call.hooks = htole64(fake_trace_bits(progress->guest, progress->task->compat,
					     le32toh(call.nr), when, &block));
	if (call.hooks == 0)
		return;
	len += fake_fetch(progress->guest, progress->task, &call, when, body + len,
			  sizeof(body) - len);
	memcpy(body, &call, sizeof(call));
	while (!write_record(progress, code, body, len)) {
		if (block && call_for_room(progress))
			continue;
		fake_trace_lose(&progress->guest->traces[progress->vcpu]);
		return;
	}
}

static void run_hooks(struct progress *progress, uint32_t code)
{
	uint32_t when =
		code == PORTAL_EVENT_SYSCALL_RETURN ? PORTAL_WHEN_RETURN : PORTAL_WHEN_ENTER;
	struct fake_session session;
	uint8_t event[PORTAL_DATA_SIZE];
	size_t size = sizeof(progress->call);

	if (progress->call.hooks == 0 || answer_by_rule(progress, when))
		return;
	size += fake_fetch(progress->guest, progress->task, &progress->call, when, event + size,
			   sizeof(event) - size);
	memcpy(event, &progress->call, sizeof(progress->call));
	if (fake_session_open(&session, progress->guest, progress->task, progress->vcpu,
			      PORTAL_CALL_EVENT, code, event, size) < 0)
		return;
	fake_session_finish(&session);
	progress->result->calls += session.calls;
	progress->result->refused |= session.state == FAKE_REFUSED;
	if (session.state == FAKE_ENDED && !progress->task->killed)
		apply(progress, &session);
}

void fake_syscall(struct fake_guest *guest, unsigned int vcpu, struct fake_task *task,
		  const char *name, const uint64_t args[static PORTAL_NR_ARGS],
		  struct fake_result *ret_result)
{
	struct progress progress = {
		.guest = guest,
		.task = task,
		.vcpu = vcpu,
		.result = ret_result,
	};
	uint32_t nr = fake_nr(task->compat, name);

	*ret_result = (struct fake_result){ .ret = -ENOTTY };
	fake_fill_call(guest, task, nr, args, PORTAL_WHEN_ENTER, &progress.call);
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		ret_result->args[i] = le64toh(progress.call.args[i]);
	trace_call(&progress, PORTAL_EVENT_SYSCALL_ENTER);
	run_hooks(&progress, PORTAL_EVENT_SYSCALL_ENTER);
	ret_result->ran = !progress.skip;
	if (ret_result->ran && guest->run)
		ret_result->ret = guest->run(guest->run_ctx, task, nr, ret_result->args);
	fake_fill_call(guest, task, nr, args, PORTAL_WHEN_RETURN, &progress.call);
	progress.call.ret = htole64((uint64_t)ret_result->ret);
	progress.call.flags = htole32(progress.skip ? PORTAL_SYSCALL_SKIPPED : 0);
	trace_call(&progress, PORTAL_EVENT_SYSCALL_RETURN);
	run_hooks(&progress, PORTAL_EVENT_SYSCALL_RETURN);
}
