/* SPDX-License-Identifier: MIT */
/*
 * portal/hook.h: all that a hook module needs.
 *
 * A hook module is a shared object that portal-vmm loads with --hook FILE.so[,key=value...] before
 * the guest starts. It defines one symbol, `portal_module`, and links against nothing: the portal_*
 * functions below live in the portal-vmm executable. C99 and C++.
 *
 *	static int answer(struct portal_ctx *ctx, void *data)
 *	{
 *		uint32_t reg;
 *
 *		if (portal_read_int(ctx, portal_arg(ctx, 2), &reg) < 0)
 *			return 0;
 *		portal_log(ctx, PORTAL_INFO, "register %#x", reg);
 *		portal_set_ret(ctx, 0);
 *		return 1;
 *	}
 *
 * Rules
 *
 * Results. Functions return counts or 0, or a negative errno; never made-up data, never a silent
 * truncation. -EFAULT: a bad guest address, nothing was moved. A short count: a later part faulted.
 * -ECANCELED: the VM or the task goes away, return promptly. -EPROTO: the guest broke the protocol.
 * -EINVAL: the call makes no sense here (said with each function).
 *
 * Writes are immediate: portal_write_* returns what the guest did, and it is not undone. In a hook
 * with PORTAL_HOOK_DEFER_WRITES they are staged: the call returns the staged count at once, later
 * reads of this hook see the staged bytes, a negative return of the callback discards them, and the
 * guest performs them before it applies skip or result. A failing one stops the rest of the verdict
 * and calls on_error.
 *
 * Suspension. A call that "may suspend" looks synchronous; behind it the guest may run, page in and
 * sleep. Meanwhile other callbacks of the same module may run: treat it like a dropped lock.
 * Callbacks of one module never run in parallel unless it sets PORTAL_MODULE_THREAD_SAFE. A
 * callback runs on the thread of its vCPU, which stands still: work on the host of more than about
 * 10 ms belongs in a thread of the module's own; one that takes longer is reported by name.
 *
 * Return value of a callback. 0: go on to the next hook. 1: handled, later hooks are not asked.
 * Negative: logged, nothing it staged is applied, the system call goes on as if this hook were not
 * there; after 100 failures in a row the hook is switched off with a warning.
 *
 * Several hooks on one call run in the order of the modules on the command line, then in the order
 * of registration. Filters see the original values; portal_arg and portal_ret see what earlier
 * hooks staged; edits of different arguments all survive. Return hooks run after a skip, with its
 * result.
 *
 * Memory. Descriptors and strings given to a function are copied. What a callback is handed is
 * borrowed until it returns. Output goes to the caller's buffer.
 *
 * Life. Version check, options (an unknown key is an error that lists the known ones), load(),
 * events, suspended callbacks are cancelled, unload(). Hooks may be added and removed from load(),
 * from inside callbacks, and from threads of the module's own, which unload() joins.
 *
 * Versions. `api` is one number. Structs that a module fills carry their size; those embedded or in
 * arrays (match, fetch, option) carry reserved fields and never change size within an api. New
 * functions are new symbols.
 *
 * A module can be tested without a VM: link its .c with a test that defines the functions it uses.
 */
#ifndef PORTAL_HOOK_H
#define PORTAL_HOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

#define PORTAL_API_VERSION 1

struct portal_module; /* a loaded module */
struct portal_ctx;    /* one event while a callback works on it; never keep it */
struct portal_hook;   /* one registered hook */

/* ---- the module ---- */

/**
 * struct portal_option - an option the module takes on the command line
 * @key: name; NULL ends the array
 * @fallback: value when not given; NULL = none
 * @help: one line
 * @reserved: NULL
 */
struct portal_option {
	const char *key;
	const char *fallback;
	const char *help;
	const void *reserved;
};

#define PORTAL_MODULE_THREAD_SAFE 1u /* callbacks may run in parallel on several vCPU threads */

/**
 * struct portal_module_desc - the one symbol a module defines: `portal_module`
 * @size: filled by PORTAL_MODULE_INIT
 * @api: filled by PORTAL_MODULE_INIT
 * @name: short name, used in messages
 * @version: free text, may be NULL
 * @help: one line or more, may be NULL
 * @flags: PORTAL_MODULE_*
 * @reserved: 0
 * @options: ends with key = NULL; NULL = none
 * @load: registers hooks; a negative errno refuses to start the VM
 * @unload: called once after the last callback, may be NULL
 */
