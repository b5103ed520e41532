// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/mm_types.h>
#include <linux/printk.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "base/user_mem.h"
#include "hooks/filter.h"
#include "hooks/table.h"
#include "hooks/trace.h"
#include "hooks/verdict.h"
#include "ops/session.h"
#include "redirect/redirect.h"
#include "sources/syscall.h"

/**
 * struct hooked_call - a hooked system call, from its entry to its return
 * @table: SYSCALL_*
 * @nr: its number in the table
 * @function: its function
 * @regs: if entry hooks matched: a copy of the registers for the function, so that a changed
 *	argument does not change the task's register
 * @seen: the call as filters see it, with its original arguments
 * @match: hooks that match
 * @skipped: the function is not run, as an entry hook or a rule decided
 * @waited: the pool was empty, so the event waited for a page
 * @rule_failed: a store of a rule failed, so an event is sent
 * @ret: the result, once it is known
 */
struct hooked_call {
	enum syscall_table table;
	u32 nr;
	unsigned long function;
	struct pt_regs regs;
	struct filter_call seen;
	struct hook_match match;
	bool skipped;
	bool waited;
	bool rule_failed;
	long ret;
};

static void call_init(struct hooked_call *call, const struct pt_regs *regs)
{
	call->skipped = false;
	call->waited = false;
	call->rule_failed = false;
	call->ret = 0;
	call->seen.long_bytes = arch_long_bytes(call->table);
	call->seen.pid = task_tgid_nr(current);
	call->seen.read = user_mem_read;
	get_task_comm(call->seen.comm, current);
	arch_get_args(call->table, regs, call->seen.args);
}

/* the result, sign-extended from the task's long */
static s64 call_ret(const struct hooked_call *call)
{
	return call->seen.long_bytes == 4 ? (s32)call->ret : call->ret;
}

/* ---- events ---- */

static u32 event_flags(const struct hooked_call *call)
{
	return (call->skipped ? PORTAL_SYSCALL_SKIPPED : 0) |
	       (call->waited ? PORTAL_SYSCALL_WAITED : 0) |
	       (call->rule_failed ? PORTAL_SYSCALL_RULE_FAILED : 0);
}

static void event_fill(struct portal_wire_syscall *event, const struct hooked_call *call, u64 hooks)
{
	const struct pt_regs *regs = task_pt_regs(current);
	unsigned int i;

	memset(event, 0, sizeof(*event));
	event->abi = cpu_to_le32(syscall_table_abi(call->table));
	event->nr = cpu_to_le32(call->nr);
	event->flags = cpu_to_le32(event_flags(call));
	event->hooks = cpu_to_le64(hooks);
	for (i = 0; i < PORTAL_NR_ARGS; i++)
		event->args[i] = cpu_to_le64(call->seen.args[i]);
	event->ret = cpu_to_le64(call_ret(call));
	event->pid = cpu_to_le32(call->seen.pid);
	event->tid = cpu_to_le32(task_pid_nr(current));
	memcpy(event->comm, call->seen.comm, sizeof(event->comm));
	event->pc = cpu_to_le64(arch_pc(regs));
	event->paging = cpu_to_le32(arch_paging());
	event->pgd = cpu_to_le64(virt_to_phys(current->mm->pgd));
	arch_get_regs(regs, event->regs);
}

/*
 * Appends the declared items to @wire, which event_fill() has filled and whose buffer has @room
 * bytes. Return: bytes of the event.
 */
static u32 event_fetch(struct portal_wire_syscall *wire, u32 room, u8 *scratch,
		       const struct hooked_call *call, u32 event)
{
	struct fetch fetch = {
		.args = call->seen.args,
		.long_bytes = call->seen.long_bytes,
		.scratch = scratch,
		.items = (u8 *)(wire + 1),
		.room = room - sizeof(*wire),
	};
	u64 hooks = le64_to_cpu(wire->hooks);
	u32 when = event == PORTAL_EVENT_SYSCALL_RETURN ? PORTAL_WHEN_RETURN : PORTAL_WHEN_ENTER;

	hook_table_fetch(call->table, call->nr, when, hooks, &call->match, &fetch);
	/*
	 * Reads of a dying task fail without a fault. It sends no items, and its operations answer
	 * -ECANCELED.
	 */
	if (fatal_signal_pending(current))
		fetch.nr = fetch.used = 0;
	wire->nr_items = cpu_to_le32(fetch.nr);
	wire->items_size = cpu_to_le32(fetch.used);
	return sizeof(*wire) + fetch.used;
}

