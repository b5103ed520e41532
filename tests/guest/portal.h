/* SPDX-License-Identifier: MIT */
/*
 * The guest's side of docs/protocol.md, small enough to be lied with: pages, doorbell, a hello,
 * answers. Counts what it calls, so that a test can compare with what the VMM says.
 */
#ifndef GUEST_PORTAL_H
#define GUEST_PORTAL_H

#include <portal/ops.h>
#include <portal/wire.h>

#include "guest.h"

#define NR_POOL_PAGES 4

/* the pool that portal_hello() announces */
extern volatile struct portal_region pool[NR_POOL_PAGES];

/* of the calling guest: calls that reached the VMM, and those it refused */
extern uint64_t nr_rings, nr_refused;

/** portal_call_gpa() - a hello or an unknown kind for any address, counted. Return: it was served.
 */
bool portal_call_gpa(uint64_t gpa, uint32_t kind);

/** portal_call_page() - any call for a page of the pool, counted. Return: it was served. */
bool portal_call_page(unsigned int page, uint32_t kind);

/** portal_put() - a header with page @page's own generation. */
void portal_put(unsigned int page, uint32_t code, uint64_t addr, uint64_t size);

/** portal_open() - the same with its next generation, for calls that open a session. */
void portal_open(unsigned int page, uint32_t code, uint64_t size);

/** portal_data() - the payload of @page as a struct of another kind. */
static inline void *portal_data(unsigned int page)
{
	return (void *)(uintptr_t)gpa_of(pool[page].data);
}

/** portal_asked() - the operation the host left in @page. */
uint32_t portal_asked(unsigned int page);

/** portal_hello() - a valid hello in page 0, not yet rung. Return: to be spoilt. */
struct portal_wire_hello *portal_hello(void);

/** portal_answer() - answer with RESP_DONE. Return: it was served. */
bool portal_answer(unsigned int page, int64_t size, uint64_t cursor);

/** portal_answer_names() - answer SYSCALL_NAMES with @len bytes of @names, the whole table. */
bool portal_answer_names(unsigned int page, const char *names, size_t len);

/**
 * portal_greet() - hello and all that follows it
 * @names: the native table
 * @len: its bytes
 * @ret_hook: the first hook the host adds; may be NULL
 *
 * Return: the host has ended the session in peace.
 */
bool portal_greet(const char *names, size_t len, struct portal_wire_hook *ret_hook);

/** portal_event() - a system call event in @page, not yet rung. Return: to be spoilt. */
struct portal_wire_syscall *portal_event(unsigned int page, uint32_t code);

#endif
