/* SPDX-License-Identifier: MIT */
/*
 * portal/hook.h: the interface of hook modules.
 *
 * A hook module is a shared object that portal-vmm loads with --hook FILE.so[,key=value...] before
 * the guest starts. It defines one symbol, `portal_module`, and links against nothing: the portal_*
 * functions below are in the portal-vmm executable. The header compiles as C99 and as C++.
 *
 *	static int answer(struct portal_ctx *ctx, void *data)
 *	{
 *		uint32_t reg;
 *
 *		if (portal_read_u32(ctx, portal_arg(ctx, 2), &reg) < 0)
 *			return 0;
 *		portal_log(ctx, PORTAL_INFO, "register %#x", reg);
 *		portal_set_ret(ctx, 0);
 *		return 1;
 *	}
 *
 * Results. Functions return 0, a count, or a negative errno. They never invent data and never
 * truncate without saying so. -EFAULT: the guest address is bad and nothing was moved. A short
 * count: a later part of the memory faulted. -ECANCELED: the VM or the task is going away, or the
 * CPU on which the event began is offline; return soon. What came with the event can still be read.
 * -EPROTO: the guest broke the protocol. -EINVAL: the call makes no sense here; each function says
 * when.
 *
 * Writes are immediate: portal_write_*() returns what the guest did, and the write is not undone.
 * In a hook with PORTAL_HOOK_DEFER_WRITES a write is staged: the function returns at once, later
 * reads of this hook see the staged bytes, and a negative return of the callback discards them. The
 * guest performs the staged writes before it applies a skip or a result. If one fails, the rest of
 * the verdict is not applied and on_error is called.
 *
 * Suspension. A function that "may suspend" looks synchronous. Meanwhile the guest may run, page in
 * and sleep, and other callbacks of the same hook module may run: treat it like a dropped lock.
 * Callbacks of one hook module never run in parallel unless it sets PORTAL_MODULE_THREAD_SAFE. A
 * callback runs on the thread of its vCPU, which does not run meanwhile. Work of more than about
 * 10 ms belongs in a thread of the hook module; portal-vmm reports callbacks that take longer.
 *
 * Return value of a callback. 0: continue with the next hook. 1: handled; later hooks are not
 * called. Negative: the error is logged, nothing that this callback staged is applied, and the
 * system call continues as if the hook did not exist. After 100 failures in a row the hook is
 * switched off with a warning.
 *
 * Several hooks on one system call run in the order of the hook modules on the command line, then
 * in the order of registration. Filters see the original values. portal_arg() and portal_ret() see
 * what earlier hooks staged. Changes of different arguments are all applied. Return hooks run after
 * a skip, with its result.
 *
 * Limits. A hook sees the system calls that a program makes, by the names in the kernel's tables.
 * "Limits" in docs/hook-modules.md says what helps where that is not enough:
 * - The vDSO answers clock_gettime and its like without a system call. Kernel parameters for the
 *   guest: vdso=0 on x86 (vdso32=0 for 32-bit programs), clocksource=jiffies on Arm.
 * - io_uring makes no system call for what it does; skip io_uring_setup with -ENOSYS.
 * - Programs that the kernel itself starts have no execve. The child of a fork has no return event:
 *   only its parent returns from the call.
 * - 32-bit programs have other names for some calls, such as socketcall and fcntl64.
 * - Paths are as the program wrote them, in its own root (chroot), and links are not resolved.
 * - A string may change after a filter has matched it: the kernel reads it again.
 * - A call may go on without its hook when hundreds of tasks wait for memory in callbacks at once,
 *   see PORTAL_HOOK_REQUIRED.
 * - ptrace and seccomp act before an entry hook: a call that they deny has no event, and what a
 *   hook changes is not checked again.
 *
 * Memory. Structs and strings that are passed to a function are copied. What a callback is passed
 * is valid until it returns. Output goes to the caller's buffer.
 *
 * Life of a hook module: version check, options (an unknown key is an error that lists the known
 * ones), load(), events; then suspended callbacks are cancelled, and unload() is called. Hooks may
 * be added and removed in load(), in callbacks, and in threads of the hook module, which unload()
 * joins.
 *
 * Versions. `api` is one number. Structs that a hook module fills carry their size. Structs that
 * are embedded or in arrays (match, fetch, option) have reserved fields instead and do not change
 * their size within an api. New functions are new symbols.
 *
 * A hook module can be tested without a VM: link its source with a test that defines the functions
 * it uses.
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

#define PORTAL_API_VERSION 3

struct portal_module; /* a loaded hook module */
struct portal_ctx;    /* an event, valid until the callback returns */
struct portal_hook;   /* a registered hook */

