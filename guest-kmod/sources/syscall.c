// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "base/identity.h"
#include "base/user_mem.h"
#include "channel/buffer.h"
#include "hooks/event.h"
#include "hooks/filter.h"
#include "hooks/missed.h"
#include "hooks/table.h"
#include "hooks/verdict.h"
#include "ops/session.h"
#include "redirect/redirect.h"
#include "sources/call.h"
#include "sources/call_event.h"
#include "sources/end.h"
#include "sources/syscall.h"

static void call_init(struct hooked_call *call, const struct pt_regs *regs)
{
	bool returns = !arch_never_returns(call->table, call->nr) &&
		       !arch_is_sigreturn(call->table, call->nr);

	call->end = returns ? PORTAL_CALL_END_RETURNS : PORTAL_CALL_END_NO_RETURN;
	call->skipped = false;
	call->rule_failed = false;
	call->ret = 0;
	call->early.buffer = NULL;
	call->early_trace.buffer = NULL;
	call->seen = (struct filter_call){
		.nr_args = ARCH_NR_ARGS,
		.long_bytes = arch_long_bytes(call->table),
		.scope = PORTAL_SCOPE_FIRMWARE,
		.pid = task_tgid_nr(current),
		.read = user_mem_read,
	};
	identity_comm(call->seen.comm);
	arch_get_args(call->table, regs, call->seen.args);
}

/* ---- events ---- */

/* The pool was empty for a while: known only after the event has been built. */
static void mark_waited(struct portal_wire_event *wire)
{
	wire->flags |= cpu_to_le32(PORTAL_EVENT_F_WAITED);
}

/*
 * A call that does not return, and an end without a result, cannot fail.
 * Return: -EAGAIN: the call has to fail; 0: it goes on without the hooks.
 */
static int miss_event(const struct hooked_call *call, u16 kind, u64 hooks)
{
	bool can_fail = call->end == PORTAL_CALL_END_RETURNS;

	return missed_add(&call->match, hooks, kind,
			  can_fail ? PORTAL_MISSED_REFUSED : PORTAL_MISSED_NO_PAGE);
}

/* A task that exits does not see signals any more, so it must not wait for long. */
static int get_session(struct guest_session *session, const struct hooked_call *call)
{
	return call_is_killed(call) ? session_open_own(session) : session_open(session, false);
}

/*
 * Builds an event and copies it to the page of a new session. Nothing that may sleep for long is
 * done with a page in hand.
 * Return: size of the event; 0: no event is sent; -EINTR: the task is being killed; -EAGAIN: a hook
 * that is required misses the event.
 */
static int open_event(struct guest_session *session, struct hooked_call *call, u16 kind, u64 hooks)
{
	struct buffer *buffer = buffer_get();
	int size, err = 0;

	if (!buffer)
		return miss_event(call, kind, hooks);
	size = call_event_build(buffer, call, kind, hooks);
	if (size)
		err = get_session(session, call);
	if (size && !err) {
		if (call_is_killed(call))
			session_mark_dead(session);
		memcpy(session_data(session), buffer->data, size);
		if (session_waited(session))
			mark_waited(session_data(session));
	}
	buffer_put(buffer);
	if (err == -EBUSY || (err == -EINTR && call_is_killed(call)))
		return miss_event(call, kind, hooks);
	if (err)
		return err == -EINTR ? -EINTR : 0;
	return size;
}

/* The session of the verdict has ended; the error report is another session on its page. */
static void report_error(struct guest_session *session, const struct hooked_call *call, u16 kind,
			 const struct verdict_write *failed)
{
	struct portal_wire_error *error;
	struct event event;

	event_begin_error(&event, session_data(session), &call->match, failed->hook);
	error = event_add(&event, sizeof(*error));
	error->kind = cpu_to_le16(kind);
	error->reserved = 0;
	error->err = cpu_to_le32(-EFAULT);
	error->addr = cpu_to_le64(failed->addr);
	call_event_add_body(&event, call, 0);
	if (session_run(session, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT, event.size) > 0)
		pr_warn_ratelimited("verdict on an error report ignored\n");
}

