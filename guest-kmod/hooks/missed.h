/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events that hooks have missed: counts them by reason, call and hooks, and reports them to the
 * host by events of kind PORTAL_EVENT_MISSED. A report takes a page only if one is free now, so
 * that it waits for nothing; what it could not report is in the next one.
 */
#ifndef GUEST_MISSED_H
#define GUEST_MISSED_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "hooks/table.h"

extern bool missed_waits;

/**
 * missed_add() - count an event that hooks do not get, and report it if that is due
 * @match: from hook_table_match()
 * @hooks: bits of the hooks
 * @kind: PORTAL_EVENT_* of the event
 * @reason: PORTAL_MISSED_NO_PAGE or PORTAL_MISSED_CPU_GONE; PORTAL_MISSED_REFUSED if there is no
 *	page and the call can fail, which is NO_PAGE unless a hook has PORTAL_HOOK_F_REQUIRED
 *
 * For the same reason, call and hooks there is at most one report a second; the others are counted
 * in the next one.
 *
 * Context: process; holds no page.
 * Return: 0: the call goes on; -EAGAIN: the call has to fail with it.
 */
int missed_add(const struct hook_match *match, u64 hooks, u16 kind, u32 reason);

/**
 * missed_report() - send the reports that are due
 *
 * Context: process; holds no page.
 */
void missed_report(void);

/**
 * missed_flush() - send what was not reported yet, and forget what cannot be sent
 *
 * Context: process; before pool_close().
 */
void missed_flush(void);

/**
 * missed_wait() - check whether there is something that was not reported yet
 *
 * For callers of missed_report() on paths that are used often.
 */
static inline bool missed_wait(void)
{
	return READ_ONCE(missed_waits);
}

#endif /* GUEST_MISSED_H */