/* ---- the hook module ---- */

/**
 * struct portal_option - an option of the hook module on the command line
 * @key: name; NULL ends the array
 * @fallback: value if the option is not given; NULL: none
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
 * struct portal_module_desc - describes the hook module, in the symbol `portal_module`
 * @size: filled by PORTAL_MODULE_INIT
 * @api: filled by PORTAL_MODULE_INIT
 * @name: short name, used in messages
 * @version: any text, may be NULL
 * @help: one line or more, may be NULL
 * @flags: PORTAL_MODULE_*
 * @reserved: 0
 * @options: array that ends with key = NULL; NULL: no options
 * @load: registers hooks; after a negative errno portal-vmm does not start the VM
 * @unload: called once, after the last callback; may be NULL
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

/* the first initializer: { PORTAL_MODULE_INIT, .name = ... } */
#ifdef __cplusplus
#define PORTAL_MODULE_INIT sizeof(struct portal_module_desc), PORTAL_API_VERSION
#else
#define PORTAL_MODULE_INIT .size = sizeof(struct portal_module_desc), .api = PORTAL_API_VERSION
#endif

extern const struct portal_module_desc portal_module;

/* ---- filters, which the guest module evaluates before any exit ---- */

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
	/* x is a user pointer to a string; a fault does not match; the string may change later */
	PORTAL_MATCH_STR_EQ = 12,
	PORTAL_MATCH_STR_PREFIX = 13,
	PORTAL_MATCH_STR_SUFFIX = 14,
	PORTAL_MATCH_STR_CONTAINS = 15
};

#define PORTAL_MATCH_UNSIGNED 1u /* compare as unsigned numbers */

/**
 * struct portal_match - a filter on an argument or on the result; all zero matches anything
 * @cmp: PORTAL_MATCH_*
 * @width: number of low bytes to compare: 1, 2, 4 or 8; 0: the size of the task's long. An int
 *	needs 4, because a 64-bit task may pass anything above it: the number of an ioctl with bit
 *	31 often comes sign-extended
 * @flags: 0 or PORTAL_MATCH_UNSIGNED
 * @reserved: 0
 * @value: operand, lower bound or mask; cut to @width
 * @limit: upper bound of RANGE
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

/* ---- declarations of what a hook will read ---- */

enum {
	PORTAL_FETCH_NONE = 0,
	PORTAL_FETCH_STR = 1,	  /* the string at arg + offset */
	PORTAL_FETCH_MEM = 2,	  /* max bytes at arg + offset */
	PORTAL_FETCH_PTR_MEM = 3, /* max bytes at *(arg + offset) + inner_offset */
	PORTAL_FETCH_PTR_STR = 4, /* the string at *(arg + offset) + inner_offset */
	PORTAL_FETCH_FD_NAME = 5, /* portal_fd_name() of arg */
	PORTAL_FETCH_ARGS = 6	  /* portal_proc_args() */
};

#define PORTAL_FETCH_F_LEN_IS_ARG 1u /* the length is argument len_arg, at most max */

/**
 * struct portal_fetch - memory or names that the hook will read
 * @what: PORTAL_FETCH_*
 * @arg: index of the argument, 0 .. 5
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there
 * @max: largest number of bytes, at least 1
 * @flags: PORTAL_FETCH_F_*
 * @len_arg: with PORTAL_FETCH_F_LEN_IS_ARG: index of the argument that is the length, 0 .. 5;
 *	else 0
 * @reserved: 0
 *
 * The guest module collects what is declared before the event leaves the guest, and faults pages in
 * for it. The read functions then take it from the event, without a further exit:
 * portal_read_bytes() and the functions built on it inside a declared range, portal_read_str() of a
 * declared string, portal_fd_name() and portal_proc_args(). A declaration never changes what these
 * functions return, only what they cost: what was not declared, or did not fit the event's page
 * (about 3,800 bytes for all hooks on it), is read from the guest when it is needed. Declared
 * memory has its contents of the time of the event; later reads also see writes through
 * portal_write_*().
 * PORTAL_FETCH_PTR_* include the pointer.
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

#define PORTAL_ON_ENTER	 1u /* before the system call */
#define PORTAL_ON_RETURN 2u /* after it, or after a skip */

