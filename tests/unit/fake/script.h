/* SPDX-License-Identifier: MIT */
/*
 * A host for the fake guest that does not check anything: it requests what the test has listed, in
 * each session, and keeps the answers. So the fake guest is tested without the VMM.
 */
#ifndef UNIT_FAKE_SCRIPT_H
#define UNIT_FAKE_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <portal/ops.h>

#include "fake/event.h"
#include "fake/guest.h"
#include "fake/syscall.h"

#define SCRIPT_MAX	   80
#define SCRIPT_MEMORY	   0x10000ull
#define SCRIPT_MEMORY_SIZE 8192

/* a request, and its answer: code, result, cursor and the first bytes of its data */
struct script_step {
	uint32_t op;
	struct portal_wire_request request;
	const void *payload;
	size_t len;
	uint32_t answer;
	int64_t result;
	uint64_t cursor;
	uint8_t data[512];
};

/**
 * struct script - the host and the guest
 * @guest: the fake guest, of 4 pages
 * @task: a task with memory at SCRIPT_MEMORY
 * @memory: that memory
 * @steps: requests of the next session, @nr of them
 * @verdict: how sessions of events end: @verdict_size bytes; none: NONE
 * @opened: data of the last events that were opened, @nr_opened of them
 * @kinds: number of calls by kind
 * @refuse: result of each call; 0: serve it
 */
struct script {
	struct fake_guest guest;
	struct fake_task task;
	uint8_t *memory;
	struct script_step steps[SCRIPT_MAX];
	size_t nr, at;
	uint8_t verdict[1024];
	size_t verdict_size;
	uint8_t opened[8][PORTAL_DATA_SIZE];
	unsigned int nr_opened;
	unsigned int kinds[16];
	int refuse;
};

/** script_init() - set up the guest. */
void script_init(struct script *script);

/** script_done() - free it. */
void script_done(struct script *script);

/** script_ask() - append a request. Return: the step, to modify. */
struct script_step *script_ask(struct script *script, uint32_t op, uint64_t addr, uint64_t arg,
			       const void *payload, size_t len);

/** script_hook() - append a HOOK_ADD for a hook with one site. Return: the step. */
struct script_step *script_hook(struct script *script, uint32_t id, uint32_t when, uint32_t flags,
				const char *name);

/** script_run() - let the guest open a work session, in which the requests are served. */
void script_run(struct script *script);

/** script_header() - get the header of event @i that was opened. */
struct portal_wire_event script_header(const struct script *script, unsigned int i);

/** script_call() - get the body of that event, if it is of a system call. */
struct portal_wire_syscall script_call(const struct script *script, unsigned int i);

#endif
