/* SPDX-License-Identifier: MIT */
/*
 * A guest without a machine: the guest module's side of the protocol over ordinary memory, written
 * from docs/protocol.md. It has a pool of pages, tasks with user memory, and system call tables. It
 * evaluates no filters: every installed hook on a call matches the tasks of its scope. It follows
 * the protocol unless a test makes it violate it, and has every operation, also those that the
 * guest module does not have.
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

#include "fake/hook.h"
#include "fake/memory.h"
#include "fake/task.h"
#include "fake/trace.h"

#define FAKE_RAM_BASE	    0x40000000ull /* gpa of the first page of the pool */
#define FAKE_MAX_PAGES	    64
#define FAKE_GROWN_BASE	    0x60000000ull /* gpa of the first page that is added by GROW */
#define FAKE_MAX_HOOKS	    512
#define FAKE_MAX_RULES	    32
#define FAKE_MAX_PROCESSES  8
#define FAKE_SLOTS_GPA	    0x50000000ull /* gpa of the rules' slots */
#define FAKE_SLOTS_SIZE	    (PORTAL_MAX_RULES * sizeof(struct portal_rule_slot))
#define FAKE_TRACE_BASE	    0x80000000ull /* gpa of the first trace; see fake/trace.h */
#define FAKE_TRACE_STRIDE   0x400000ull	  /* distance between traces */
#define FAKE_NR_TRACE_RINGS 2		  /* one for each vCPU */
#define FAKE_NR_REASONS	    4		  /* PORTAL_MISSED_*, and 0 */
#define FAKE_NO_NR	    UINT32_MAX	  /* no number of a system call */

/** typedef fake_call_fn - the doorbell. Return: 0: served; other values: refused, or no host. */
typedef int fake_call_fn(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind);

/* an installed rule, split into its parts */
struct fake_rule {
	struct portal_wire_rule head;
	struct portal_wire_rule_cond cond[PORTAL_MAX_RULE_CONDS];
	struct portal_wire_rule_store store[PORTAL_MAX_RULE_STORES];
	struct portal_wire_rule_row row[PORTAL_MAX_RULE_ROWS];
	uint8_t bytes[PORTAL_DATA_SIZE];
};

/* events that were missed for one reason, and header and hooks of the last one */
struct fake_missed {
	struct portal_wire_missed wire;
	struct portal_wire_event header;
	__le32 hooks[PORTAL_MAX_HOOKS];
};

/**
 * struct fake_guest - the guest
 * @call: the doorbell
 * @call_ctx: passed to @call
 * @ram: @nr_loaded pages: the first half at FAKE_RAM_BASE, the others after a hole of one page
 * @nr_loaded: pages of the pool in hello, even
 * @grown: the pages behind these, at FAKE_GROWN_BASE
 * @nr_pages: pages of the pool, at most FAKE_MAX_PAGES
 * @nr_spare: pages by which the pool may grow when it is empty
 * @keeps_page: the first page of the pool is kept for reports
 * @taken: a session has the page, by page
 * @generation: last generation used, by page
 * @cancelled: the host has requested to cancel a session on the page, by page
 * @cancel_generation: generation of that session, by page
 * @hooks: installed hooks in the order of installation
 * @nr_hooks: number of installed hooks
 * @serial: serial of the hook that was installed last
 * @rules: installed rules in the order of installation, @nr_rules of them
 * @rules_open: the host has requested RULE_OPEN
 * @slots: slots of the rules, FAKE_SLOTS_SIZE bytes at FAKE_SLOTS_GPA
 * @slots_gpa: address of the slots in the answer to RULE_OPEN
 * @names_per_block: maximum number of names in an answer to SYSCALL_NAMES
 * @processes: processes that requests may name, @nr_processes of them
 * @run: the function of a system call; NULL: it returns -ENOTTY
 * @run_ctx: passed to @run
 * @tamper: may change an answer before it is sent; NULL: no change
 * @tamper_ctx: passed to @tamper
 * @hello_version: version in hello
 * @sources: sources in hello, and those that it has
 * @ops: operations in hello, and those that it has; see fake_lack_op()
 * @features: features in hello
 * @paging: format of its tasks' page tables in hello
 * @foreign_abi: ABI of foreign programs whose calls it sees, or PORTAL_ABI_NONE
 * @is_arm: it has a 32-bit arm kernel, with no ABI but its own; its tasks are compat tasks, which
 *	selects the table
 * @traces: trace of each vCPU; no memory before TRACE_OPEN
 * @trace_size: bytes of a trace ring, 0 before TRACE_OPEN
 * @most_trace: largest trace ring for which this guest has memory
 * @wake_fd: written to when a trace's head passes its wake_at; -1: no file
 * @windows: window n + 1
 * @shares: share n + 1, PORTAL_SHARE_*
 * @seed, @seed_size: bytes of the last RESEED
 * @nr_reseeds: number of them
 * @missed: what the next events of kind MISSED report, by reason
 * @welcome: answer to WELCOME
 * @welcomed: payload of the last WELCOME
 * @refuse_add: answer to HOOK_ADD; 0: install the hook
 * @refuse_call: cursor of that answer
 * @refuse_open: answer to RULE_OPEN; 0: answer with the address
 * @refuse_rule: answer to RULE_ADD; 0: install the rule
 * @refuse_bulk: answer to WINDOW_OPEN and SHARE_OPEN; 0: allocate the memory
 * @lock: protects the lists of pages, hooks and rules
 */