/* writes are staged, see "Writes" above: a hook that writes then needs one exit only */
#define PORTAL_HOOK_DEFER_WRITES 1u

/*
 * The callback only observes: a function that would change something returns -EINVAL. With both
 * PORTAL_ON_ENTER and PORTAL_ON_RETURN the callback is called for both stages when the system call
 * returns, one after the other, which costs one exit instead of two. The arguments are those at
 * entry, memory is as it is at the return, and a filter on the result decides for both stages. For
 * system calls that never return (exit, exit_group, rt_sigreturn, sigreturn) it is called at their
 * entry. Its return value 1 does not keep later hooks from being called.
 */
#define PORTAL_HOOK_OBSERVE 2u

/*
 * The hook is a trace hook: the guest module writes each event, with what was declared, as a record
 * into a ring in guest memory, and the task continues without an exit. The callback runs later, on
 * one thread of portal-vmm for all trace hooks. No vCPU ever waits for it. It sees what the event
 * carries as it was when the event happened: arguments, result, ids, registers (with
 * PORTAL_HOOK_REGS), and declared data through the ordinary functions. The result is that of the
 * system call itself, before any hook changed it. A function that would change something returns
 * -EINVAL. What was not declared, or did not fit the record (about 7,900 bytes for all trace hooks
 * on it), is -EOPNOTSUPP.
 *
 * Events of one vCPU are delivered in their order. Of two events of different vCPUs, one that had
 * ended before the other began is delivered first; portal_time() gives the time. An event is
 * dropped when the ring has no room for it; portal_lost() of the next event of that vCPU returns
 * how many were. portal_trace_ring_size() sets the size of the rings.
 *
 * With both stages a hook has two events, with PORTAL_HOOK_OBSERVE one, at the return. Not together
 * with PORTAL_HOOK_DEFER_WRITES. With a guest module that is older than traces each event costs an
 * exit: the callback then runs as that of an observing hook, and portal_time() is 0.
 */
#define PORTAL_HOOK_TRACE 4u

/*
 * With PORTAL_HOOK_TRACE: when the ring has no room, the task waits until it has; that costs an
 * exit. An event is dropped only if its task is killed while it waits, or if the ring stays full
 * for very long.
 */
#define PORTAL_HOOK_TRACE_BLOCK 8u

/*
 * The hook reads registers with portal_reg(): each event carries all user registers, so that
 * reading them costs no exit. A trace hook can read registers only with this flag.
 */
#define PORTAL_HOOK_REGS 16u

/*
 * No call goes on without this hook: when the guest module cannot report an event, because all its
 * pages are in use for two seconds or there is no memory, the system call fails with EAGAIN. At
 * entry it is not carried out; at the return it has been, and its result is replaced. Without this
 * flag the call goes on as if the hook did not exist. portal-vmm reports both, and counts them
 * (events.missed). Not together with PORTAL_HOOK_TRACE, whose records need no page. With this flag,
 * too, a call goes on if its CPU goes offline while the callback waits, if the callback fails, and
 * when the guest module has left portal-vmm.
 */
#define PORTAL_HOOK_REQUIRED 32u

/*
 * A call that a signal interrupts, and that the kernel makes again by itself, is reported each
 * time: the callback is called at the return with portal_end() = PORTAL_END_RESTARTS, where the
 * result is the kernel's own code (-512 to -516) and cannot be set. Without this flag only the
 * entry is reported each time. A hook with a filter on the result does not get that end.
 */
#define PORTAL_HOOK_RESTARTS 64u

/**
 * typedef portal_syscall_fn - the callback of a hook
 * @ctx: the event
 * @data: portal_syscall_hook.data
 *
 * Return: 0: continue; 1: handled; negative errno: failed. See "Return value of a callback" above.
 */
typedef int portal_syscall_fn(struct portal_ctx *ctx, void *data);

