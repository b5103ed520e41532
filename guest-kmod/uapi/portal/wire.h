/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The wire format between the guest module and the VMM: every byte that the two share.
 *
 * Both sides include this file; there is no other definition. It defines the layout;
 * docs/protocol.md describes the meaning of the fields and the order of the messages. All numbers
 * are little endian, all structs have the same layout on every ABI, all reserved fields are zero.
 */
#ifndef PORTAL_WIRE_H
#define PORTAL_WIRE_H

#include <linux/types.h>

/* sent in hello; if the two sides differ, the host logs one message and installs no hooks */
#define PORTAL_WIRE_VERSION 2

/* ---- the doorbell ---- */

/*
 * x86: vmcall or vmmcall with RAX = 12 (KVM_HC_MAP_GPA_RANGE), RBX = gpa of the page, RCX = 1,
 * RDX = PORTAL_DOORBELL_TAG << 32 | kind. RAX returns 0 if the host served the call, and another
 * value if it did not. The page must be inside guest RAM and page aligned.
 *
 * arm64, arm: hvc #0 with x0 = PORTAL_DOORBELL_HVC64 (PORTAL_DOORBELL_HVC32 from a 32-bit kernel) |
 * kind << PORTAL_DOORBELL_KIND_SHIFT | index of the page in the pool, x1 = gpa of the page. x0 is
 * unchanged on return if the host served the call, and -1 if it did not. These are fast calls in
 * the range of the OEM services of the SMC Calling Convention (Arm DEN 0028).
 *
 * If the portal device has a second window, the doorbell is a 32-bit read of that window instead,
 * at kind << PORTAL_DOORBELL_KIND_SHIFT | index << PORTAL_DOORBELL_MMIO_SHIFT, with x1 = gpa of the
 * page. The read returns 0 if the host served the call, and another value if it did not.
 */
#define PORTAL_DOORBELL_NR  12
#define PORTAL_DOORBELL_TAG 0x50525431u /* "PRT1" */

#define PORTAL_DOORBELL_HVC64 0xc3000000u
#define PORTAL_DOORBELL_HVC32 0x83000000u
/* number of function identifiers that belong to the doorbell, starting at each of the two above */
#define PORTAL_DOORBELL_NR_HVC	   0x10000u
#define PORTAL_DOORBELL_KIND_SHIFT 12
#define PORTAL_DOORBELL_INDEX_MASK 0xfffu

#define PORTAL_DOORBELL_MMIO_SIZE  0x10000u
#define PORTAL_DOORBELL_MMIO_SHIFT 2

#define PORTAL_CALL_HELLO  1 /* the page holds a struct portal_wire_hello; opens a session */
#define PORTAL_CALL_EVENT  2 /* the page holds an event; opens a session */
#define PORTAL_CALL_ANSWER 3 /* the page holds the answer to the host's operation */
/* the guest offers a session for work that the host has to do; opens a session */
#define PORTAL_CALL_WORK 4
#define PORTAL_CALL_BYE	 5 /* the pool is closed: no page of it is used after this call */
/* this CPU's trace ring has no room: the host takes records out of it before it serves the call */
#define PORTAL_CALL_TRACE 6
/*
 * As ANSWER, made by an inter-processor call: the session's task itself is not on this CPU, so the
 * host must not use the task's page tables until the next ANSWER.
 */
#define PORTAL_CALL_ANSWER_REMOTE 7
/*
 * The CPU of the page's session is offline, so the session cannot go on: the host cancels it, and
 * the page is free. The header has the session's generation. Any CPU may make this call.
 */
#define PORTAL_CALL_CANCEL 8
#define PORTAL_CALL_GROW   9 /* the page holds a struct portal_wire_grow: more pages */

/* ---- the page ---- */

#define PORTAL_PAGE_SIZE 4096
#define PORTAL_DATA_SIZE 4072

/**
 * struct portal_region - one page shared by the guest and the VMM (the reference's mem_region)
 * @op: code in the low 32 bits, the session's generation in the high 32 bits
 * @addr: an address or a parameter; in an answer the cursor, 0 = nothing is left
 * @size: bytes in @data, or a parameter; in an answer the signed result: a count, a number or
 *	-errno
 * @data: payload
 */
struct portal_region {
	__le64 op;
	__le64 addr;
	__le64 size;
	__u8 data[PORTAL_DATA_SIZE];
};

/* codes the guest puts into @op when it answers */
#define PORTAL_RESP_DONE 0xf0000001u /* @size is the result */
/* the guest does not have this operation; @size = -EOPNOTSUPP */
#define PORTAL_RESP_UNKNOWN 0xf0000002u
/* a size or parameter is out of bounds; @size = -EINVAL */
#define PORTAL_RESP_INVALID   0xf0000003u
#define PORTAL_RESP_CANCELLED 0xf0000004u /* the session is cancelled; @size = -ECANCELED */
#define PORTAL_RESP_CONTEXT   0xf0000005u /* not in this context; @size = -EWOULDBLOCK */