/* ---- verdicts ---- */

/* Return: 0; -EFAULT: @write is the write that failed. */
static int apply_writes(const struct hooked_call *call, const struct portal_wire_verdict *verdict,
			size_t size, struct verdict_write *write)
{
	u32 pos = 0;

	while (verdict_next_write(verdict, size, &pos, write) > 0)
		if (user_mem_write(call->seen.base + write->addr, write->data, write->len) !=
		    write->len)
			return -EFAULT;
	return 0;
}

static void set_args(struct hooked_call *call, u32 arg_mask, const __le64 *args)
{
	unsigned int i;

	for (i = 0; i < ARCH_NR_ARGS; i++)
		if (arg_mask & BIT(i))
			arch_set_arg(call->table, &call->regs, i, le64_to_cpu(args[i]));
}

static void apply_entry(struct hooked_call *call, const struct portal_wire_verdict *verdict)
{
	set_args(call, le32_to_cpu(verdict->arg_mask), verdict->args);
	if (le32_to_cpu(verdict->flags) & PORTAL_VERDICT_SKIP) {
		call->skipped = true;
		call->ret = le64_to_cpu(verdict->ret);
	}
}

/* A call that is made again has no result yet. */
static void apply_return(struct hooked_call *call, const struct portal_wire_verdict *verdict)
{
	if (call->end != PORTAL_CALL_END_RESTARTS &&
	    le32_to_cpu(verdict->flags) & PORTAL_VERDICT_RET)
		call->ret = le64_to_cpu(verdict->ret);
}

static void apply_regs(const struct hooked_call *call, const struct portal_wire_verdict *verdict)
{
	const struct portal_wire_reg *regs = verdict_regs(verdict);
	u32 i;

	if (!call_event_may_use_regs(call))
		return;
	for (i = 0; i < le32_to_cpu(verdict->nr_regs); i++)
		arch_set_reg(task_pt_regs(current), le32_to_cpu(regs[i].reg),
			     le64_to_cpu(regs[i].value));
}

static void apply_verdict(struct guest_session *session, struct hooked_call *call, u16 kind,
			  size_t size)
{
	const struct portal_wire_verdict *verdict = (void *)session_scratch(session);
	const struct verdict_limits limits = {
		.is_return = kind == PORTAL_EVENT_SYSCALL_RETURN,
		.nr_args = call->seen.nr_args,
		.regs = arch_writable_regs(call->table),
	};
	struct verdict_write write;

	if (verdict_check(verdict, size, &limits)) {
		pr_warn_ratelimited("malformed verdict on %s ignored\n",
				    syscall_table_name(call->table, call->nr));
		return;
	}
	if (apply_writes(call, verdict, size, &write)) {
		report_error(session, call, kind, &write);
		return;
	}
	if (limits.is_return)
		apply_return(call, verdict);
	else
		apply_entry(call, verdict);
	apply_regs(call, verdict);
}

/* ---- rules ---- */

static void apply_effects(struct hooked_call *call, const struct rule_effects *effects)
{
	unsigned int i;

	for (i = 0; i < ARCH_NR_ARGS; i++)
		if (effects->arg_mask & BIT(i))
			arch_set_arg(call->table, &call->regs, i, effects->args[i]);
	if (effects->flags & PORTAL_VERDICT_SKIP)
		call->skipped = true;
	if (effects->flags & (PORTAL_VERDICT_SKIP | PORTAL_VERDICT_RET))
		call->ret = effects->ret;
}

/*
 * Rules are for ends with a result.
 * Return: true if a rule has answered the call; if not, the host gets an event.
 */
static bool answer_by_rule(struct hooked_call *call, u16 kind, u64 hooks)
{
	bool is_return = kind == PORTAL_EVENT_SYSCALL_RETURN;
	struct rule_effects effects;
	enum rule_outcome outcome;

	if (call_is_killed(call) || call->end == PORTAL_CALL_END_RESTARTS)
		return false;
	outcome =
		hook_table_answer(&call->match, is_return ? PORTAL_WHEN_RETURN : PORTAL_WHEN_ENTER,
				  hooks, call_ret(call), &effects);
	call->rule_failed = outcome == RULE_FAILS;
	if (outcome != RULE_TAKES)
		return false;
	apply_effects(call, &effects);
	return true;
}