struct fake_guest {
	fake_call_fn *call;
	void *call_ctx;
	uint8_t *ram, *grown;
	size_t nr_loaded, nr_pages, nr_spare;
	bool keeps_page;
	bool taken[FAKE_MAX_PAGES];
	uint32_t generation[FAKE_MAX_PAGES];
	bool cancelled[FAKE_MAX_PAGES];
	uint32_t cancel_generation[FAKE_MAX_PAGES];
	struct fake_hook hooks[FAKE_MAX_HOOKS];
	size_t nr_hooks;
	uint64_t serial;
	struct fake_rule rules[FAKE_MAX_RULES];
	size_t nr_rules;
	bool rules_open;
	uint8_t *slots;
	uint64_t slots_gpa;
	uint32_t names_per_block;
	struct fake_task *processes[FAKE_MAX_PROCESSES];
	size_t nr_processes;
	int64_t (*run)(void *ctx, struct fake_task *task, uint32_t nr,
		       const uint64_t args[PORTAL_NR_ARGS]);
	void *run_ctx;
	void (*tamper)(void *ctx, struct portal_region *region);
	void *tamper_ctx;
	uint32_t hello_version;
	uint64_t sources, ops[PORTAL_OPS_WORDS], features;
	uint32_t paging;
	uint32_t foreign_abi;
	bool is_arm;
	struct fake_trace traces[FAKE_NR_TRACE_RINGS];
	uint32_t trace_size, most_trace;
	int wake_fd;
	struct fake_bulk windows[FAKE_MAX_WINDOWS];
	struct fake_bulk shares[FAKE_NR_SHARES];
	uint8_t seed[PORTAL_RESEED_MAX];
	size_t seed_size;
	unsigned int nr_reseeds;
	struct fake_missed missed[FAKE_NR_REASONS];
	int welcome;
	struct portal_wire_welcome welcomed;
	int refuse_add;
	uint64_t refuse_call;
	int refuse_open;
	int refuse_rule;
	int refuse_bulk;
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

/**
 * fake_grow() - add @nr pages of @nr_spare to the pool, by a call GROW on the first of them
 *
 * Return: 0; -1: refused, or there are not so many: the pool is as before.
 */
int fake_grow(struct fake_guest *guest, unsigned int vcpu, size_t nr);

/** fake_work() - serve a work session, as after the host's interrupt. Return: 0; -1: refused. */
int fake_work(struct fake_guest *guest, unsigned int vcpu);

/**
 * fake_serve_work() - serve the number that was read from PORTAL_DEV_WORK
 * @nr: sessions, which are all open before the first is served; they take turns
 *
 * Return: number of sessions that were served to their end.
 */
unsigned int fake_serve_work(struct fake_guest *guest, unsigned int vcpu, unsigned int nr);

/**
 * fake_serve_cancel() - serve what was read from PORTAL_DEV_CANCEL and _CANCEL_GENERATION
 * @page: index of the page plus one
 * @generation: of the session that is meant
 */
void fake_serve_cancel(struct fake_guest *guest, uint32_t page, uint32_t generation);

/** fake_lack_op() - take operation @op from a guest that has not said hello. */
void fake_lack_op(struct fake_guest *guest, uint32_t op);

/** fake_has_op() - check whether it has operation @op. */
bool fake_has_op(const struct fake_guest *guest, uint32_t op);

/** fake_add_process() - let requests name the task's process. @task: borrowed. */
void fake_add_process(struct fake_guest *guest, struct fake_task *task);

/** fake_del_process() - the process has ended. */
void fake_del_process(struct fake_guest *guest, const struct fake_task *task);

/** fake_find_process() - get a process by id and start time. Return: NULL: there is none. */
struct fake_task *fake_find_process(struct fake_guest *guest, uint32_t pid, uint64_t start_time);

/** fake_nr() - get the number of a system call. Return: FAKE_NO_NR: it is not in the table. */
uint32_t fake_nr(bool compat, const char *name);

/* the tables that SYSCALL_NAMES answers with; see names.c */
const char *fake_name(bool compat, uint32_t nr);
uint32_t fake_nr_calls(bool compat);

/** fake_entry_end() - get the PORTAL_CALL_END_* of a call's entry event. */
uint8_t fake_entry_end(const char *name);

/** fake_may_replace() - check whether a call may replace the program. */
bool fake_may_replace(const char *name);

#endif