/* codes that the guest puts into @op when it opens a session or announces pages */
#define PORTAL_OPEN_HELLO 0xe0000001u /* struct portal_wire_hello; the same in all versions */
#define PORTAL_OPEN_EVENT 0xe0000002u /* struct portal_wire_event and what follows it */
#define PORTAL_OPEN_WORK  0xe0000003u /* no payload */
#define PORTAL_OPEN_GROW  0xe0000004u /* struct portal_wire_grow; opens nothing */

/**
 * struct portal_wire_request - start of the data of every operation that has an answer
 * @addr: first parameter
 * @arg: second parameter
 * @flags: PORTAL_REQUEST_F_*
 * @pid: thread group id of the process that is meant; 0: the session's task
 * @start_time: start time of @pid, see struct portal_wire_event; 0 if @pid is 0
 *
 * The payload follows. <portal/ops.h> describes the parameters of each operation.
 */
struct portal_wire_request {
	__le64 addr;
	__le64 arg;
	__le32 flags;
	__le32 pid;
	__le64 start_time;
};

#define PORTAL_REQUEST_ROOM 4040 /* bytes for a payload: PORTAL_DATA_SIZE without the request */

/* READ, WRITE: the bytes are in a window; the payload is a struct portal_wire_window_part */
#define PORTAL_REQUEST_F_WINDOW 1u

/* ---- architectures, ABIs, registers ---- */

#define PORTAL_ABI_NONE	  0
#define PORTAL_ABI_X86_64 1
#define PORTAL_ABI_I386	  2
#define PORTAL_ABI_ARM64  3
#define PORTAL_ABI_ARM	  4

/* portal_wire_syscall.byte_order */
#define PORTAL_LITTLE_ENDIAN 0
#define PORTAL_BIG_ENDIAN    1

/* numbers of user registers; portal_reg() takes the same names */
#define PORTAL_REG_X86_AX	0
#define PORTAL_REG_X86_BX	1
#define PORTAL_REG_X86_CX	2
#define PORTAL_REG_X86_DX	3
#define PORTAL_REG_X86_SI	4
#define PORTAL_REG_X86_DI	5
#define PORTAL_REG_X86_BP	6
#define PORTAL_REG_X86_SP	7
#define PORTAL_REG_X86_R8	8 /* .. R15 = 15 */
#define PORTAL_REG_X86_IP	16
#define PORTAL_REG_X86_FLAGS	17
#define PORTAL_REG_X86_ORIG_AX	18
#define PORTAL_REG_X86_CS	19
#define PORTAL_REG_X86_SS	20
#define PORTAL_REG_ARM64_X0	0 /* .. X30 = 30 */
#define PORTAL_REG_ARM64_SP	31
#define PORTAL_REG_ARM64_PC	32
#define PORTAL_REG_ARM64_PSTATE 33
#define PORTAL_REG_ARM_R0	0 /* .. R12 = 12 */
#define PORTAL_REG_ARM_SP	13
#define PORTAL_REG_ARM_LR	14
#define PORTAL_REG_ARM_PC	15
#define PORTAL_REG_ARM_CPSR	16
#define PORTAL_NR_REGS		36

#define PORTAL_NR_ARGS	  8
#define PORTAL_COMM_SIZE  16
#define PORTAL_MAX_HOOKS  64 /* hooks on one site, and ids in one event */
#define PORTAL_MAX_RANGES 128
#define PORTAL_OPS_WORDS  2 /* for 128 operations */
#define PORTAL_MAX_PAGES  1024

/* ---- hello ---- */

/**
 * struct portal_wire_range - contiguous pages of the pool
 * @gpa: guest physical address of the first page, page aligned
 * @nr_pages: length in pages, at least 1
 * @reserved: 0
 */
struct portal_wire_range {
	__le64 gpa;
	__le32 nr_pages;
	__le32 reserved;
};

/**
 * struct portal_wire_hello - the guest module identifies itself and registers its pages
 * @version: PORTAL_WIRE_VERSION
 * @nr_ranges: valid entries of @ranges, 1 .. PORTAL_MAX_RANGES
 * @sources: bit n: the guest has the source n, PORTAL_SOURCE_*
 * @ops: bit n: the guest has the operation n, PORTAL_OP_*
 * @features: PORTAL_FEATURE_*
 * @abi: PORTAL_ABI_* of tasks with the kernel's own word size
 * @compat_abi: PORTAL_ABI_* of 32-bit tasks on a 64-bit kernel, PORTAL_ABI_NONE if it runs none
 * @paging: PORTAL_PAGING_*: format of the tasks' page tables
 * @reserved: 0
 * @release: the guest kernel's uname -r, NUL terminated
 * @module_version: the guest module's version, NUL terminated
 * @ranges: the pool, which contains the page of this struct; ranges do not overlap
 */
struct portal_wire_hello {
	__le32 version;
	__le32 nr_ranges;
	__le64 sources;
	__le64 ops[PORTAL_OPS_WORDS];
	__le64 features;
	__le32 abi;
	__le32 compat_abi;
	__le32 paging;
	__le32 reserved;
	__u8 release[65];
	__u8 module_version[31];
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
};

#define PORTAL_SOURCE_SYSCALL 0

/* appended flags and fields that are neither sources nor operations */
#define PORTAL_FEATURE_ENDS 1u /* calls that a signal ends are reported */
#define PORTAL_FEATURES	    1u /* all of them */