struct portal_module_desc {
	uint32_t size;
	uint32_t api;
	const char *name;
	const char *version;
	const char *help;
	uint32_t flags;
	uint32_t reserved;
	const struct portal_option *options;
	int (*load)(struct portal_module *mod);
	void (*unload)(struct portal_module *mod);
};

/* first initializer of the descriptor: { PORTAL_MODULE_INIT, .name = ... } */
#ifdef __cplusplus
#define PORTAL_MODULE_INIT sizeof(struct portal_module_desc), PORTAL_API_VERSION
#else
#define PORTAL_MODULE_INIT .size = sizeof(struct portal_module_desc), .api = PORTAL_API_VERSION
#endif

extern const struct portal_module_desc portal_module;

/* ---- filters, evaluated inside the guest before any exit ---- */

enum {
	PORTAL_MATCH_ANY = 0,
	PORTAL_MATCH_EQ = 1,
	PORTAL_MATCH_NE = 2,
	PORTAL_MATCH_GT = 3,
	PORTAL_MATCH_GE = 4,
	PORTAL_MATCH_LT = 5,
	PORTAL_MATCH_LE = 6,
	PORTAL_MATCH_RANGE = 7,	      /* value <= x <= limit */
	PORTAL_MATCH_SUCCESS = 8,     /* not PORTAL_MATCH_ERROR */
	PORTAL_MATCH_ERROR = 9,	      /* -4095 .. -1 */
	PORTAL_MATCH_BITS_SET = 10,   /* every bit of value is set */
	PORTAL_MATCH_BITS_CLEAR = 11, /* every bit of value is clear */
	PORTAL_MATCH_STR_EQ = 12,     /* x is a user pointer to a string; a fault is "no match" */
	PORTAL_MATCH_STR_PREFIX = 13,
	PORTAL_MATCH_STR_SUFFIX = 14,
	PORTAL_MATCH_STR_CONTAINS = 15
};

#define PORTAL_MATCH_UNSIGNED 1u /* compare without sign */

/**
 * struct portal_match - a filter on an argument or on the result; all zero = any
 * @cmp: PORTAL_MATCH_*
 * @width: bytes that count: 1, 2, 4 or 8; 0 = the task's long
 * @flags: PORTAL_MATCH_UNSIGNED
 * @reserved: 0
 * @value: operand, low bound or mask; cut to @width
 * @limit: high bound of RANGE
 * @str: string of STR_*
 * @reserved2: 0
 */
struct portal_match {
	uint32_t cmp;
	uint32_t width;
	uint32_t flags;
	uint32_t reserved;
	uint64_t value;
	uint64_t limit;
	const char *str;
	uint64_t reserved2;
};

/* ---- what the guest should bring along ---- */

enum {
	PORTAL_FETCH_NONE = 0,
	PORTAL_FETCH_STR = 1,	  /* the string at arg + offset */
	PORTAL_FETCH_MEM = 2,	  /* max bytes at arg + offset */
	PORTAL_FETCH_PTR_MEM = 3, /* max bytes at *(arg + offset) + inner_offset */
	PORTAL_FETCH_PTR_STR = 4, /* the string at *(arg + offset) + inner_offset */
	PORTAL_FETCH_FD_NAME = 5, /* portal_fd_name() of arg */
	PORTAL_FETCH_ARGS = 6	  /* portal_proc_args() */
};

#define PORTAL_FETCH_F_LEN_IS_ARG 1u /* the length is argument @len_arg, at most @max */

/**
 * struct portal_fetch - data the hook is going to read
 * @what: PORTAL_FETCH_*
 * @arg: index of the argument, 0 .. 5
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there
 * @max: most bytes wanted
 * @flags: PORTAL_FETCH_F_*
 * @len_arg: with PORTAL_FETCH_F_LEN_IS_ARG: index of the argument that is the length, 0 .. 5;
 *	else 0
 * @reserved: 0
 *
 * The guest collects what is declared before the event leaves it, faulting pages in; the read
 * functions then take it from the event and cost no further exit: portal_read_bytes() and the
 * functions built on it inside a declared range, portal_read_str() of a declared string,
 * portal_fd_name() and portal_proc_args(). A declaration never changes what they return, only what
 * they cost: whatever does not fit the event's page (about 3,600 bytes for all hooks on it) or was
 * not declared is asked for. What was declared is read when the event is made; writes through
 * portal_write_*() are seen by later reads. PTR_* bring the pointer along as well.
 */
