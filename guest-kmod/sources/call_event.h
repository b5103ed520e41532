/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of a hooked system call: builds them, with what the hooks have declared, for a session
 * or as records of a trace. It does not know sessions, verdicts or rules.
 */
#ifndef GUEST_CALL_EVENT_H
#define GUEST_CALL_EVENT_H

#include <linux/types.h>

#include "channel/buffer.h"
#include "hooks/event.h"
#include "sources/call.h"

/**
 * call_event_build() - build an event at the start of a buffer
 * @buffer: private
 * @call: the call
 * @kind: PORTAL_EVENT_SYSCALL_ENTER or PORTAL_EVENT_SYSCALL_RETURN
 * @hooks: bits of the hooks
 *
 * Context: may sleep.
 * Return: its size, at most PORTAL_DATA_SIZE; 0: none of the hooks is left.
 */
int call_event_build(struct buffer *buffer, const struct hooked_call *call, u16 kind, u64 hooks);

/**
 * call_event_add_body() - append the body of a system call
 * @event: with its header and ids
 * @call: the call
 * @nr_regs: number of registers that follow it, 0 or PORTAL_NR_REGS
 */
void call_event_add_body(struct event *event, const struct hooked_call *call, u32 nr_regs);

/**
 * call_event_may_use_regs() - check that the registers have the layout of the call's ABI
 * @call: the call; a successful execve may have left registers of another layout
 */
bool call_event_may_use_regs(const struct hooked_call *call);

/**
 * call_event_trace() - append a record to the trace ring of the CPU, without an exit
 * @call: the call
 * @kind: as for call_event_build()
 * @hooks: the hooks; only those that trace are looked at
 *
 * Context: may sleep.
 */
void call_event_trace(struct hooked_call *call, u16 kind, const struct hook_masks *hooks);

/**
 * call_event_fetch_early() - before an execve: fetch what return hooks have declared
 * @call: the call; nothing happens if it is another one
 *
 * A program that is replaced takes the memory with it that the declarations are about.
 *
 * Context: may sleep.
 */
void call_event_fetch_early(struct hooked_call *call);

/**
 * call_event_forget_early() - drop what call_event_fetch_early() has fetched
 * @call: the call
 */
void call_event_forget_early(struct hooked_call *call);

#endif /* GUEST_CALL_EVENT_H */