/* portal_wire_hello.paging; 0 = not given, only the guest can access a task's memory */
#define PORTAL_PAGING_PAGE_SHIFT_MASK 0xffu /* log2 of the page size */
/* above it: bits of a virtual address; on x86 this covers both halves of the address space */
#define PORTAL_PAGING_VA_BITS_SHIFT 8

/* payload of PORTAL_OP_WELCOME: what the host accepted */
struct portal_wire_welcome {
	__le32 version;
	__le32 reserved;
	__le64 features;
};

/**
 * struct portal_wire_grow - data of PORTAL_CALL_GROW: the guest adds pages to the pool
 * @nr_ranges: valid entries of @ranges, 1 .. PORTAL_MAX_RANGES
 * @reserved: 0
 * @ranges: the new pages, which contain the page of this struct; they overlap no page of the pool
 */
struct portal_wire_grow {
	__le32 nr_ranges;
	__le32 reserved;
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
};

/* ---- events ---- */

/* portal_wire_event.kind */
#define PORTAL_EVENT_SYSCALL_ENTER  1 /* struct portal_wire_syscall */
#define PORTAL_EVENT_SYSCALL_RETURN 2 /* struct portal_wire_syscall */
#define PORTAL_EVENT_ERROR	    3 /* struct portal_wire_error, then the body it is about */
#define PORTAL_EVENT_MISSED	    4 /* struct portal_wire_missed */

/* portal_wire_event.context */
#define PORTAL_CONTEXT_TASK   0 /* operations may sleep */
#define PORTAL_CONTEXT_LOCKED 1 /* the task holds a lock that user memory operations may need */
#define PORTAL_CONTEXT_ATOMIC 2 /* nothing may sleep */
#define PORTAL_CONTEXT_IRQ    3 /* in an interrupt: the task is any task */

/* portal_wire_event.flags */
#define PORTAL_EVENT_F_WAITED 1u /* the pool was empty: the event waited for a page */
#define PORTAL_EVENT_FLAGS    1u /* all of them */

/**
 * struct portal_wire_event - header of every event
 * @kind: PORTAL_EVENT_*
 * @context: PORTAL_CONTEXT_*
 * @flags: PORTAL_EVENT_F_*
 * @newest: serial of the newest hook that was installed when the guest looked for hooks
 * @start_time: start time of the process, ns since boot
 * @pid: thread group id in the initial pid namespace
 * @tid: thread id in the initial pid namespace
 * @pgd: guest physical address of the task's top page table; 0: not given
 * @cpu: CPU on which the guest looked for hooks
 * @nr_hooks: ids that follow, 1 .. PORTAL_MAX_HOOKS
 * @nr_items: number of struct portal_wire_item after the body
 * @reserved: 0
 * @comm: the task's name; its last byte is NUL
 *
 * @nr_hooks ids of hooks (__le32) follow, then zeros up to a multiple of 8, then the body, whose
 * size is a multiple of 8, then the items.
 */
struct portal_wire_event {
	__le16 kind;
	__le16 context;
	__le32 flags;
	__le64 newest;
	__le64 start_time;
	__le32 pid;
	__le32 tid;
	__le64 pgd;
	__le32 cpu;
	__le32 nr_hooks;
	__le32 nr_items;
	__le32 reserved;
	__u8 comm[PORTAL_COMM_SIZE];
};

/* portal_wire_syscall.end; the numbers are those of PORTAL_END_* in the SDK */
#define PORTAL_CALL_END_RETURNS	  0 /* with the result that the program gets */
#define PORTAL_CALL_END_NO_RETURN 1 /* it does not return to its caller */
#define PORTAL_CALL_END_KILLED	  2 /* return: the task was killed in the call */
#define PORTAL_CALL_END_RESTARTS  3 /* return: the kernel makes the call again */

/* portal_wire_syscall.flags */
/* return event: an entry hook skipped the call, so its function did not run */
#define PORTAL_SYSCALL_F_SKIPPED 1u
/* a rule took the call, but one of its stores failed; nothing after that store was done */
#define PORTAL_SYSCALL_F_RULE_FAILED 2u
#define PORTAL_SYSCALL_FLAGS	     3u /* all of them */

/**
 * struct portal_wire_syscall - body of PORTAL_EVENT_SYSCALL_ENTER and _RETURN
 * @nr: its number in the table of @abi
 * @abi: PORTAL_ABI_* of the call
 * @pointer_size: bytes of a pointer of the program: 4 or 8
 * @byte_order: PORTAL_LITTLE_ENDIAN or PORTAL_BIG_ENDIAN
 * @nr_args: valid entries of @args, the others are 0
 * @end: PORTAL_CALL_END_*
 * @flags: PORTAL_SYSCALL_F_*
 * @nr_regs: user registers that follow: 0 or PORTAL_NR_REGS
 * @base: added to an address of the program gives the address in the task
 * @ret: return events: the result, sign-extended; 0 in entry events
 * @pc: user program counter
 * @args: the arguments at entry, zero-extended to 64 bits for 32-bit programs
 *
 * @nr_regs numbers (__le64) follow, by PORTAL_REG_* of @abi; unused entries are 0.
 */