/* ---- events and functions ---- */

/* At entry the function does not run; return hooks do, as after a skip. */
static void fail_call(struct hooked_call *call, u16 kind)
{
	if (kind == PORTAL_EVENT_SYSCALL_ENTER)
		call->skipped = true;
	call->ret = -EAGAIN;
}

static void report_missed(const struct hooked_call *call, u16 kind, u64 hooks, int err)
{
	if (err == -ENXIO)
		missed_add(&call->match, hooks, kind, PORTAL_MISSED_CPU_GONE);
	else if (missed_wait())
		missed_report();
}

/*
 * Answers the call by a rule, or sends an event to the host and applies its verdict. If there is no
 * host any more, or no page, the call continues as if it had no hook, or fails if one is required.
 * Return: 0; -EINTR: the task is being killed.
 */
static int run_event(struct hooked_call *call, u16 kind, u64 hooks)
{
	struct guest_session session;
	int size;

	if (answer_by_rule(call, kind, hooks))
		return 0;
	size = open_event(&session, call, kind, hooks);
	if (size == -EAGAIN)
		fail_call(call, kind);
	if (size <= 0)
		return size == -EINTR ? -EINTR : 0;
	size = session_run(&session, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT, size);
	if (size > 0 && !call_is_killed(call))
		apply_verdict(&session, call, kind, size);
	session_close(&session);
	report_missed(call, kind, hooks, size);
	return size == -EINTR ? -EINTR : 0;
}

/* A function that ends the task does not return, so the module reference is dropped before it. */
static long run_function(const struct hooked_call *call, const struct pt_regs *regs)
{
	bool leaves = arch_never_returns(call->table, call->nr);
	long ret;

	if (leaves)
		redirect_leave();
	ret = arch_call(call->function, regs);
	if (leaves)
		redirect_enter();
	return ret;
}

/* ---- calls ---- */

void call_report_end(struct hooked_call *call, const struct hook_masks *hooks)
{
	if (hooks->trace)
		call_event_trace(call, PORTAL_EVENT_SYSCALL_RETURN, hooks);
	if (hooks->event && run_event(call, PORTAL_EVENT_SYSCALL_RETURN, hooks->event))
		pr_debug("%s was killed in a return hook\n", current->comm);
}

static void run_and_return(struct hooked_call *call, const struct pt_regs *regs)
{
	if (call_has_return_hooks(call) && !call->skipped)
		call_event_fetch_early(call);
	if (!call->skipped)
		call->ret = run_function(call, regs);
	end_call(call);
	call_event_forget_early(call);
}

/* If the task is killed while an entry hook decides, its function does not run. */
static long run_hooked(struct hooked_call *call, const struct pt_regs *regs)
{
	call_init(call, regs);
	hook_table_match(call->table, call->nr, &call->seen, &call->match);
	if (call->match.enter.trace)
		call_event_trace(call, PORTAL_EVENT_SYSCALL_ENTER, &call->match.enter);
	if (call->match.enter.event) {
		call->regs = *regs;
		regs = &call->regs;
		if (run_event(call, PORTAL_EVENT_SYSCALL_ENTER, call->match.enter.event)) {
			end_call(call);
			return -EINTR;
		}
	}
	run_and_return(call, regs);
	return call->ret;
}

static long run_identified(struct hooked_call *call, const struct pt_regs *regs)
{
	end_find_restarted(call);
	return hook_table_watches(call->table, call->nr) ? run_hooked(call, regs)
							 : run_function(call, regs);
}

long syscall_hook_wrapper(const struct pt_regs *regs, unsigned long function)
{
	CALL_UNINITIALIZED struct hooked_call call;
	long ret;

	call.function = function;
	ret = arch_identify(regs, &call.table, &call.nr) ? run_identified(&call, regs)
							 : run_function(&call, regs);
	redirect_leave();
	return ret;
}
