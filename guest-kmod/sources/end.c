// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "redirect/redirect.h"
#include "redirect/signal.h"
#include "sources/call.h"
#include "sources/end.h"
#include "sources/pending.h"

/**
 * struct interrupted - a call that a signal has interrupted, and that has no end yet
 * @pending: finds it by its task
 * @work: reports it when the task dies
 * @call: the call
 */
struct interrupted {
	struct pending pending;
	struct callback_head work;
	struct hooked_call call;
};

#define ANY_STATE (BIT(PENDING_RETURNS) | BIT(PENDING_IN_SIGNAL) | BIT(PENDING_RESTARTS))

static bool has_replaced_program(const struct hooked_call *call)
{
	return !call->skipped && call->ret == 0 && arch_is_exec(call->table, call->nr);
}

/* an end with a result */
static void end_with_result(struct hooked_call *call)
{
	struct hook_masks hooks;

	if (has_replaced_program(call))
		call->end = PORTAL_CALL_END_NO_RETURN;
	hook_table_match_return(&call->match, call_ret(call), &hooks);
	call_report_end(call, &hooks);
}

/* @end: PORTAL_CALL_END_KILLED or PORTAL_CALL_END_RESTARTS */
static void end_without_result(struct hooked_call *call, u8 end)
{
	struct hook_masks hooks;

	call->end = end;
	hook_table_match_end(&call->match, end, &hooks);
	call_report_end(call, &hooks);
}

/* A function that was not run returns what a hook wants, whatever that is. */
static bool is_interrupted(const struct hooked_call *call)
{
	long ret = call->ret;

	return !call->skipped && signal_pending(current) &&
	       (ret == -ERESTARTSYS || ret == -ERESTARTNOINTR || ret == -ERESTARTNOHAND ||
		ret == -ERESTART_RESTARTBLOCK);
}

/*
 * Keeps the call until get_signal() says what the program gets. With a reference on the module,
 * because the task comes back to it.
 */
static void keep_interrupted(const struct hooked_call *call)
{
	struct interrupted *kept = kmalloc(sizeof(*kept), GFP_KERNEL);

	if (!kept)
		return;
	kept->call = *call;
	kept->call.match.call = &kept->call.seen;
	kept->call.early.buffer = NULL;
	kept->call.early_trace.buffer = NULL;
	redirect_enter();
	if (pending_add(&kept->pending, PENDING_RETURNS))
		return;
	redirect_leave();
	kfree(kept);
}

void end_call(struct hooked_call *call)
{
	if (call->end == PORTAL_CALL_END_NO_RETURN || !call_has_return_hooks(call))
		return;
	if (fatal_signal_pending(current))
		end_without_result(call, PORTAL_CALL_END_KILLED);
	else if (is_interrupted(call))
		keep_interrupted(call);
	else
		end_with_result(call);
}

static struct interrupted *take_interrupted(unsigned int states)
{
	struct pending *pending = pending_take(states);

	return pending ? container_of(pending, struct interrupted, pending) : NULL;
}

/* Return: true if the kernel makes the call again; @runs: after a signal handler. */
static bool is_made_again(long ret, bool runs, bool restarts)
{
	if (ret == -ERESTARTSYS)
		return !runs || restarts;
	return !runs || ret == -ERESTARTNOINTR;
}

/* The handler has not been set up: the registers are those with which the call returns. */
static void end_by_handler(struct hooked_call *call)
{
	struct pt_regs *regs = task_pt_regs(current);

	call->ret = -EINTR;
	arch_end_restart(call->table, regs);
	arch_set_ret(call->table, regs, call->ret);
	end_with_result(call);
	arch_set_ret(call->table, regs, call->ret);
}

/* Until the task makes the call again, it can only die, or run a handler of another signal. */
static void restart(struct interrupted *kept, bool runs)
{
	end_without_result(&kept->call, PORTAL_CALL_END_RESTARTS);
	if (runs || !pending_add(&kept->pending, PENDING_RESTARTS))
		kfree(kept);
}

static void on_signal(bool runs, bool restarts)
{
	struct interrupted *kept = take_interrupted(BIT(PENDING_IN_SIGNAL));

	if (is_made_again(kept->call.ret, runs, restarts)) {
		restart(kept, runs);
		return;
	}
	end_by_handler(&kept->call);
	kfree(kept);
}

/* A task that was to make its call again has no reference on the module. */
static struct callback_head *on_exit(void)
{
	struct interrupted *kept = take_interrupted(ANY_STATE);

	if (!kept)
		return NULL;
	if (kept->pending.state == PENDING_RESTARTS && !redirect_try_enter()) {
		kfree(kept);
		return NULL;
	}
	return &kept->work;
}

static void on_exited(struct callback_head *work)
{
	struct interrupted *kept = container_of(work, struct interrupted, work);

	end_without_result(&kept->call, PORTAL_CALL_END_KILLED);
	kfree(kept);
}

static const struct signal_ops signal_ops = {
	.enters = pending_enter_signal,
	.leaves = on_signal,
	.dies = on_exit,
	.died = on_exited,
};

static bool sees_signals;

void end_open(void)
{
	sees_signals = signal_open(&signal_ops);
	if (sees_signals)
		pending_open();
}

bool end_is_seen(void)
{
	return sees_signals;
}

void end_close(void)
{
	unsigned int nr;

	signal_close();
	for (nr = pending_close(); nr > 0; nr--)
		redirect_leave();
	sees_signals = false;
}

static bool is_continued_by(const struct hooked_call *kept, const struct hooked_call *call)
{
	return kept->ret == -ERESTART_RESTARTBLOCK && kept->table == call->table &&
	       call->nr == arch_restart_nr(call->table);
}

/* If get_signal() has not come or not returned, somebody has switched off its redirection. */
void end_find_restarted(struct hooked_call *call)
{
	struct interrupted *kept = take_interrupted(ANY_STATE);

	if (!kept)
		return;
	if (kept->pending.state != PENDING_RESTARTS)
		redirect_leave();
	else if (is_continued_by(&kept->call, call))
		call->nr = kept->call.nr;
	kfree(kept);
}