struct portal_fetch {
	uint32_t what;
	uint32_t arg;
	int64_t offset;
	int64_t inner_offset;
	uint32_t max;
	uint32_t flags;
	uint32_t len_arg;
	uint32_t reserved;
};

/* ---- hooks ---- */

#define PORTAL_ON_ENTER	 1u /* before the call */
#define PORTAL_ON_RETURN 2u /* after it, or after a skip */

/* see "Writes" above: the way to one exit for a hook that writes */
#define PORTAL_HOOK_DEFER_WRITES 1u

/*
 * The callback only looks: whatever would change something is -EINVAL. With both PORTAL_ON_ENTER
 * and PORTAL_ON_RETURN it is called for both when the call returns, one after the other, and that
 * costs one exit instead of two; the arguments are those at entry, memory is what it is at the
 * return. A result filter decides both. Calls that never return (exit, exit_group) are told at
 * their entry. It does not keep later hooks from being asked.
 */
#define PORTAL_HOOK_OBSERVE 2u

/*
 * The callback only reads a log: the guest writes each event, with what was declared, into a ring
 * in its own memory and goes on; that costs no exit. The callback runs later, on one thread of
 * portal-vmm for all of them: what it does is never waited for, by no vCPU. It sees what the event
 * carries (arguments, result, ids, registers, declared items through the ordinary functions) as it
 * was when the event happened; the result is the call's own, before any hook changed it. Whatever
 * would change something is -EINVAL, whatever was not declared or did not fit the record (about
 * 7,700 bytes for all trace hooks on it) is -EOPNOTSUPP.
 *
 * Events of one vCPU come in their order. Of two events of different vCPUs that which was over
 * before the other began comes first; portal_time() tells when. When there is no room in the ring
 * the event is dropped, and the next one of that vCPU says so: portal_lost(). How large the rings
 * are: portal_trace_ring_size().
 *
 * With both stages a hook has two events, or with PORTAL_HOOK_OBSERVE as well one at the return.
 * Not with PORTAL_HOOK_DEFER_WRITES. A guest module that has no log yet rings for each event; then
 * the callback runs as that of an observing hook and portal_time() is 0.
 */
#define PORTAL_HOOK_TRACE 4u

/*
 * With PORTAL_HOOK_TRACE: when there is no room the task waits until there is; that costs an exit.
 * An event is dropped only when its task is being killed meanwhile, or the guest does not get its
 * room for very long.
 */
#define PORTAL_HOOK_TRACE_BLOCK 8u

/**
 * typedef portal_syscall_fn - a hook's callback
 * @ctx: the event
 * @data: portal_syscall_hook.data
 *
 * Return: 0 go on, 1 handled, negative errno failed; see "Return value of a callback" above.
 */
typedef int portal_syscall_fn(struct portal_ctx *ctx, void *data);

/**
 * struct portal_syscall_hook - what to call for which system calls of whom
 * @size: filled by PORTAL_SYSCALL_HOOK_INIT
 * @when: PORTAL_ON_ENTER, PORTAL_ON_RETURN or both
 * @name: as in the ABI's system call table ("ioctl", also "sys_ioctl"); NULL = every system call.
 *	In both the 64-bit and the 32-bit table when it is in both. Known to neither table of the
 *	guest's kernel: portal-vmm says so and does not start the firmware.
 * @comm: exact name of the task, at most 15 bytes; NULL = any
 * @pid: process (thread group id) in the initial pid namespace; 0 = any
 * @flags: PORTAL_HOOK_*
 * @arg: filters on the six arguments, evaluated at entry
 * @ret: filter on the result (PORTAL_ON_RETURN)
 * @fetch: what the hook is going to read, may be NULL
 * @nr_fetch: entries of @fetch, at most 16
 * @fn: the callback
 * @on_error: a deferred write failed with @err (negative errno) at @addr; may be NULL. Must not
 *	call functions that may suspend.
 * @data: handed to @fn and @on_error
 */