/**
 * struct portal_syscall_hook - a hook on system calls
 * @size: filled by PORTAL_SYSCALL_HOOK_INIT
 * @when: PORTAL_ON_ENTER, PORTAL_ON_RETURN or both
 * @name: name in the ABI's system call table ("ioctl", also "sys_ioctl"); NULL: every system call.
 *	A name that the 64-bit and the 32-bit table both have is hooked in both. If the guest's
 *	kernel has it in neither, portal-vmm reports that and does not start the firmware.
 * @comm: exact name of the task, at most 15 bytes; NULL: any
 * @pid: process (thread group id) in the initial pid namespace; 0: any
 * @flags: PORTAL_HOOK_*
 * @arg: filters on the six arguments, evaluated at entry
 * @ret: filter on the result (PORTAL_ON_RETURN only)
 * @fetch: what the hook will read; may be NULL
 * @nr_fetch: entries of @fetch, at most 16
 * @fn: the callback
 * @on_error: called when a deferred write to @addr has failed with @err (negative errno); may be
 *	NULL; must not call functions that may suspend
 * @data: passed to @fn and @on_error
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
 * @mod: the hook module
 * @hook: description, copied
 * @ret_hook: set to the handle; may be NULL
 *
 * Called from load(), from a callback of the hook module or from a thread of its own. In a callback
 * it may suspend, and the hook is installed in the guest before that callback returns. From a
 * thread the hook is installed soon after: portal-vmm interrupts the guest for it, also an idle
 * one.
 *
 * Return: 0; -EINVAL: a field is out of range; -E2BIG: the strings do not fit one page;
 * -ENAMETOOLONG: comm is longer than 15 bytes; -ENOSPC: 64 hooks are on this system call already;
 * -ENOENT: unknown system call (after the guest module has said hello); -ENOMEM; in a callback also
 * the guest's error, -ECANCELED, -EPROTO. The guest's error is -EBUSY if something else in the
 * guest redirects the kernel's function, for example a live patch: docs/hook-modules.md, "Beside
 * other tracers".
 */
int portal_hook_syscall(struct portal_module *mod, const struct portal_syscall_hook *hook,
			struct portal_hook **ret_hook);

/**
 * portal_unhook() - remove a hook
 * @hook: the handle, which is invalid afterwards
 *
 * The callback is not called again. Called from load(), from unload(), from any callback of the
 * hook module (also the hook's own) or from a thread of its own.
 *
 * Return: 0.
 */
int portal_unhook(struct portal_hook *hook);

/**
 * portal_hook_enable() - switch a hook off, or on again
 * @hook: the handle
 * @on: false: the callback is not called any more; the guest module learns it with the next event,
 *	or at once when this is called outside of an event
 *
 * Return: 0.
 */
int portal_hook_enable(struct portal_hook *hook, bool on);

/* ---- rules: answers that the guest module gives without an exit ---- */

/* portal_rule_place.what */
enum {
	PORTAL_RULE_ARG = 1,	 /* the argument itself; in conditions only */
	PORTAL_RULE_MEM = 2,	 /* user memory at arg + offset */
	PORTAL_RULE_PTR_MEM = 3, /* user memory at *(arg + offset) + inner_offset */
	PORTAL_RULE_RET = 4	 /* the result; in conditions of PORTAL_ON_RETURN only */
};

/**
 * struct portal_rule_place - what a rule compares or stores to
 * @what: PORTAL_RULE_ARG and so on
 * @arg: index of the argument, 0 .. 5, as it was at entry
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there, which has the size of the task's pointers
 */
struct portal_rule_place {
	uint32_t what;
	uint32_t arg;
	int64_t offset;
	int64_t inner_offset;
};

/**
 * struct portal_rule_cond - a condition
 * @place: where the number or the string is
 * @match: comparison; numbers in memory have @match.width bytes, 0: the size of the task's long.
 *	Not ANY; SUCCESS and ERROR for PORTAL_RULE_RET only, and STR_* not for PORTAL_RULE_RET
 */
struct portal_rule_cond {
	struct portal_rule_place place;
	struct portal_match match;
};

