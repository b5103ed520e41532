/* SPDX-License-Identifier: MIT */
/*
 * A guest without a machine: the guest module's side of the protocol over ordinary memory, written
 * from docs/protocol.md. It has a pool of pages, tasks with user memory, and system call tables. It
 * evaluates no filters: every installed hook on a call matches. It follows the protocol unless a
 * test makes it violate it.
 *
 * A vCPU is the thread that makes calls with the vCPU's number. Different sessions may run on
 * different threads; a session, and a task, is used by one thread only.
 */
#ifndef FAKE_GUEST_H
#define FAKE_GUEST_H

#include <portal/wire.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fake/task.h"
#include "fake/trace.h"

#define FAKE_RAM_BASE	    0x40000000ull /* gpa of the first page of the pool */
#define FAKE_MAX_PAGES	    64
#define FAKE_MAX_HOOKS	    512
#define FAKE_MAX_RULES	    32
#define FAKE_SLOTS_GPA	    0x50000000ull /* gpa of the rules' slots */
#define FAKE_SLOTS_SIZE	    (PORTAL_MAX_RULES * sizeof(struct portal_rule_slot))
#define FAKE_TRACE_BASE	    0x80000000ull /* gpa of the first trace; see fake/trace.h */
#define FAKE_TRACE_STRIDE   0x400000ull	  /* distance between traces */
#define FAKE_NR_TRACE_RINGS 2		  /* one for each vCPU */

/** typedef fake_call_fn - the doorbell. Return: 0: served; other values: refused, or no host. */
typedef int fake_call_fn(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind);

/* an installed hook */
struct fake_hook {
	struct portal_wire_hook wire;
	struct portal_wire_fetch fetch[PORTAL_MAX_FETCH];
	bool on;
};

/* an installed rule, split into its parts */
struct fake_rule {
	struct portal_wire_rule head;
	struct portal_wire_rule_cond cond[PORTAL_MAX_RULE_CONDS];
	struct portal_wire_rule_store store[PORTAL_MAX_RULE_STORES];
	uint8_t bytes[PORTAL_DATA_SIZE];
};

/**
 * struct fake_guest - the guest
 * @call: the doorbell
 * @call_ctx: passed to @call
 * @ram: @nr_pages pages: the first half at FAKE_RAM_BASE, the others after a hole of one page
 * @nr_pages: pages of the pool, even
 * @taken: a session has the page, by page
 * @generation: last generation used, by page
 * @hooks: installed hooks
 * @nr_hooks: number of installed hooks
 * @rules: installed rules in the order of installation, @nr_rules of them
 * @rules_open: the host has requested RULE_OPEN
 * @slots: slots of the rules, FAKE_SLOTS_SIZE bytes at FAKE_SLOTS_GPA
 * @slots_gpa: address of the slots in the answer to RULE_OPEN
 * @names_per_block: maximum number of names in an answer to SYSCALL_NAMES
 * @run: the function of a system call; NULL: it returns -ENOTTY
 * @run_ctx: passed to @run
 * @tamper: may change an answer before it is sent; NULL: no change
 * @tamper_ctx: passed to @tamper
 * @hello_version: version in hello
 * @features: features in hello
 * @is_arm: it has a 32-bit arm kernel, with no ABI but its own; its tasks are compat tasks, which
 *	selects the table
 * @traces: trace of each vCPU; no memory before TRACE_OPEN
 * @trace_size: bytes of a trace ring, 0 before TRACE_OPEN
 * @most_trace: largest trace ring for which this guest has memory
 * @wake_fd: written to when a trace's head passes its wake_at; -1: no file
 * @welcome: answer to WELCOME
 * @nr_ops: it has the operations with smaller numbers; 0: it has all
 * @refuse_add: answer to HOOK_ADD; 0: install the hook
 * @refuse_call: cursor of that answer
 * @refuse_open: answer to RULE_OPEN; 0: answer with the address
 * @refuse_rule: answer to RULE_ADD; 0: install the rule
 * @lock: protects @taken, @generation, @hooks and @rules
 */
struct fake_guest {
	fake_call_fn *call;
	void *call_ctx;
	uint8_t *ram;
	size_t nr_pages;
	bool taken[FAKE_MAX_PAGES];
	uint32_t generation[FAKE_MAX_PAGES];
	struct fake_hook hooks[FAKE_MAX_HOOKS];
	size_t nr_hooks;
	struct fake_rule rules[FAKE_MAX_RULES];
	size_t nr_rules;
	bool rules_open;
	uint8_t *slots;
	uint64_t slots_gpa;
	uint32_t names_per_block;
	int64_t (*run)(void *ctx, struct fake_task *task, uint32_t nr, const uint64_t args[6]);
	void *run_ctx;
	void (*tamper)(void *ctx, struct portal_region *region);
	void *tamper_ctx;
	uint32_t hello_version;
	uint64_t features;
	bool is_arm;
	struct fake_trace traces[FAKE_NR_TRACE_RINGS];
	uint32_t trace_size, most_trace;
	int wake_fd;
	int welcome;
	uint32_t nr_ops;
	int refuse_add;
	uint64_t refuse_call;
	int refuse_open;
	int refuse_rule;
	pthread_mutex_t lock;
};

/** fake_guest_init() - make a guest; @nr_pages: even, 2 .. FAKE_MAX_PAGES. Return: 0; -ENOMEM. */
int fake_guest_init(struct fake_guest *guest, size_t nr_pages, fake_call_fn *call, void *ctx);

/** fake_guest_done() - free its memory. */
void fake_guest_done(struct fake_guest *guest);

/** fake_slice() - get guest memory as the host sees it. Return: NULL: the range is not all RAM. */
void *fake_slice(void *guest, uint64_t gpa, uint64_t len);

/** fake_page_gpa() - get the guest physical address of page @index of the pool. */
uint64_t fake_page_gpa(const struct fake_guest *guest, size_t index);

/** fake_fill_hello() - make this guest's hello. */
void fake_fill_hello(const struct fake_guest *guest, struct portal_wire_hello *ret_hello);

/**
 * fake_hello() - load the guest module: send hello and serve the session. Return: 0; -1: refused.
 */
int fake_hello(struct fake_guest *guest, unsigned int vcpu);

/** fake_bye() - unload the guest module. Return: the result of the call. */
int fake_bye(struct fake_guest *guest, unsigned int vcpu);

/** fake_work() - serve a work session, as after the host's interrupt. Return: 0; -1: refused. */
int fake_work(struct fake_guest *guest, unsigned int vcpu);

/** fake_nr() - get the number of a system call. Return: PORTAL_NR_NONE: it is not in the table. */
uint32_t fake_nr(bool compat, const char *name);

/* the tables that SYSCALL_NAMES answers with; see names.c */
const char *fake_name(bool compat, uint32_t nr);
uint32_t fake_nr_calls(bool compat);

/** fake_hook_bits() - get the bits of the hooks that get an event at a stage of a call. */
uint64_t fake_hook_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when);

/**
 * fake_trace_bits() - get the bits of the hooks that get a record at a stage of a call
 * @ret_block: bits of those for which the task waits for room
 */
uint64_t fake_trace_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when,
			 uint64_t *ret_block);

#endif