struct portal_syscall_hook {
	uint32_t size;
	uint32_t when;
	const char *name;
	const char *comm;
	uint32_t pid;
	uint32_t flags;
	struct portal_match arg[6];
	struct portal_match ret;
	const struct portal_fetch *fetch;
	uint32_t nr_fetch;
	portal_syscall_fn *fn;
	void (*on_error)(struct portal_ctx *ctx, uint64_t addr, int err, void *data);
	void *data;
};

#ifdef __cplusplus
#define PORTAL_SYSCALL_HOOK_INIT sizeof(struct portal_syscall_hook)
#else
#define PORTAL_SYSCALL_HOOK_INIT .size = sizeof(struct portal_syscall_hook)
#endif

/**
 * portal_hook_syscall() - register a hook
 * @mod: the module
 * @hook: description, copied
 * @ret_hook: where to put the handle; may be NULL
 *
 * From load(), a callback of the module or a thread of its own. From a callback it takes effect
 * when the guest has installed it, before that callback returns (may suspend); from a thread soon
 * after: the guest is interrupted for it, also when it is idle.
 *
 * Return: 0; -EINVAL a field is out of range; -E2BIG its strings do not fit one page; -ENAMETOOLONG
 * comm is longer than 15 bytes; -ENOSPC there are 64 hooks on this call already; -ENOENT unknown
 * system call (after the guest has said hello); -ENOMEM; from a callback also the guest's error,
 * -ECANCELED, -EPROTO.
 */
int portal_hook_syscall(struct portal_module *mod, const struct portal_syscall_hook *hook,
			struct portal_hook **ret_hook);

/**
 * portal_unhook() - remove a hook; its callback is not called again, the handle is gone
 * @hook: the handle; from load(), unload(), any callback of the module, its own included, or a
 * thread of it
 *
 * Return: 0.
 */
int portal_unhook(struct portal_hook *hook);

/**
 * portal_hook_enable() - switch a hook off or on again
 * @hook: the handle
 * @on: off: its callback is not called, and the guest is told so with the next event or, outside of
 * any, at once
 *
 * Return: 0.
 */
int portal_hook_enable(struct portal_hook *hook, bool on);

/* ---- rules: what the guest answers by itself ---- */

/* portal_rule_place.what */
enum {
	PORTAL_RULE_ARG = 1, /* the argument itself; conditions only */
	PORTAL_RULE_MEM = 2, /* user memory at arg + offset */
	PORTAL_RULE_PTR_MEM =
		3, /* user memory at *(arg + offset) + inner_offset; the pointer is the task's */
	PORTAL_RULE_RET = 4 /* the call's own result; conditions of rules at the return only */
};

/**
 * struct portal_rule_place - where a rule looks or stores
 * @what: PORTAL_RULE_ARG and so on
 * @arg: index of the argument, 0 .. 5, as it was at entry
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there
 */
struct portal_rule_place {
	uint32_t what;
	uint32_t arg;
	int64_t offset;
	int64_t inner_offset;
};

/**
 * struct portal_rule_cond - a condition
 * @place: where the number or string is
 * @match: what it has to be; numbers in memory have @match.width bytes, 0 = the task's long. Not
 * ANY;
 *	SUCCESS and ERROR for PORTAL_RULE_RET only, which has no STR_*
 */
struct portal_rule_cond {
	struct portal_rule_place place;
	struct portal_match match;
};

/**
 * struct portal_rule_store - bytes to be stored
 * @place: PORTAL_RULE_MEM or PORTAL_RULE_PTR_MEM
 * @bytes: @len bytes; NULL: the low @len (at most 8) of @value
 * @value: a number, little endian in the guest's memory
 * @len: at least 1
 * @reserved: 0
 */
struct portal_rule_store {
	struct portal_rule_place place;
	const void *bytes;
	uint64_t value;
	uint32_t len;
	uint32_t reserved;
};

#define PORTAL_RULE_SKIP    1u /* PORTAL_ON_ENTER: do not run the call, its result is ret */
#define PORTAL_RULE_SET_RET 2u /* PORTAL_ON_RETURN: the result becomes ret */