/* Trace hooks: append a record to the CPU's trace ring, without an exit. */
static void trace_event(struct hooked_call *call, u32 event, const struct hook_masks *bits)
{
	struct portal_wire_trace_record *record;
	struct portal_wire_syscall *wire;
	struct guest_session session;
	u32 size;

	if (session_open(&session, false))
		return;
	call->waited = session_waited(&session);
	call->rule_failed = false;
	record = session_record(&session);
	if (!record) {
		/* the hook is from before the pool was closed and opened again */
		session_close(&session);
		return;
	}
	record->event = cpu_to_le32(event);
	wire = (struct portal_wire_syscall *)(record + 1);
	event_fill(wire, call, bits->trace);
	size = event_fetch(wire, PORTAL_TRACE_RECORD_MAX - sizeof(*record),
			   session_scratch(&session), call, event);
	trace_put(record, sizeof(*record) + size, bits->block);
	session_close(&session);
}

/* The session of the verdict has ended; the error report is another session on its page. */
static void report_error(struct guest_session *session, const struct hooked_call *call, u64 hooks,
			 const struct verdict_write *failed)
{
	struct portal_wire_error *error = session_data(session);

	event_fill(&error->call, call, hooks);
	error->hook = cpu_to_le32(failed->hook);
	error->err = cpu_to_le32(-EFAULT);
	error->addr = cpu_to_le64(failed->addr);
	if (session_run(session, PORTAL_CALL_EVENT, PORTAL_EVENT_ERROR, sizeof(*error)) > 0)
		pr_warn_ratelimited("verdict on an error report ignored\n");
}

/* ---- verdicts ---- */

/* Return: 0; -EFAULT: @write is the write that failed. */
static int apply_writes(const struct portal_wire_verdict *verdict, struct verdict_write *write)
{
	u32 pos = 0;

	while (verdict_next_write(verdict, &pos, write) > 0)
		if (user_mem_write(write->addr, write->data, write->len) != write->len)
			return -EFAULT;
	return 0;
}

static void apply_entry(struct hooked_call *call, const struct portal_wire_verdict *verdict)
{
	unsigned int i;

	for (i = 0; i < PORTAL_NR_ARGS; i++)
		if (le32_to_cpu(verdict->arg_mask) & BIT(i))
			arch_set_arg(call->table, &call->regs, i, le64_to_cpu(verdict->args[i]));
	if (le32_to_cpu(verdict->flags) & PORTAL_VERDICT_SKIP) {
		call->skipped = true;
		call->ret = le64_to_cpu(verdict->ret);
	}
}

static void apply_return(struct hooked_call *call, const struct portal_wire_verdict *verdict)
{
	if (le32_to_cpu(verdict->flags) & PORTAL_VERDICT_RET)
		call->ret = le64_to_cpu(verdict->ret);
}

static void apply_verdict(struct guest_session *session, struct hooked_call *call, u32 event,
			  u64 hooks, size_t size)
{
	const struct portal_wire_verdict *verdict = (void *)session_scratch(session);
	bool is_return = event == PORTAL_EVENT_SYSCALL_RETURN;
	struct verdict_write write;

	if (verdict_check(verdict, size, is_return, arch_writable_regs(task_pt_regs(current)))) {
		pr_warn_ratelimited("malformed verdict on %s ignored\n",
				    syscall_table_name(call->table, call->nr));
		return;
	}
	if (apply_writes(verdict, &write)) {
		report_error(session, call, hooks, &write);
		return;
	}
	if (is_return)
		apply_return(call, verdict);
	else
		apply_entry(call, verdict);
	arch_set_regs(task_pt_regs(current), le64_to_cpu(verdict->reg_mask), verdict->regs);
}