struct portal_wire_syscall {
	__le32 nr;
	__le16 abi;
	__u8 pointer_size;
	__u8 byte_order;
	__u8 nr_args;
	__u8 end;
	__le16 flags;
	__le32 nr_regs;
	__le64 base;
	__le64 ret;
	__le64 pc;
	__le64 args[PORTAL_NR_ARGS];
};

/* portal_wire_item.what */
#define PORTAL_ITEM_MEM	    1 /* user memory at @addr */
#define PORTAL_ITEM_STR	    2 /* a string at user address @addr, without its NUL */
#define PORTAL_ITEM_FD_NAME 3 /* name of the descriptor @addr (sign-extended) */
#define PORTAL_ITEM_ARGS    4 /* the process's arguments; @addr = 0 */
#define PORTAL_ITEM_CWD	    5 /* name of the current directory; @addr = 0 */
/* uid, gid, euid, egid in the initial user namespace, __le32 each; @addr = 0 */
#define PORTAL_ITEM_CREDENTIALS 6
#define PORTAL_ITEM_PPID	7 /* the parent's thread group id, __le32; @addr = 0 */

/* portal_wire_item.status, unless it is a negative errno */
#define PORTAL_ITEM_COMPLETE 0
#define PORTAL_ITEM_CUT	     1 /* ended by the declaration's max: there is more */
#define PORTAL_ITEM_DEFERRED 2 /* did not fit into the page: no bytes, use an operation */

/**
 * struct portal_wire_item - header of an item that a hook declared
 * @addr: user address or descriptor, depending on @what
 * @len: bytes
 * @what: PORTAL_ITEM_*
 * @reserved: 0
 * @status: PORTAL_ITEM_* or -errno; with -EFAULT an ITEM_MEM has the bytes before the fault
 * @reserved2: 0
 *
 * @len bytes follow, then zero padding to a multiple of 8.
 */
struct portal_wire_item {
	__le64 addr;
	__le32 len;
	__le16 what;
	__le16 reserved;
	__le32 status;
	__le32 reserved2;
};

/**
 * struct portal_wire_error - body of PORTAL_EVENT_ERROR: a write of a verdict failed
 * @kind: kind of the event that the verdict answered
 * @reserved: 0
 * @err: negative errno
 * @addr: address of the write
 *
 * The header's only id is that of the hook that staged the write. The body of the event that the
 * verdict answered follows, without registers and items. Nothing after the write was applied.
 */
struct portal_wire_error {
	__le16 kind;
	__le16 reserved;
	__le32 err;
	__le64 addr;
};

/* portal_wire_missed.reason */
/* no page of the pool was free for PORTAL_WAIT_MS, or there was no memory to build the event */
#define PORTAL_MISSED_NO_PAGE  1
#define PORTAL_MISSED_CPU_GONE 2 /* the session's CPU went offline */
#define PORTAL_MISSED_REFUSED  3 /* as NO_PAGE, and the call failed with -EAGAIN */

#define PORTAL_WAIT_MS 2000 /* longest time that an event waits for a page */

/**
 * struct portal_wire_missed - body of PORTAL_EVENT_MISSED: hooks were not called
 * @reason: PORTAL_MISSED_*
 * @kind: kind of the event that was missed
 * @nr: number of the system call
 * @abi: PORTAL_ABI_* of the system call
 * @count: events missed for this reason since the last report of it, this one included. A guest may
 *	count and report those of each call and its hooks apart
 *
 * The header has the task and the hooks of the last one.
 */
struct portal_wire_missed {
	__le32 reason;
	__le32 kind;
	__le32 nr;
	__le32 abi;
	__le64 count;
};

/* ---- hooks ---- */

/* comparisons; the numbers are those of PORTAL_MATCH_* in the SDK */
#define PORTAL_CMP_ANY		0
#define PORTAL_CMP_EQ		1
#define PORTAL_CMP_NE		2
#define PORTAL_CMP_GT		3
#define PORTAL_CMP_GE		4
#define PORTAL_CMP_LT		5
#define PORTAL_CMP_LE		6
#define PORTAL_CMP_RANGE	7  /* value <= x <= limit */
#define PORTAL_CMP_SUCCESS	8  /* not an error */
#define PORTAL_CMP_ERROR	9  /* -4095 .. -1 */
#define PORTAL_CMP_BITS_SET	10 /* (x & value) == value */
#define PORTAL_CMP_BITS_CLEAR	11 /* (x & value) == 0 */
#define PORTAL_CMP_STR_EQ	12 /* the argument is a user pointer to a string */
#define PORTAL_CMP_STR_PREFIX	13
#define PORTAL_CMP_STR_SUFFIX	14
#define PORTAL_CMP_STR_CONTAINS 15
#define PORTAL_CMP_MAX		15

#define PORTAL_CMP_F_UNSIGNED 1u

/**
 * struct portal_wire_match - one filter
 * @cmp: PORTAL_CMP_*
 * @width: bytes to compare: 1, 2, 4, 8; 0 = the task's long
 * @flags: PORTAL_CMP_F_*
 * @str_off: STR_*: offset of the string in the hook's string area
 * @str_len: STR_*: its length without a NUL
 * @reserved: 0
 * @value: operand, low bound or mask
 * @limit: RANGE: high bound
 */
