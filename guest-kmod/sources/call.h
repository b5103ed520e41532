/* SPDX-License-Identifier: GPL-2.0-only */
/* A hooked system call in progress, which syscall.c makes and end.c ends. */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

#include <linux/ptrace.h>
#include <linux/types.h>

#include "arch/arch.h"
#include "channel/buffer.h"
#include "hooks/fetch.h"
#include "hooks/filter.h"
#include "hooks/table.h"

/**
 * struct early_items - items that were fetched before a call that may replace the program
 * @buffer: has the items; NULL: none were fetched
 * @fetch: the items
 */
struct early_items {
	struct buffer *buffer;
	struct fetch fetch;
};

/**
 * struct hooked_call - a hooked system call, from its entry to its return
 * @table: SYSCALL_*
 * @nr: its number in the table
 * @function: its function
 * @regs: if entry hooks matched: a copy of the registers for the function, so that a changed
 *	argument does not change the task's register
 * @seen: the call as filters see it, with its original arguments
 * @match: hooks that match
 * @end: PORTAL_CALL_END_* of the next event
 * @skipped: the function is not run, as an entry hook or a rule decided
 * @rule_failed: a store of a rule failed, so an event is sent
 * @ret: the result, once it is known
 * @early: items for the return event
 * @early_trace: items for the record at the return
 */
struct hooked_call {
	enum syscall_table table;
	u32 nr;
	unsigned long function;
	struct pt_regs regs;
	struct filter_call seen;
	struct hook_match match;
	u8 end;
	bool skipped;
	bool rule_failed;
	long ret;
	struct early_items early;
	struct early_items early_trace;
};

/*
 * Attribute of a variable of this type, which is large: kernels that zero all variables on the
 * stack do not zero it. Each field is set before it is read.
 */
#if __has_attribute(uninitialized)
#define CALL_UNINITIALIZED __attribute__((uninitialized))
#else
#define CALL_UNINITIALIZED
#endif

/** call_is_killed() - check whether the next event is about the task's death in the call */
static inline bool call_is_killed(const struct hooked_call *call)
{
	return call->end == PORTAL_CALL_END_KILLED;
}

/** call_has_return_hooks() - check whether a return hook matched at the entry */
static inline bool call_has_return_hooks(const struct hooked_call *call)
{
	return call->match.on_return.event || call->match.on_return.trace;
}

/** call_ret() - get the result, sign-extended from the task's long; 0 of a killed task */
static inline s64 call_ret(const struct hooked_call *call)
{
	if (call_is_killed(call))
		return 0;
	return call->seen.long_bytes == 4 ? (s32)call->ret : call->ret;
}

/**
 * call_report_end() - report the end of a call to return hooks
 * @call: with its end; @ret is changed if a hook overrides the result
 * @hooks: the hooks
 *
 * Context: may sleep, also if the task is being killed or exits.
 */
void call_report_end(struct hooked_call *call, const struct hook_masks *hooks);

#endif /* GUEST_CALL_H */