/**
 * struct portal_rule_store - bytes to store
 * @place: PORTAL_RULE_MEM or PORTAL_RULE_PTR_MEM
 * @bytes: @len bytes; NULL: the low @len bytes of @value, at most 8
 * @value: a number, stored little endian
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

#define PORTAL_RULE_SKIP    1u /* PORTAL_ON_ENTER: skip the system call, its result is ret */
#define PORTAL_RULE_SET_RET 2u /* PORTAL_ON_RETURN: the result becomes ret */

/**
 * struct portal_rule - an answer that the guest module can give by itself
 * @size: filled by PORTAL_RULE_INIT
 * @when: PORTAL_ON_ENTER or PORTAL_ON_RETURN, a stage that the hook has
 * @flags: PORTAL_RULE_SKIP or PORTAL_RULE_SET_RET; 0: leave the result alone
 * @arg_mask: bit n: argument n becomes args[n] (PORTAL_ON_ENTER only)
 * @args: new arguments
 * @ret: result for PORTAL_RULE_SKIP and PORTAL_RULE_SET_RET
 * @conds: conditions, which must all hold; without any the rule answers every event of the hook
 * @nr_conds: entries of @conds, at most 8
 * @stores: stores, made in this order, before arguments and result are changed
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
 * portal_rule_add() - let the guest module answer for a hook, without an exit and without a
 * callback
 * @hook: a hook of the hook module, without PORTAL_HOOK_OBSERVE and PORTAL_HOOK_TRACE
 * @rule: description, copied
 * @ret_id: set to the rule's id, which is never used again
 *
 * A system call that passes the hook's filters is answered by the first of its rules whose
 * conditions hold, in the order in which they were added. If no rule's conditions hold, the
 * callback is called as usual. The callback is also called when another hook, other than a trace
 * hook, matches the same system call at the same stage, when memory that a condition reads is not
 * present, and when the guest module is older than rules. So a rule must give the answer that the
 * callback would give: it saves the callback and does not replace it.
 * When a store fails, the rest of the rule is not carried out, the failure is logged, and the
 * callback is called.
 *
 * In a callback this may suspend, and the rule is in force before that callback returns; elsewhere
 * as portal_hook_syscall(). The rule stays in force until it is revoked, or its hook is removed or
 * switched off. If the guest module is loaded again, the rule is installed again.
 *
 * Return: 0; -EINVAL: a field is out of range; -E2BIG: more than 8 conditions or stores, or the
 * bytes do not fit one page; -ENOSPC: 256 rules exist already; -ENOENT: the hook is removed or off;
 * -EOPNOTSUPP: the guest module has no rules; the guest's error; -ECANCELED; -EPROTO; -ENOMEM.
 */
int portal_rule_add(struct portal_hook *hook, const struct portal_rule *rule, uint64_t *ret_id);

/**
 * portal_rule_revoke() - end a rule, without an exit
 * @hook: its hook
 * @id: its id
 * @ret_hits: set to the number of system calls that it has answered; may be NULL
 *
 * After this returns the rule answers nothing: a system call is either counted in @ret_hits or
 * causes an event. Stores of calls counted earlier may still be in progress. Any thread.
 *
 * Return: 0; -ENOENT: no such rule, or it has ended.
 */
int portal_rule_revoke(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits);

/**
 * portal_rule_hits() - number of system calls that a rule has answered, without an exit
 * @hook: its hook
 * @id: its id
 * @ret_hits: set to the number as reported by the guest, which is not trusted; it includes calls
 *	whose store failed
 *
 * Any thread.
 *
 * Return: 0; -ENOENT: no such rule, or it has ended.
 */
int portal_rule_hits(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits);

/* ---- trace rings ---- */

/**
 * portal_trace_ring_size() - request a size of the trace rings
 * @mod: the hook module
 * @bytes: size of each vCPU's ring: a power of two, 8 KiB .. 1 MiB; an event takes about 210 bytes,
 *	288 more with PORTAL_HOOK_REGS, and what was declared
 *
 * Called from load(). The largest request of all hook modules counts; the default is 256 KiB. The
 * rings are smaller if the guest has not that much contiguous memory.
 *
 * Return: 0; -EINVAL: not such a size; -EBUSY: the rings exist already.
 */
int portal_trace_ring_size(struct portal_module *mod, uint32_t bytes);

/* ---- the event: these functions, except portal_reg(), cause no exit and cannot fail ---- */