struct portal_wire_match {
	__le32 cmp;
	__le32 width;
	__le32 flags;
	__le32 str_off;
	__le32 str_len;
	__le32 reserved;
	__le64 value;
	__le64 limit;
};

#define PORTAL_WHEN_ENTER  1u
#define PORTAL_WHEN_RETURN 2u

/* on every site of the source; @nr_sites is 0 */
#define PORTAL_HOOK_F_ALL 1u
/* with both PORTAL_WHEN_*: the return event reports the entry, too, if the call returns */
#define PORTAL_HOOK_F_OBSERVE 2u
#define PORTAL_HOOK_F_TRACE   4u /* reported by a record in the CPU's trace, never by an event */
/* with TRACE: the task waits for room for the record */
#define PORTAL_HOOK_F_TRACE_BLOCK 8u
#define PORTAL_HOOK_F_REGS	  16u /* events have the user registers */
/* when no page can be had, the call fails with -EAGAIN instead of going on unhooked */
#define PORTAL_HOOK_F_REQUIRED 32u
#define PORTAL_HOOK_F_RESTARTS 64u  /* calls that the kernel makes again are reported, too */
#define PORTAL_HOOK_FLAGS      127u /* all of them */

/* portal_wire_hook.scope: classes of tasks */
#define PORTAL_SCOPE_FIRMWARE 1u /* the firmware's programs */
#define PORTAL_SCOPE_AGENT    2u /* the host's agent in the guest, and what it starts */
#define PORTAL_SCOPE_KERNEL   4u /* programs that the kernel starts by itself */
#define PORTAL_SCOPES	      7u /* all of them */

/* declarations; the numbers are those of PORTAL_FETCH_* in the SDK */
#define PORTAL_WIRE_FETCH_STR	      1
#define PORTAL_WIRE_FETCH_MEM	      2
#define PORTAL_WIRE_FETCH_PTR_MEM     3
#define PORTAL_WIRE_FETCH_PTR_STR     4
#define PORTAL_WIRE_FETCH_FD_NAME     5
#define PORTAL_WIRE_FETCH_ARGS	      6
#define PORTAL_WIRE_FETCH_CWD	      7
#define PORTAL_WIRE_FETCH_CREDENTIALS 8
#define PORTAL_WIRE_FETCH_PPID	      9

/* portal_wire_fetch.len_from: the number of bytes */
#define PORTAL_LEN_MAX	  0 /* @max */
#define PORTAL_LEN_ARG	  1 /* argument @len_arg, at most @max */
#define PORTAL_LEN_RESULT 2 /* the result, at most @max; only in hooks at return alone */

#define PORTAL_MAX_FETCH 16 /* declarations of one hook */

/**
 * struct portal_wire_fetch - one declaration
 * @what: PORTAL_WIRE_FETCH_*
 * @arg: argument 0 .. 7; 0 where no argument is meant
 * @offset: added to the argument
 * @inner_offset: added to the pointer that is read there (PTR_*)
 * @max: maximum number of bytes, at least 1
 * @len_from: PORTAL_LEN_* (MEM, PTR_MEM; else PORTAL_LEN_MAX)
 * @len_arg: argument 0 .. 7 for PORTAL_LEN_ARG, else 0
 */
struct portal_wire_fetch {
	__le32 what;
	__le32 arg;
	__le64 offset;
	__le64 inner_offset;
	__le32 max;
	__le16 len_from;
	__le16 len_arg;
};

/**
 * struct portal_wire_site - a site of a hook on system calls
 * @abi: PORTAL_ABI_*
 * @nr: number in that ABI's table
 */
struct portal_wire_site {
	__le32 abi;
	__le32 nr;
};

#define PORTAL_MAX_SITES 8 /* sites of one hook */

/**
 * struct portal_wire_hook - payload of PORTAL_OP_HOOK_ADD
 * @id: the host's number for the hook, not 0; not used again before the next hello
 * @source: PORTAL_SOURCE_*
 * @when: PORTAL_WHEN_*
 * @flags: PORTAL_HOOK_F_*
 * @scope: PORTAL_SCOPE_*, at least one
 * @pid: thread group id in the initial pid namespace, 0 = any
 * @nr_sites: sites, 1 .. PORTAL_MAX_SITES; 0 with PORTAL_HOOK_F_ALL
 * @nr_fetch: declarations, 0 .. PORTAL_MAX_FETCH
 * @strings_size: bytes of strings
 * @reserved: 0
 * @comm: NUL padded; all NUL = any
 * @arg: filters on the arguments, all must match
 * @ret: filter on the result, evaluated at return
 *
 * @nr_sites struct portal_wire_site follow, then @nr_fetch struct portal_wire_fetch, then
 * @strings_size bytes of strings.
 */
struct portal_wire_hook {
	__le32 id;
	__le32 source;
	__le32 when;
	__le32 flags;
	__le32 scope;
	__le32 pid;
	__le32 nr_sites;
	__le32 nr_fetch;
	__le32 strings_size;
	__le32 reserved;
	__u8 comm[PORTAL_COMM_SIZE];
	struct portal_wire_match arg[PORTAL_NR_ARGS];
	struct portal_wire_match ret;
};

/* ---- verdict ---- */

