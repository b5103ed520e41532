/* SPDX-License-Identifier: MIT */
/*
 * An event, parsed from its wire structs: the header that all kinds share, the ids of its hooks,
 * its body and its items. Pure parsing of untrusted bytes; knows no page, no session and no hook.
 * Source: docs/protocol.md section 5.
 */
#ifndef PORTAL_EVENT_H
#define PORTAL_EVENT_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "portal/fetched.h"
#include "portal/hello.h"

/**
 * struct syscall_body - a system call at one of its stages
 * @is_return: the stage: false: entry, true: return
 * @is_compat: made with the compat ABI of the hello
 * @end: PORTAL_CALL_END_*
 * @flags: PORTAL_SYSCALL_F_*
 * @regs: PORTAL_NR_REGS numbers of 8 bytes, little endian; NULL: the event has none
 *
 * The other fields are those of struct portal_wire_syscall.
 */
struct syscall_body {
	bool is_return, is_compat;
	uint8_t pointer_size, byte_order, nr_args, end;
	uint32_t abi, nr, flags;
	uint64_t base, pc;
	int64_t ret;
	uint64_t args[PORTAL_NR_ARGS];
	const uint8_t *regs;
};

/* a write of a verdict that failed: its negative errno and its address */
struct event_error {
	int err;
	uint64_t addr;
};

/* events that were missed; the fields are those of struct portal_wire_missed */
struct event_missed {
	uint32_t reason, kind, nr, abi;
	uint64_t count;
};

/**
 * struct guest_event - an event
 * @kind: PORTAL_EVENT_*, or the number of a kind that is not known here
 * @context: PORTAL_CONTEXT_*
 * @flags: PORTAL_EVENT_F_*
 * @pid: process
 * @tid: thread
 * @cpu: CPU of the guest
 * @newest: serial of the newest hook that the guest knew
 * @start_time: start time of the process, ns since the guest's boot
 * @pgd: guest physical address of the task's top page table; 0: not given
 * @comm: the task's name; points into the parsed bytes
 * @call: SYSCALL_ENTER and SYSCALL_RETURN, and ERROR about one of these
 * @error: ERROR
 * @missed: MISSED
 * @items: the memory that hooks declared; points into the parsed bytes
 * @nr_hooks: entries of @hooks, at least 1
 * @hooks: ids of the hooks that matched, each once
 *
 * Parts that the kind does not have are not set, except for @items, which is empty.
 */
struct guest_event {
	uint32_t kind, context, flags;
	uint32_t pid, tid, cpu;
	uint64_t newest, start_time, pgd;
	const char *comm;
	struct syscall_body call;
	union {
		struct event_error error;
		struct event_missed missed;
	};
	struct fetched items;
	uint32_t nr_hooks;
	uint32_t hooks[PORTAL_MAX_HOOKS];
};

/**
 * event_parse() - parse and check an event
 * @data: already copied out of the page, 8-byte aligned; @ret_event points into it
 * @size: bytes of @data
 * @hello: from the guest that sent it
 * @ret_event: set on success
 *
 * Of a kind that is not known here, the header and the ids are checked.
 *
 * Return: 0; -EPROTO.
 */
must_check int event_parse(void *data, size_t size, const struct hello *hello,
			   struct guest_event *ret_event);

/** event_is_call() - check whether the event is a system call at one of its stages. */
static inline bool event_is_call(const struct guest_event *event)
{
	return event->kind == PORTAL_EVENT_SYSCALL_ENTER ||
	       event->kind == PORTAL_EVENT_SYSCALL_RETURN;
}

#endif