/**
 * portal_arg() - argument @n (0 .. 5) as earlier hooks have staged it; 0 for other @n. Arguments of
 * 32-bit tasks are zero-extended. Those of 64-bit tasks are whole: cast one that is an int in C. A
 * pointer has the tag in its high bits that the task has given it; use it as it is.
 */
uint64_t portal_arg(const struct portal_ctx *ctx, unsigned int n);
/** portal_ret() - the result as earlier hooks have staged it; 0 in an entry hook. */
int64_t portal_ret(const struct portal_ctx *ctx);
/** portal_pid() - process (thread group) id in the initial pid namespace. */
int portal_pid(const struct portal_ctx *ctx);
/** portal_tid() - thread id in the initial pid namespace. */
int portal_tid(const struct portal_ctx *ctx);
/**
 * portal_is_return() - the system call has run or was skipped. After fork, vfork, clone and clone3
 * only the parent returns; the child has no event.
 */
bool portal_is_return(const struct portal_ctx *ctx);
/* how a system call ends */
enum {
	PORTAL_END_RETURNS = 0,	  /* with the result that the program gets */
	PORTAL_END_NO_RETURN = 1, /* it does not return to its caller */
	PORTAL_END_KILLED = 2,	  /* the task was killed in it */
	PORTAL_END_RESTARTS = 3	  /* the kernel makes it again, see PORTAL_HOOK_RESTARTS */
};

/**
 * portal_end() - how the system call ends, PORTAL_END_*
 *
 * In an entry hook: PORTAL_END_RETURNS: a return hook is going to be called, with one of the others
 * if the call does not return after all; PORTAL_END_NO_RETURN: exit, exit_group, rt_sigreturn and
 * sigreturn, which have no return hook. In a return hook:
 *
 * - PORTAL_END_RETURNS. A call that a signal handler ends has the result -EINTR, before the handler
 *   runs; portal_set_ret() replaces it.
 * - PORTAL_END_NO_RETURN: an execve or execveat has replaced the program; portal_set_ret() sets the
 *   register that the new program starts with where others have results.
 * - PORTAL_END_KILLED: the program gets no result, so portal_ret() is 0, and the functions that
 *   read or write memory, names and arguments return -ESRCH. A hook with a filter on the result is
 *   not called.
 * - PORTAL_END_RESTARTS: only with PORTAL_HOOK_RESTARTS.
 */
int portal_end(const struct portal_ctx *ctx);
/** portal_comm() - name of the task, at most 15 bytes. */
const char *portal_comm(const struct portal_ctx *ctx);
/** portal_syscall_name() - name of the system call in its ABI's table; "?": it has none. */
const char *portal_syscall_name(const struct portal_ctx *ctx);
/** portal_syscall_nr() - number of the system call in its ABI's table. */
unsigned int portal_syscall_nr(const struct portal_ctx *ctx);
/** portal_pc() - user program counter. */
uint64_t portal_pc(const struct portal_ctx *ctx);
/**
 * portal_time() - in a trace hook: time of the event, ns of the guest's CLOCK_MONOTONIC; else 0.
 */
uint64_t portal_time(const struct portal_ctx *ctx);
/**
 * portal_lost() - in a trace hook: number of events, of all trace hooks, that this vCPU has dropped
 * since the previous event; else 0.
 */
uint32_t portal_lost(const struct portal_ctx *ctx);
/**
 * portal_is_compat() - 1: the task used the 32-bit ABI of a 64-bit kernel; 0: the kernel's own ABI.
 */
int portal_is_compat(const struct portal_ctx *ctx);
/** portal_pointer_size() - size of the task's pointers in bytes, by the ABI it used: 4 or 8. */
unsigned int portal_pointer_size(const struct portal_ctx *ctx);

/**
 * portal_reg() - read a user register of the task
 * @ctx: the event
 * @name: "sp" and "pc" on every architecture; x86: "ax" .. "r15", "ip", "flags", "orig_ax", "cs",
 *	"ss", also with a leading r or e; arm64: "x0" .. "x30", "lr", "pstate"; arm: "r0" .. "r15",
 *	"lr", "cpsr"
 * @ret_value: set to the value as earlier hooks have staged it
 *
 * In a hook with PORTAL_HOOK_REGS the value comes from the event; else each call may suspend and
 * costs an exit.
 *
 * Return: 0; -EINVAL: this architecture has no such register; -EOPNOTSUPP: at the return of an
 * execve that has changed the task's architecture, in on_error, or in a trace hook without
 * PORTAL_HOOK_REGS; -ECANCELED; -EPROTO.
 */