#define PORTAL_VERDICT_SKIP 1u /* entry: do not run the call; its result is @ret */
#define PORTAL_VERDICT_RET  2u /* return: the result becomes @ret */

/**
 * struct portal_wire_verdict - data of PORTAL_OP_VERDICT
 * @flags: PORTAL_VERDICT_*
 * @arg_mask: bit n: argument n becomes args[n] (entry events only)
 * @ret: the result for SKIP and RET
 * @nr_regs: number of struct portal_wire_reg that follow, each register at most once
 * @nr_writes: number of struct portal_wire_write that follow them
 * @args: new arguments
 */
struct portal_wire_verdict {
	__le32 flags;
	__le32 arg_mask;
	__le64 ret;
	__le32 nr_regs;
	__le32 nr_writes;
	__le64 args[PORTAL_NR_ARGS];
};

/**
 * struct portal_wire_reg - a register that a verdict sets
 * @reg: PORTAL_REG_* of the event's ABI
 * @reserved: 0
 * @value: its new value
 */
struct portal_wire_reg {
	__le32 reg;
	__le32 reserved;
	__le64 value;
};

/**
 * struct portal_wire_write - header of a deferred write
 * @addr: user address
 * @len: bytes, at least 1
 * @hook: id of the hook that staged it
 *
 * @len bytes follow, then zero padding to a multiple of 8.
 */
struct portal_wire_write {
	__le64 addr;
	__le32 len;
	__le32 hook;
};

/* ---- rules ---- */

#define PORTAL_MAX_RULES	256 /* slots */
#define PORTAL_MAX_RULE_CONDS	8
#define PORTAL_MAX_RULE_STORES	8
#define PORTAL_MAX_RULE_ROWS	64
#define PORTAL_RULE_HITS_BITS	40
#define PORTAL_RULE_GENERATIONS (1u << 24) /* values of the bits above the hits; 0: no rule */

/**
 * struct portal_rule_slot - the part of a rule that host and guest share, one cache line
 * @state: generation << PORTAL_RULE_HITS_BITS | hits; both sides change it by atomic exchanges of
 *	all 8 bytes
 * @unused: ignored
 *
 * The answer to PORTAL_OP_RULE_OPEN has the address of an array of PORTAL_MAX_RULES slots.
 */
struct portal_rule_slot {
	__le64 state;
	__u8 unused[56];
};

/* portal_wire_place.what */
#define PORTAL_PLACE_ARG     1 /* the argument itself; conditions only */
#define PORTAL_PLACE_MEM     2 /* user memory at @arg + @offset */
#define PORTAL_PLACE_PTR_MEM 3 /* user memory at *(@arg + @offset) + @inner_offset */
#define PORTAL_PLACE_RET     4 /* the result; only in conditions of rules at return */
#define PORTAL_PLACE_HITS    5 /* calls that the rule has taken before this one; conditions only */

/**
 * struct portal_wire_place - where a rule reads or stores
 * @what: PORTAL_PLACE_*
 * @arg: argument 0 .. 7, with its value at entry
 * @offset: added to the argument
 * @inner_offset: added to the pointer that is read there
 */
struct portal_wire_place {
	__le32 what;
	__le32 arg;
	__le64 offset;
	__le64 inner_offset;
};

/**
 * struct portal_wire_rule_cond - one condition
 * @place: location of the number to compare; for STR_*, of the string, or the argument that points
 *	to it
 * @match: comparison, not ANY; for the result only: SUCCESS and ERROR; not for the result: STR_*,
 *	whose string is in the rule's bytes
 */
struct portal_wire_rule_cond {
	struct portal_wire_place place;
	struct portal_wire_match match;
};

#define PORTAL_STORE_F_HITS 1u /* the number of calls that the rule has taken, not bytes */

/**
 * struct portal_wire_rule_store - one store
 * @place: MEM or PTR_MEM
 * @off: offset of the bytes to store in the rule's bytes; 0 for HITS
 * @len: their number, at least 1; for HITS 1, 2, 4 or 8, in the program's byte order
 * @flags: PORTAL_STORE_F_*
 * @reserved: 0
 */
struct portal_wire_rule_store {
	struct portal_wire_place place;
	__le32 off;
	__le32 len;
	__le32 flags;
	__le32 reserved;
};

/**
 * struct portal_wire_rule_row - a row of a rule's table
 * @value: number at the rule's key
 * @ret: the result
 * @off: offset, in the rule's bytes, of the bytes for the rule's first store
 * @len: their number; 0: nothing is stored there
 */
struct portal_wire_rule_row {
	__le64 value;
	__le64 ret;
	__le32 off;
	__le32 len;
};

