/* SPDX-License-Identifier: MIT */
/*
 * A guest without a machine: the guest module's side of the protocol over ordinary memory, written
 * from docs/protocol.md. It has a pool of pages, tasks with user memory, and system call tables; it
 * evaluates no filters, every installed hook on a call matches. It behaves well unless a test makes
 * it lie.
 *
 * A vCPU is the thread that calls with its number. Different sessions may be driven from different
 * threads; one session, and one task, from one.
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
#define FAKE_TRACE_STRIDE   0x400000ull	  /* from one to the next */
#define FAKE_NR_TRACE_RINGS 2		  /* one for each vCPU */

/** typedef fake_call_fn - the doorbell. Return: 0 served; anything else: nobody serves. */
typedef int fake_call_fn(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind);

/* an installed hook */
struct fake_hook {
	struct portal_wire_hook wire;
	struct portal_wire_fetch fetch[PORTAL_MAX_FETCH];
	bool on;
};

/* an installed rule, taken apart */
struct fake_rule {
	struct portal_wire_rule head;
	struct portal_wire_rule_cond cond[PORTAL_MAX_RULE_CONDS];
	struct portal_wire_rule_store store[PORTAL_MAX_RULE_STORES];
	uint8_t bytes[PORTAL_DATA_SIZE];
};

/**
 * struct fake_guest - the guest
 * @call: how a call leaves it
 * @call_ctx: handed to @call
 * @ram: @nr_pages pages, the first half at FAKE_RAM_BASE, the others with a hole of a page between
 * @nr_pages: of the pool, even
 * @taken: page is in a session
 * @generation: last one used, by page
 * @hooks: what the host has installed
 * @nr_hooks: how many
 * @rules: what the host has installed, in that order; @nr_rules of them
 * @rules_open: the host has asked for the slots
 * @slots: the rules' slots, FAKE_SLOTS_SIZE bytes at FAKE_SLOTS_GPA
 * @slots_gpa: where it says that they are
 * @names_per_block: most names in one answer to SYSCALL_NAMES
 * @run: a system call's own function; NULL: it returns -ENOTTY
 * @run_ctx: handed to @run
 * @tamper: may change an answer before it is rung; NULL
 * @tamper_ctx: handed to @tamper
 * @hello_version: what hello says
 * @features: what hello offers
 * @is_arm: its kernel is a 32-bit one for arm: that ABI is its own, and it has no other; tasks are
 *	compat ones, for the table they have here
 * @trace rings: of each vCPU; no memory before TRACE_OPEN
 * @trace_size: bytes of a trace ring, 0 before TRACE_OPEN
 * @most_trace: largest trace ring that this guest has memory for
 * @wake_fd: written to when a trace's head passes its wake_at; -1: nowhere
 * @welcome: answer to WELCOME
 * @nr_ops: operations it knows, those below; 0 = all
 * @refuse_add: answer to HOOK_ADD; 0 = install
 * @refuse_open: answer to RULE_OPEN; 0 = tell
 * @refuse_rule: answer to RULE_ADD; 0 = install
 * @lock: @taken, @generation, @hooks and @rules
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
	int refuse_open;
	int refuse_rule;
	pthread_mutex_t lock;
};

/** fake_guest_init() - a guest with @nr_pages (even, 2 .. FAKE_MAX_PAGES). Return: 0; -ENOMEM. */
int fake_guest_init(struct fake_guest *guest, size_t nr_pages, fake_call_fn *call, void *ctx);

/** fake_guest_done() - frees it. */
void fake_guest_done(struct fake_guest *guest);

/** fake_slice() - guest memory as the host sees it. Return: NULL: not all RAM. */
void *fake_slice(void *guest, uint64_t gpa, uint64_t len);

/** fake_page_gpa() - guest physical address of page @index of the pool. */
uint64_t fake_page_gpa(const struct fake_guest *guest, size_t index);

/** fake_fill_hello() - what this guest says in its hello. */
void fake_fill_hello(const struct fake_guest *guest, struct portal_wire_hello *ret_hello);

/**
 * fake_hello() - load the module: hello, and everything the host asks for. Return: 0; -1 refused.
 */
int fake_hello(struct fake_guest *guest, unsigned int vcpu);

/** fake_bye() - unload it. Return: what the call returned. */
int fake_bye(struct fake_guest *guest, unsigned int vcpu);

/** fake_work() - the host has raised the interrupt. Return: 0; -1 refused. */
int fake_work(struct fake_guest *guest, unsigned int vcpu);

/** fake_nr() - number of a call; PORTAL_NR_NONE. */
uint32_t fake_nr(bool compat, const char *name);

/* names of the table served by SYSCALL_NAMES, NUL separated; see names.c */
const char *fake_name(bool compat, uint32_t nr);
uint32_t fake_nr_calls(bool compat);

/** fake_hook_bits() - bits of the hooks on a call at one of its stages that want an event. */
uint64_t fake_hook_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when);

/**
 * fake_trace_bits() - bits of those that want a record. @ret_block: of these, who waits for room.
 */
uint64_t fake_trace_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when,
			 uint64_t *ret_block);

#endif
