/* SPDX-License-Identifier: MIT */
/*
 * The guest's side of docs/protocol.md: pages, doorbell, a hello, answers. Programs can change
 * every field to send invalid messages. Counts its calls, so that a test can compare the count with
 * the VMM's.
 */
#ifndef GUEST_PORTAL_H
#define GUEST_PORTAL_H

#include <portal/ops.h>
#include <portal/wire.h>

#include "guest.h"

#define NR_POOL_PAGES 4

/* the pool that portal_hello() announces */
extern volatile struct portal_region pool[NR_POOL_PAGES];

/* calls that reached the VMM, and how many of them it refused */
extern uint64_t nr_calls, nr_refused;

/** portal_call_gpa() - make a call for any address, and count it. Return: it was served. */
bool portal_call_gpa(uint64_t gpa, uint32_t kind);

/** portal_call_page() - make a call for a page of the pool, and count it. Return: it was served. */
bool portal_call_page(unsigned int page, uint32_t kind);

/** portal_put() - write the header of @page, with the page's current generation. */
void portal_put(unsigned int page, uint32_t code, uint64_t addr, uint64_t size);

/** portal_open() - the same with the next generation, for calls that open a session. */
void portal_open(unsigned int page, uint32_t code, uint64_t size);

/** portal_data() - the payload of @page as a struct of another kind. */
static inline void *portal_data(unsigned int page)
{
	return (void *)(uintptr_t)gpa_of(pool[page].data);
}

/** portal_operation() - the operation that the host has written to @page. */
uint32_t portal_operation(unsigned int page);

/** portal_request() - the parameters of that operation, copied. */
struct portal_wire_request portal_request(unsigned int page);

/** portal_hello() - write a valid hello to page 0, without a call. Return: the hello, to modify. */
struct portal_wire_hello *portal_hello(void);

/* the operations that portal_hello() announces: those that portal_greet() answers */
#define PORTAL_BARE_OPS                                                                         \
	(1ull << PORTAL_OP_NONE | 1ull << PORTAL_OP_VERDICT | 1ull << PORTAL_OP_WELCOME |       \
	 1ull << PORTAL_OP_READ | 1ull << PORTAL_OP_WRITE | 1ull << PORTAL_OP_READ_STR |        \
	 1ull << PORTAL_OP_FD_NAME | 1ull << PORTAL_OP_PROC_ARGS | 1ull << PORTAL_OP_PROC_ENV | \
	 1ull << PORTAL_OP_PROC_PID | 1ull << PORTAL_OP_USER_REGS |                             \
	 1ull << PORTAL_OP_SYSCALL_NAMES | 1ull << PORTAL_OP_HOOK_ADD |                         \
	 1ull << PORTAL_OP_HOOK_DEL | 1ull << PORTAL_OP_HOOK_ENABLE)

/** portal_answer() - answer with RESP_DONE. Return: it was served. */
bool portal_answer(unsigned int page, int64_t size, uint64_t cursor);

/** portal_answer_serial() - answer HOOK_ADD with the next serial. Return: it was served. */
bool portal_answer_serial(unsigned int page);

/** portal_answer_names() - answer SYSCALL_NAMES with @names, the whole table, @len bytes. */
bool portal_answer_names(unsigned int page, const char *names, size_t len);

/* a hook that the host has added, and its first site */
struct portal_hook {
	struct portal_wire_hook wire;
	struct portal_wire_site site;
};

/**
 * portal_greet() - make a hello and answer all operations of its session
 * @names: the native table of system call names
 * @len: bytes of @names
 * @ret_hook: the first hook that the host adds; may be NULL
 *
 * Return: the host has ended the session without an error.
 */
bool portal_greet(const char *names, size_t len, struct portal_hook *ret_hook);

/* the event of a system call, for one hook, without registers and items */
struct portal_event {
	struct portal_wire_event header;
	__le32 hook;
	__le32 padding;
	struct portal_wire_syscall call;
};

/**
 * portal_event() - write a system call event to @page, without a call
 * @kind: PORTAL_EVENT_SYSCALL_*
 *
 * It names a hook that the host has not added. Return: the event, to modify.
 */
struct portal_event *portal_event(unsigned int page, uint32_t kind);

#endif