/**
 * struct portal_wire_rule - payload of PORTAL_OP_RULE_ADD
 * @hook: id of the hook it belongs to
 * @slot: 0 .. PORTAL_MAX_RULES - 1, unique among installed rules
 * @generation: 1 .. PORTAL_RULE_GENERATIONS - 1; the rule applies while its slot has the same value
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN, a stage of its hook
 * @flags: PORTAL_VERDICT_SKIP at entry, PORTAL_VERDICT_RET at return
 * @arg_mask: bit n: argument n becomes args[n] (entry only)
 * @nr_conds: 0 .. PORTAL_MAX_RULE_CONDS, all must hold
 * @nr_stores: 0 .. PORTAL_MAX_RULE_STORES
 * @nr_rows: 0 .. PORTAL_MAX_RULE_ROWS; with rows @ret and the bytes of the first store are unused
 * @key_width: bytes of the number at @key: 1, 2, 4 or 8; 0 without rows
 * @bytes_size: total size of the strings and of the bytes to store
 * @reserved: 0
 * @ret: the result for SKIP and RET
 * @args: new arguments
 * @key: the number that selects a row: ARG, MEM or PTR_MEM; all zeros without rows
 *
 * @nr_conds struct portal_wire_rule_cond follow, then @nr_stores struct portal_wire_rule_store,
 * then @nr_rows struct portal_wire_rule_row, then @bytes_size bytes.
 */
struct portal_wire_rule {
	__le32 hook;
	__le32 slot;
	__le32 generation;
	__le32 when;
	__le32 flags;
	__le32 arg_mask;
	__le32 nr_conds;
	__le32 nr_stores;
	__le32 nr_rows;
	__le32 key_width;
	__le32 bytes_size;
	__le32 reserved;
	__le64 ret;
	__le64 args[PORTAL_NR_ARGS];
	struct portal_wire_place key;
};

/* ---- trace rings ---- */

#define PORTAL_MAX_TRACE_RINGS 500 /* one for each possible CPU of the guest's kernel */
/* bytes of a trace ring, a power of two; the largest record fits */
#define PORTAL_TRACE_RING_MIN	8192u
#define PORTAL_TRACE_RING_MAX	(1u << 20)
#define PORTAL_TRACE_RECORD_MAX 8192u	    /* bytes of a record, including its header */
#define PORTAL_TRACE_COMMIT	0x4c4f4700u /* "LOG": commit is this xor the record's position */

/**
 * struct portal_wire_trace_ring - start of the page before a trace ring
 * @head: written by the guest: position after the last record; counts bytes, modulo 2^32
 * @written: by the guest: records written so far, modulo 2^32
 * @lost: by the guest: records dropped for lack of room so far, modulo 2^32
 * @reserved: 0
 * @tail: by the host: position after the last record that it has taken
 * @wake_at: by the host: the guest writes PORTAL_DEV_TRACE when its head passes this position
 * @reserved2: 0
 *
 * The fields of guest and host are on different cache lines, to avoid false sharing.
 */
struct portal_wire_trace_ring {
	__le32 head;
	__le32 written;
	__le32 lost;
	__u8 reserved[116];
	__le32 tail;
	__le32 wake_at;
	__u8 reserved2[120];
};

/**
 * struct portal_wire_trace_record - header of an event in a trace
 * @size: total number of bytes, a multiple of 8
 * @commit: PORTAL_TRACE_COMMIT ^ position of the record
 * @seq: records in this trace before this one, modulo 2^32
 * @lost: records lost in this trace before this one, modulo 2^32
 * @time: the guest's CLOCK_MONOTONIC when the record was written, ns
 *
 * A struct portal_wire_event follows, then its ids, body and items.
 */
struct portal_wire_trace_record {
	__le32 size;
	__le32 commit;
	__le32 seq;
	__le32 lost;
	__le64 time;
};

/* ---- vectored reads ---- */

#define PORTAL_MAX_STEPS 32 /* steps of one READ_VEC */

#define PORTAL_STEP_F_POINTER 1u /* @addr is added to a pointer that an earlier step has read */

/**
 * struct portal_wire_step - one read of PORTAL_OP_READ_VEC
 * @addr: user address, or an offset from the pointer
 * @len: bytes, at least 1
 * @flags: PORTAL_STEP_F_*
 * @base: with a pointer: the earlier step that has read it; else 0
 * @at: with a pointer: its offset in the bytes of that step, which contain all of it; else 0
 */
struct portal_wire_step {
	__le64 addr;
	__le32 len;
	__le32 flags;
	__le32 base;
	__le32 at;
};

/**
 * struct portal_wire_result - header of the result of a step
 * @status: 0; -EFAULT: the memory after @len bytes cannot be read
 * @len: bytes; with status 0 as many as requested
 *
 * @len bytes follow, then zero padding to a multiple of 8.
 */
struct portal_wire_result {
	__le32 status;
	__le32 len;
};

/* ---- windows and shared pages ---- */

#define PORTAL_WINDOW_MAX (16u << 20) /* bytes of a window */

/**
 * struct portal_wire_window_part - payload of operations with PORTAL_REQUEST_F_WINDOW
 * @window: number of the window
 * @reserved: 0
 * @offset: first byte in the window
 * @len: bytes, all inside the window
 */
struct portal_wire_window_part {
	__le32 window;
	__le32 reserved;
	__le64 offset;
	__le64 len;
};

/* PORTAL_OP_SHARE_OPEN: pages that programs of the guest may map read-only */
#define PORTAL_SHARE_WANTED   1		 /* bit n: system call n is wanted by a hook */
#define PORTAL_SHARE_COVERAGE 2		 /* blocks whose execution is to be reported */
#define PORTAL_SHARE_MAX      (1u << 20) /* bytes of one share */