/**
 * struct portal_rule - an answer that the guest can give by itself
 * @size: filled by PORTAL_RULE_INIT
 * @when: PORTAL_ON_ENTER or PORTAL_ON_RETURN, one that the hook has
 * @flags: PORTAL_RULE_SKIP or PORTAL_RULE_SET_RET; 0: the result is left alone
 * @arg_mask: bit n: argument n becomes args[n] (PORTAL_ON_ENTER)
 * @args: new arguments
 * @ret: result of PORTAL_RULE_SKIP and PORTAL_RULE_SET_RET
 * @conds: all must hold; none: each call of the hook is answered
 * @nr_conds: entries of @conds, at most 8
 * @stores: done in their order, before arguments and result
 * @nr_stores: entries of @stores, at most 8
 */
struct portal_rule {
	uint32_t size;
	uint32_t when;
	uint32_t flags;
	uint32_t arg_mask;
	uint64_t args[6];
	int64_t ret;
	const struct portal_rule_cond *conds;
	const struct portal_rule_store *stores;
	uint32_t nr_conds;
	uint32_t nr_stores;
};

#ifdef __cplusplus
#define PORTAL_RULE_INIT sizeof(struct portal_rule)
#else
#define PORTAL_RULE_INIT .size = sizeof(struct portal_rule)
#endif

/**
 * portal_rule_add() - have the guest answer calls of a hook by itself: no exit, and no callback
 * @hook: a hook of the module, without PORTAL_HOOK_OBSERVE and PORTAL_HOOK_TRACE
 * @rule: description, copied
 * @ret_id: the rule's name; never given out again
 *
 * A call that the hook's filters let through is answered by the first of its rules whose conditions
 * hold, in the order they were added; without one the callback is called as ever. So it is, too,
 * when another hook (that is no trace hook) matches the same call at the same stage, when
 * something that a rule reads is not there, and with a guest module that is older than rules: a
 * rule saves a callback that gives the same answer, it does not replace it.
 * When a store fails, what is behind it in the rule is not done, the log says so, and the callback
 * is called.
 *
 * From a callback it takes effect before that callback returns (may suspend), elsewhere as
 * portal_hook_syscall().
 * It stays until it is revoked, or its hook is removed or switched off; a guest that comes anew
 * gets it anew.
 *
 * Return: 0; -EINVAL a field is out of range; -E2BIG more than 8 conditions or stores, or its bytes
 * do not fit one page; -ENOSPC 256 rules are there already; -ENOENT the hook is removed or off;
 * -EOPNOTSUPP the guest, which has said hello, has no rules; the guest's error; -ECANCELED;
 * -EPROTO; -ENOMEM.
 */
int portal_rule_add(struct portal_hook *hook, const struct portal_rule *rule, uint64_t *ret_id);

/**
 * portal_rule_revoke() - end a rule, without a round trip
 * @hook: whose it is
 * @id: its name
 * @ret_hits: may be NULL: how many calls it has answered, the last included
 *
 * When this returns, no further call is taken by the rule: each is counted in @ret_hits, or comes
 * as an event. Of those that were taken before, the last stores may still be under way. Any thread.
 *
 * Return: 0; -ENOENT: no such rule, any more.
 */
int portal_rule_revoke(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits);

/**
 * portal_rule_hits() - calls a rule has answered so far: the guest's word
 * @hook: whose it is
 * @id: its name
 * @ret_hits: the number; those whose store failed are among them
 *
 * No round trip. Any thread.
 *
 * Return: 0; -ENOENT: no such rule, any more.
 */
int portal_rule_hits(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits);

/* ---- rings of trace hooks ---- */

/**
 * portal_trace_ring_size() - say how large the rings of trace hooks should be
 * @mod: the module
 * @bytes: of each vCPU's ring: a power of two, 8 KiB .. 1 MiB; an event takes about 450 and what
 * was declared
 *
 * From load(). The largest wish of all modules counts; without one it is 256 KiB. A guest that has
 * not that much memory in one piece gets smaller ones.
 *
 * Return: 0; -EINVAL; -EBUSY the rings are there already.
 */
int portal_trace_ring_size(struct portal_module *mod, uint32_t bytes);

/* ---- about the event: no round trip, cannot fail ---- */

/**
 * portal_arg() - argument @n (0 .. 5), as staged by earlier hooks; 0 for other @n. 32-bit tasks:
 * zero-extended.
 */