int portal_reg(const struct portal_ctx *ctx, const char *name, uint64_t *ret_value);

/**
 * portal_set_reg() - stage a user register, which the task has when it is back in user space
 * @ctx: the event
 * @name: as for portal_reg(), except "orig_ax", "cs" and "ss"
 * @value: new value
 *
 * The result of the system call is set with portal_set_ret(), not through its register. At the
 * return of an execve that has changed the task's architecture, where portal_reg() returns
 * -EOPNOTSUPP, the guest leaves registers alone; the result is set.
 *
 * Return: 0; -EINVAL: no such register, it cannot be set, or the hook only observes; -ENOSPC: what
 * is staged for this system call would exceed one page.
 */
int portal_set_reg(struct portal_ctx *ctx, const char *name, uint64_t value);

/* ---- guest memory and the current process: these functions may suspend ---- */

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
 * portal_write_bytes() - write user memory with the permissions of the task
 * @ctx: the event
 * @addr: user address
 * @buf: @len bytes
 * @len: any length
 *
 * Return: bytes written; fewer than @len when a later part faulted; -EFAULT; -EINVAL: the hook only
 * observes; -ECANCELED; -EPROTO. In a hook with PORTAL_HOOK_DEFER_WRITES: @len, or -ENOSPC: what is
 * staged for this system call would exceed one page (3,968 bytes of a single write; each further
 * write takes 16 bytes more and is padded to a multiple of 8).
 */
ssize_t portal_write_bytes(struct portal_ctx *ctx, uint64_t addr, const void *buf, size_t len);

/**
 * portal_read_str() - read a string
 * @ctx: the event
 * @addr: user address
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: length of the string without the NUL; @len or more: it was cut, and @buf holds @len - 1
 * bytes and a NUL (the rest is not measured); -EFAULT: unreadable memory before a NUL; -EINVAL: the
 * length is 0; -ECANCELED; -EPROTO.
 */
ssize_t portal_read_str(struct portal_ctx *ctx, uint64_t addr, char *buf, size_t len);

#define PORTAL_STEP_F_BASED 1u /* addr is added to a pointer that step base has read */

/**
 * struct portal_step - one of several reads that depend on each other
 * @addr: user address; with PORTAL_STEP_F_BASED: added to the pointer, may be negative
 * @len: bytes, at least 1
 * @flags: PORTAL_STEP_F_*
 * @base: with PORTAL_STEP_F_BASED: index of the earlier step that read the pointer; else 0
 * @at: with PORTAL_STEP_F_BASED: offset of the pointer (the task's, 4 or 8 bytes) in the bytes of
 *	that step; else 0
 * @buf: buffer of @len bytes; buffers of different steps must not overlap
 * @n: set to the bytes read, fewer than @len when a later part faulted; -EFAULT; -ENODATA: the step
 *	was not reached
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
 * portal_read_vec() - follow pointers: read user memory step by step, with one exit
 * @ctx: the event
 * @steps: what to read, in this order
 * @nr: their number, 1 .. 32
 *
 * Each step reads as portal_read_bytes() does. A step whose pointer is null is not carried out; a
 * step that faults is the last one. Steps whose bytes are declared, staged or present cost nothing;
 * from the first other one on, the rest is requested from the guest at once. The first eight nodes
 * of a list:
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
 * Return: number of steps that have all their bytes; if it is less than @nr, @n of the next step
 * gives the reason: it faulted, or its pointer was null. -EINVAL: a field is out of range, or the
 * bytes, padded to multiples of 8 and with 8 more for each step, exceed 4072; -ECANCELED; -EPROTO.
 */
int portal_read_vec(struct portal_ctx *ctx, struct portal_step *steps, size_t nr);

/**
 * portal_write_str() - write @str and its NUL. Return: as portal_write_bytes(), the NUL included.
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
 * portal_fd_name() - name of an open file, as /proc/PID/fd/@fd of the current process shows it
 * @ctx: the event
 * @fd: descriptor; AT_FDCWD (-100): the current directory; the name is in the process's root
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: as portal_read_str(); -EBADF: no such descriptor.
 */