/* ---- rules ---- */

static void apply_effects(struct hooked_call *call, const struct rule_effects *effects)
{
	unsigned int i;

	for (i = 0; i < PORTAL_NR_ARGS; i++)
		if (effects->arg_mask & BIT(i))
			arch_set_arg(call->table, &call->regs, i, effects->args[i]);
	if (effects->flags & PORTAL_VERDICT_SKIP)
		call->skipped = true;
	if (effects->flags & (PORTAL_VERDICT_SKIP | PORTAL_VERDICT_RET))
		call->ret = effects->ret;
}

/* Return: true if a rule has answered the call; if not, the host gets an event. */
static bool answer_by_rule(struct hooked_call *call, u32 event, u64 hooks)
{
	bool is_return = event == PORTAL_EVENT_SYSCALL_RETURN;
	struct rule_effects effects;
	enum rule_outcome outcome;

	outcome = hook_table_answer(call->table, call->nr,
				    is_return ? PORTAL_WHEN_RETURN : PORTAL_WHEN_ENTER, hooks,
				    &call->match, &call->seen, call_ret(call), &effects);
	call->rule_failed = outcome == RULE_FAILS;
	if (outcome != RULE_TAKES)
		return false;
	apply_effects(call, &effects);
	return true;
}

/* ---- calls ---- */

/*
 * Answers the call by a rule, or sends an event to the host and applies its verdict. If there is no
 * host any more, the call continues as if it had no hook.
 * Return: 0; -EINTR: the task is being killed.
 */
static int run_event(struct hooked_call *call, u32 event, u64 hooks)
{
	struct guest_session session;
	int size;

	if (answer_by_rule(call, event, hooks))
		return 0;
	size = session_open(&session, false);
	if (size)
		return size == -EINTR ? -EINTR : 0;
	call->waited = session_waited(&session);
	event_fill(session_data(&session), call, hooks);
	size = event_fetch(session_data(&session), PORTAL_DATA_SIZE, session_scratch(&session),
			   call, event);
	size = session_run(&session, PORTAL_CALL_EVENT, event, size);
	if (size > 0)
		apply_verdict(&session, call, event, hooks, size);
	session_close(&session);
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

/* A call that the kernel restarts has not returned yet. */
static bool is_restart(long ret)
{
	return ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
	       ret == -ERESTART_RESTARTBLOCK;
}

static void run_return_hooks(struct hooked_call *call)
{
	struct hook_masks hooks;

	if (!call->match.on_return || is_restart(call->ret))
		return;
	hook_table_match_return(call->table, call->nr, &call->seen, &call->match, call_ret(call),
				&hooks);
	if (hooks.trace)
		trace_event(call, PORTAL_EVENT_SYSCALL_RETURN, &hooks);
	if (hooks.event && run_event(call, PORTAL_EVENT_SYSCALL_RETURN, hooks.event))
		pr_debug("%s was killed in a return hook\n", current->comm);
}

/* If the task is killed while an entry hook decides, its function does not run. */
static long run_hooked(struct hooked_call *call, const struct pt_regs *regs)
{
	call_init(call, regs);
	hook_table_match(call->table, call->nr, &call->seen, &call->match);
	if (call->match.enter.trace)
		trace_event(call, PORTAL_EVENT_SYSCALL_ENTER, &call->match.enter);
	if (call->match.enter.event) {
		call->regs = *regs;
		regs = &call->regs;
		if (run_event(call, PORTAL_EVENT_SYSCALL_ENTER, call->match.enter.event))
			return -EINTR;
	}
	if (!call->skipped)
		call->ret = run_function(call, regs);
	run_return_hooks(call);
	return call->ret;
}

long syscall_hook_wrapper(const struct pt_regs *regs, unsigned long function)
{
	struct hooked_call call;
	long ret;

	call.function = function;
	if (arch_identify(regs, &call.table, &call.nr) && hook_table_watches(call.table, call.nr))
		ret = run_hooked(&call, regs);
	else
		ret = run_function(&call, regs);
	redirect_leave();
	return ret;
}