#define PORTAL_RESEED_MAX 256 /* bytes of PORTAL_OP_RESEED */

/* ---- the portal device ---- */

/* MMIO window of one page, 32-bit registers; ACPI _HID PRTL0001, device tree "portal,portal-vmm" */
#define PORTAL_DEV_ACPI_HID	 "PRTL0001"
#define PORTAL_DEV_OF_COMPATIBLE "portal,portal-vmm"
#define PORTAL_DEV_SIZE		 0x1000
#define PORTAL_DEV_MAGIC	 0x000 /* ro: PORTAL_DEV_MAGIC_VALUE */
#define PORTAL_DEV_VERSION	 0x004 /* ro: PORTAL_WIRE_VERSION */
#define PORTAL_DEV_FEATURES	 0x008 /* ro: reserved, 0 */
#define PORTAL_DEV_STATE	 0x00c /* rw: PORTAL_STATE_*, 0 after reset */
#define PORTAL_DEV_IRQ		 0x010 /* ro: PORTAL_IRQ_*; wo: the bits to acknowledge */
#define PORTAL_DEV_TRACE	 0x014 /* wo: a trace's head has passed its wake_at; any value */
#define PORTAL_DEV_WORK		 0x018 /* ro: work sessions wanted; reading takes all of them */
/* ro: index + 1 of the page of a session to cancel, 0: none; reading takes it */
#define PORTAL_DEV_CANCEL	     0x01c
#define PORTAL_DEV_CANCEL_GENERATION 0x020 /* ro: generation of the session last taken there */

#define PORTAL_IRQ_WORK	  1u
#define PORTAL_IRQ_CANCEL 2u

#define PORTAL_MAX_WORK 32 /* work sessions wanted at a time */

#define PORTAL_DEV_MAGIC_VALUE 0x4c545250u /* "PRTL" */

#define PORTAL_STATE_NONE     0 /* no guest module has bound to the device yet */
#define PORTAL_STATE_UP	      1 /* the guest module has bound to the device */
#define PORTAL_STATE_POWEROFF 2 /* reboot notifier: SYS_POWER_OFF */
#define PORTAL_STATE_RESTART  3 /* reboot notifier: SYS_RESTART */
#define PORTAL_STATE_HALT     4 /* reboot notifier: SYS_HALT */
#define PORTAL_STATE_PANIC    5 /* panic notifier */

/* ---- layout, checked on both sides ---- */

#ifndef __cplusplus
_Static_assert(sizeof(struct portal_region) == PORTAL_PAGE_SIZE, "region is one page");
_Static_assert(sizeof(struct portal_wire_range) == 16, "range");
_Static_assert(sizeof(struct portal_wire_request) + PORTAL_REQUEST_ROOM == PORTAL_DATA_SIZE,
	       "request");
_Static_assert(sizeof(struct portal_wire_hello) == 152 + 16 * PORTAL_MAX_RANGES, "hello");
_Static_assert(sizeof(struct portal_wire_hello) <= PORTAL_DATA_SIZE, "hello fits the page");
_Static_assert(sizeof(struct portal_wire_welcome) == 16, "welcome");
_Static_assert(sizeof(struct portal_wire_grow) == 8 + 16 * PORTAL_MAX_RANGES, "grow");
_Static_assert(sizeof(struct portal_wire_event) == 72, "event");
_Static_assert(sizeof(struct portal_wire_syscall) == 40 + 8 * PORTAL_NR_ARGS, "syscall");
_Static_assert(sizeof(struct portal_wire_error) == 16, "error");
_Static_assert(sizeof(struct portal_wire_missed) == 24, "missed");
_Static_assert(sizeof(struct portal_wire_match) == 40, "match");
_Static_assert(sizeof(struct portal_wire_site) == 8, "site");
_Static_assert(sizeof(struct portal_wire_hook) == 56 + 40 * (PORTAL_NR_ARGS + 1), "hook");
_Static_assert(sizeof(struct portal_wire_fetch) == 32, "fetch");
_Static_assert(sizeof(struct portal_wire_item) == 24, "item");
_Static_assert(sizeof(struct portal_wire_verdict) == 24 + 8 * PORTAL_NR_ARGS, "verdict");
_Static_assert(sizeof(struct portal_wire_reg) == 16, "reg");
_Static_assert(sizeof(struct portal_wire_write) == 16, "write");
_Static_assert(sizeof(struct portal_wire_step) == 24, "step");
_Static_assert(sizeof(struct portal_wire_result) == 8, "result");
_Static_assert(sizeof(struct portal_rule_slot) == 64, "rule slot");
_Static_assert(sizeof(struct portal_wire_rule_cond) == 64, "rule condition");
_Static_assert(sizeof(struct portal_wire_rule_store) == 40, "rule store");
_Static_assert(sizeof(struct portal_wire_rule_row) == 24, "rule row");
_Static_assert(sizeof(struct portal_wire_rule) == 144, "rule");
_Static_assert(sizeof(struct portal_wire_window_part) == 24, "window part");
_Static_assert(sizeof(struct portal_wire_trace_ring) == 256, "trace ring");
_Static_assert(sizeof(struct portal_wire_trace_record) == 24, "record");
#endif

#endif /* PORTAL_WIRE_H */