ssize_t portal_fd_name(struct portal_ctx *ctx, int fd, char *buf, size_t len);

/**
 * portal_proc_args() - command line of the current process, its arguments separated by NULs
 * @ctx: the event
 * @buf: buffer of @len bytes, NUL terminated on success
 * @len: its size, at least 1
 *
 * Return: length without the final NUL; @len or more: it was cut, and @buf holds @len - 1 bytes and
 * a NUL; -EFAULT; -ESRCH: the process has no memory any more; -EINVAL; -ECANCELED; -EPROTO.
 */
ssize_t portal_proc_args(struct portal_ctx *ctx, char *buf, size_t len);

/** portal_proc_env() - environment that the process was started with. As portal_proc_args(). */
ssize_t portal_proc_env(struct portal_ctx *ctx, char *buf, size_t len);

/**
 * portal_proc_pid() - request the process (thread group) id, in the initial pid namespace
 * @ctx: the event
 *
 * portal_pid() takes the same number from the event, without an exit.
 *
 * Return: the id; -EINVAL; -ECANCELED; -EPROTO.
 */
int portal_proc_pid(struct portal_ctx *ctx);

/**
 * portal_user_reg() - request a user register as the task has it now
 * @ctx: the event
 * @name: as for portal_reg()
 * @ret_value: set to the value, without what hooks have staged
 *
 * portal_reg() includes what is staged. In a hook with PORTAL_HOOK_REGS it takes the register from
 * the event, without an exit.
 *
 * Return: 0; -EINVAL: this architecture has no such register; -ESRCH: the process has no memory any
 * more; -ECANCELED; -EPROTO.
 */
int portal_user_reg(struct portal_ctx *ctx, const char *name, uint64_t *ret_value);

/* ---- verdict: staged, and applied when the callback returns 0 or 1 ---- */

/** portal_skip() - skip the system call, its result is @ret. Return: 0; -EINVAL: a return hook. */
int portal_skip(struct portal_ctx *ctx, int64_t ret);
/**
 * portal_set_ret() - replace the result. Return: 0; -EINVAL: an entry hook, or portal_end() is
 * PORTAL_END_KILLED or PORTAL_END_RESTARTS.
 */
int portal_set_ret(struct portal_ctx *ctx, int64_t ret);
/** portal_set_arg() - replace argument @n. Return: 0; -EINVAL: a return hook, or @n above 5. */
int portal_set_arg(struct portal_ctx *ctx, unsigned int n, uint64_t value);

/* ---- options, data, messages ---- */

/**
 * portal_option() - value of an option
 * @mod: the hook module
 * @key: an option that it declares
 *
 * Return: the value, or the fallback; NULL: neither was given, or the option is not declared.
 */
const char *portal_option(struct portal_module *mod, const char *key);

/**
 * portal_option_u64() - value of an option as a number: decimal, hexadecimal with 0x, octal with 0
 * @mod: the hook module
 * @key: an option that it declares
 * @ret_value: set on success
 *
 * Return: 0; -ENOENT: no value; -EINVAL: not a number; -ERANGE: more than 64 bits.
 */
int portal_option_u64(struct portal_module *mod, const char *key, uint64_t *ret_value);

/** portal_set_data() - keep a pointer for portal_data(). */
void portal_set_data(struct portal_module *mod, void *data);

/** portal_data() - the pointer of portal_set_data(); NULL: none yet. */
void *portal_data(struct portal_module *mod);

/** portal_ctx_module() - the hook module whose callback got this event. */
struct portal_module *portal_ctx_module(struct portal_ctx *ctx);

enum { PORTAL_ERROR = 0, PORTAL_WARN = 1, PORTAL_INFO = 2, PORTAL_DEBUG = 3 };

/**
 * portal_log() - print a line to portal-vmm's log, with the names of the hook module and of the
 * task
 * @ctx: the event
 * @level: PORTAL_ERROR .. PORTAL_DEBUG
 * @fmt: as for printf(3)
 */
void portal_log(struct portal_ctx *ctx, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** portal_mod_log() - as portal_log(), outside of an event: without the name of a task. */
void portal_mod_log(struct portal_module *mod, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* PORTAL_HOOK_H */