uint64_t portal_arg(const struct portal_ctx *ctx, unsigned int n);
/** portal_ret() - the result at return, as staged by earlier hooks; 0 in an entry hook. */
int64_t portal_ret(const struct portal_ctx *ctx);
/** portal_pid() - process (thread group) id in the initial pid namespace. */
int portal_pid(const struct portal_ctx *ctx);
/** portal_tid() - thread id in the initial pid namespace. */
int portal_tid(const struct portal_ctx *ctx);
/** portal_is_return() - the call has run (or was skipped). */
bool portal_is_return(const struct portal_ctx *ctx);
/** portal_comm() - the task's name, at most 15 bytes. */
const char *portal_comm(const struct portal_ctx *ctx);
/** portal_syscall_name() - name of the call in its ABI's table, "?" when that has none. */
const char *portal_syscall_name(const struct portal_ctx *ctx);
/** portal_syscall_nr() - number of the call in its ABI's table. */
unsigned int portal_syscall_nr(const struct portal_ctx *ctx);
/** portal_pc() - user program counter. */
uint64_t portal_pc(const struct portal_ctx *ctx);
/**
 * portal_time() - in a trace hook: when the event happened, ns on the guest's monotonic clock; else
 * 0.
 */
uint64_t portal_time(const struct portal_ctx *ctx);
/**
 * portal_lost() - in a trace hook: how many events, of whichever trace hooks, this vCPU has lost
 * since the event before this one, for want of room; else 0.
 */
uint32_t portal_lost(const struct portal_ctx *ctx);
/**
 * portal_is_compat() - 1: the call was made by the 32-bit ABI of a 64-bit kernel; 0: the kernel's
 * own.
 */
int portal_is_compat(const struct portal_ctx *ctx);
/** portal_pointer_size() - bytes of the task's pointers, by the ABI of the call: 4 or 8. */
unsigned int portal_pointer_size(const struct portal_ctx *ctx);

/**
 * portal_reg() - read a user register of the task
 * @ctx: the event
 * @name: "sp" and "pc" everywhere; x86: "ax" .. "r15", "ip", "flags", "orig_ax", "cs", "ss" (also
 * with
 *	r or e in front); arm64: "x0" .. "x30", "lr", "pstate"; arm: "r0" .. "r15", "lr", "cpsr"
 * @ret_value: the value, as staged by earlier hooks
 *
 * Return: 0; -EINVAL: this architecture has no such register.
 */
int portal_reg(const struct portal_ctx *ctx, const char *name, uint64_t *ret_value);

/**
 * portal_set_reg() - stage a user register: the task has it when it is back in user space
 * @ctx: the event
 * @name: as portal_reg(), except "orig_ax", "cs" and "ss"
 * @value: new value
 *
 * The call's own result is set with portal_set_ret(), not through its register.
 *
 * Return: 0; -EINVAL.
 */
int portal_set_reg(struct portal_ctx *ctx, const char *name, uint64_t value);

/* ---- guest memory and the current process: each may suspend the callback ---- */

/**
 * portal_read_bytes() - read user memory; pages that are not present are faulted in
 * @ctx: the event
 * @addr: user address
 * @buf: buffer of @len bytes
 * @len: any length
 *
 * Return: bytes read; fewer than @len when a later part faulted; -EFAULT; -ECANCELED; -EPROTO.
 */
ssize_t portal_read_bytes(struct portal_ctx *ctx, uint64_t addr, void *buf, size_t len);

/**
 * portal_write_bytes() - write user memory as the task could itself
 * @ctx: the event
 * @addr: user address
 * @buf: @len bytes
 * @len: any length
 *
 * Return: as portal_read_bytes(); in a hook with PORTAL_HOOK_DEFER_WRITES @len, or -ENOSPC: what is
 * staged for this call would exceed one page (3688 bytes of one write; 16 and padding to 8 for each
 * further).
 */
ssize_t portal_write_bytes(struct portal_ctx *ctx, uint64_t addr, const void *buf, size_t len);

/**
 * portal_read_str() - read a string
 * @ctx: the event
 * @addr: user address
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: length of the string without the NUL; >= @len: cut, @buf holds @len - 1 bytes and a NUL
 * (how much longer it is, is not looked for); -EFAULT: no NUL before unreadable memory; -EINVAL;
 * -ECANCELED.
 */
ssize_t portal_read_str(struct portal_ctx *ctx, uint64_t addr, char *buf, size_t len);

#define PORTAL_STEP_F_BASED 1u /* @addr is added to a pointer that step @base has read */

/**
 * struct portal_step - one of several reads that depend on each other
 * @addr: user address; with a base, what is added to the pointer (also a negative number)
 * @len: bytes, at least 1
 * @flags: PORTAL_STEP_F_*
 * @base: with PORTAL_STEP_F_BASED: index of the earlier step that read the pointer; else 0
 * @at: with PORTAL_STEP_F_BASED: offset of the pointer (the task's, 4 or 8 bytes) in the bytes of
 *	that step; else 0
 * @buf: buffer of @len bytes; those of different steps do not overlap
 * @n: set: bytes read; fewer than @len when a later part faulted; -EFAULT; -ENODATA: not reached
 */
struct portal_step {
	uint64_t addr;
	uint32_t len;
	uint32_t flags;
	uint32_t base;
	uint32_t at;
	void *buf;
	ssize_t n;
};

/**
 * portal_read_vec() - follow pointers: read user memory step by step, in one round trip
 * @ctx: the event
 * @steps: what to read, in this order
 * @nr: their number, 1 .. 32
 *
 * Each step sees what portal_read_bytes() would. A step that starts at a null pointer is not made,
 * one that faults is the last. Steps whose bytes are declared, staged, or plainly there cost
 * nothing; from the first that is not, the rest is asked for at once. The first eight nodes of a
 * list:
 *
 *	struct { uint64_t next; char name[24]; } node[8];
 *	struct portal_step steps[8] = {
 *		{ .addr = head, .len = sizeof(node[0]), .buf = &node[0] },
 *	};
 *	int nr;
 *
 *	for (uint32_t i = 1; i < 8; i++)
 *		steps[i] = (struct portal_step){ .len = sizeof(node[i]),
 *						 .flags = PORTAL_STEP_F_BASED, .base = i - 1,
 *						 .at = 0, .buf = &node[i] };
 *	nr = portal_read_vec(ctx, steps, 8);
 *
 * Return: steps that have all their bytes; where these are fewer than @nr, @n of the next one says
 * why: it faulted, or its pointer was null. -EINVAL: a field is out of range, or the bytes, with 8
 * for each step and padded to multiples of 8, are more than 4072; -ECANCELED; -EPROTO.
 */
int portal_read_vec(struct portal_ctx *ctx, struct portal_step *steps, size_t nr);

/**
 * portal_write_str() - write @str and its NUL. Return: bytes written, the NUL counted; as
 * portal_write_bytes().
 */
ssize_t portal_write_str(struct portal_ctx *ctx, uint64_t addr, const char *str);

/**
 * portal_read_u16() - read an integer of 16 bits
 * @ctx: the event
 * @addr: user address, of any alignment
 * @ret_value: set on success
 *
 * portal_read_u32() and portal_read_u64() read 32 and 64 bits. portal_read_ptr() reads a pointer of
 * the task, which has 4 or 8 bytes. portal_read_int() and portal_read_long() are portal_read_u32()
 * and portal_read_u64(): the width of a long does not depend on the task.
 *
 * Return: 0; -EFAULT: not all of the bytes could be read; -ECANCELED; -EPROTO.
 */
int portal_read_u16(struct portal_ctx *ctx, uint64_t addr, uint16_t *ret_value);
int portal_read_u32(struct portal_ctx *ctx, uint64_t addr, uint32_t *ret_value);
int portal_read_u64(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value);
int portal_read_ptr(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value);
int portal_read_int(struct portal_ctx *ctx, uint64_t addr, uint32_t *ret_value);
int portal_read_long(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value);

/**
 * portal_write_u16() - write an integer of 16 bits
 * @ctx: the event
 * @addr: user address, of any alignment
 * @value: the integer
 *
 * portal_write_u32(), portal_write_u64(), portal_write_ptr(), portal_write_int() and
 * portal_write_long() correspond to the reads. portal_write_ptr() writes the low 4 bytes of @value
 * where the task's pointers have 4.
 *
 * Return: 0; -EFAULT: not all of the bytes could be written; -ECANCELED; -EPROTO; in a hook with
 * PORTAL_HOOK_DEFER_WRITES also -ENOSPC, as portal_write_bytes().
 */
int portal_write_u16(struct portal_ctx *ctx, uint64_t addr, uint16_t value);
int portal_write_u32(struct portal_ctx *ctx, uint64_t addr, uint32_t value);
int portal_write_u64(struct portal_ctx *ctx, uint64_t addr, uint64_t value);
int portal_write_ptr(struct portal_ctx *ctx, uint64_t addr, uint64_t value);
int portal_write_int(struct portal_ctx *ctx, uint64_t addr, uint32_t value);
int portal_write_long(struct portal_ctx *ctx, uint64_t addr, uint64_t value);

/**
 * portal_fd_name() - what /proc/PID/fd/@fd of the current process shows
 * @ctx: the event
 * @fd: descriptor; AT_FDCWD (-100): the current directory
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: as portal_read_str(); -EBADF: no such descriptor.
 */
ssize_t portal_fd_name(struct portal_ctx *ctx, int fd, char *buf, size_t len);

/**
 * portal_proc_args() - the command line of the current process, arguments separated by NULs
 * @ctx: the event
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: length without the final NUL; >= @len: cut, @buf holds @len - 1 bytes and a NUL; -EFAULT;
 * -ESRCH: the process has no memory of its own any more; -EINVAL; -ECANCELED.
 */
ssize_t portal_proc_args(struct portal_ctx *ctx, char *buf, size_t len);

/**
 * portal_proc_env() - the environment as the process was started with it. Return: as
 * portal_proc_args().
 */
ssize_t portal_proc_env(struct portal_ctx *ctx, char *buf, size_t len);

/**
 * portal_proc_pid() - ask the guest for the process (thread group) id in the initial pid namespace
 * @ctx: the event
 *
 * portal_pid() knows the same number from the event, without a round trip.
 *
 * Return: the id; -EINVAL; -ECANCELED; -EPROTO.
 */
int portal_proc_pid(struct portal_ctx *ctx);

/**
 * portal_user_reg() - ask the guest for a user register as the task has it now
 * @ctx: the event
 * @name: as portal_reg()
 * @ret_value: the value, whatever hooks have staged for it
 *
 * portal_reg() knows it from the event, without a round trip, and shows what is staged.
 *
 * Return: 0; -EINVAL: this architecture has no such register; -ESRCH: the process has no memory of
 * its own any more; -ECANCELED; -EPROTO.
 */
int portal_user_reg(struct portal_ctx *ctx, const char *name, uint64_t *ret_value);

/* ---- verdict: staged, committed when the callback returns >= 0 ---- */

/** portal_skip() - do not run the call, its result is @ret. Return: 0; -EINVAL in a return hook. */
int portal_skip(struct portal_ctx *ctx, int64_t ret);
/** portal_set_ret() - replace the result. Return: 0; -EINVAL in an entry hook. */
int portal_set_ret(struct portal_ctx *ctx, int64_t ret);
/** portal_set_arg() - replace argument @n. Return: 0; -EINVAL in a return hook or for @n > 5. */
int portal_set_arg(struct portal_ctx *ctx, unsigned int n, uint64_t value);

/* ---- options, data, log ---- */

/**
 * portal_option() - value of a declared option; NULL: not given and no fallback, or not declared.
 */
const char *portal_option(struct portal_module *mod, const char *key);
/**
 * portal_option_u64() - the value as a number (decimal, 0x, 0). Return: 0; -ENOENT no value;
 * -EINVAL not a number; -ERANGE.
 */
int portal_option_u64(struct portal_module *mod, const char *key, uint64_t *ret_value);
void portal_set_data(struct portal_module *mod, void *data);
void *portal_data(struct portal_module *mod);
struct portal_module *portal_ctx_module(struct portal_ctx *ctx);

enum { PORTAL_ERROR = 0, PORTAL_WARN = 1, PORTAL_INFO = 2, PORTAL_DEBUG = 3 };

/**
 * portal_log() - one line to portal-vmm's log, with the module's name; with portal_log the task's
 * too.
 */
void portal_log(struct portal_ctx *ctx, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void portal_mod_log(struct portal_module *mod, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* PORTAL_HOOK_H */
