/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The wire between the portal guest module and the VMM: every byte that the two share.
 *
 * Both sides include this file and no other definition of it exists. docs/protocol.md says what the
 * fields mean and in which order things happen; this file says where they are. All numbers are
 * little endian, all structs have the same layout on every ABI, all reserved fields are zero.
 */
#ifndef PORTAL_WIRE_H
#define PORTAL_WIRE_H

#include <linux/types.h>

/* hello carries this; a different number on the other side means: no hooks, one clear message */
#define PORTAL_WIRE_VERSION 1

/* ---- the doorbell ---- */

/*
 * x86: vmcall/vmmcall with RAX = 12 (KVM_HC_MAP_GPA_RANGE), RBX = gpa of the page, RCX = 1,
 * RDX = PORTAL_DOORBELL_TAG << 32 | kind. RAX comes back 0 when the ring was served, anything else
 * when nobody serves it. The page must be inside guest RAM and page aligned.
 *
 * arm64, arm: hvc #0 with x0 = PORTAL_DOORBELL_HVC64 (PORTAL_DOORBELL_HVC32 from a 32-bit kernel) |
 * kind << PORTAL_DOORBELL_KIND_SHIFT | index of the page in the pool, x1 = gpa of the page. x0
 * comes back unchanged when the ring was served, -1 when nobody serves it. These are fast calls of
 * the OEM service of the SMC Calling Convention (Arm DEN 0028).
 *
 * Where the portal device has a second window, it is the doorbell instead: a read of 32 bits at
 * kind << PORTAL_DOORBELL_KIND_SHIFT | index << PORTAL_DOORBELL_MMIO_SHIFT, with x1 = gpa of the
 * page.
 * It gives 0 when the ring was served, anything else when nobody serves it.
 */
#define PORTAL_DOORBELL_NR  12
#define PORTAL_DOORBELL_TAG 0x50525431u /* "PRT1" */

#define PORTAL_DOORBELL_HVC64 0xc3000000u
#define PORTAL_DOORBELL_HVC32 0x83000000u
/* function numbers that are the doorbell's, from there on */
#define PORTAL_DOORBELL_NR_HVC	   0x8000u
#define PORTAL_DOORBELL_KIND_SHIFT 12
#define PORTAL_DOORBELL_INDEX_MASK 0xfffu

#define PORTAL_DOORBELL_MMIO_SIZE  0x8000u
#define PORTAL_DOORBELL_MMIO_SHIFT 2

#define PORTAL_CALL_HELLO  1 /* the page holds a struct portal_wire_hello; opens a session */
#define PORTAL_CALL_EVENT  2 /* the page holds an event; opens a session */
#define PORTAL_CALL_ANSWER 3 /* the page holds the answer to the operation the host asked for */
/* the guest offers a session for work the host has; opens a session */
#define PORTAL_CALL_WORK 4
#define PORTAL_CALL_BYE	 5 /* the module lets go: no page of it is used after this ring */
/* there is no room in this CPU's trace: served when the host has made some */
#define PORTAL_CALL_TRACE 6

/* ---- the page ---- */

#define PORTAL_PAGE_SIZE 4096
#define PORTAL_DATA_SIZE 4072

/**
 * struct portal_region - one page shared by the guest and the VMM, the reference's mem_region
 * @op: code in the low 32 bits, the session's generation in the high 32 bits
 * @addr: an address or parameter; in an answer the cursor from which to go on, 0 = nothing is left
 * @size: bytes in @data, or a parameter; in an answer the signed result: a count, a number or
 * -errno
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
/* this guest does not know the operation; @size = -EOPNOTSUPP */
#define PORTAL_RESP_UNKNOWN 0xf0000002u
/* sizes or parameters out of bounds; @size = -EINVAL */
#define PORTAL_RESP_INVALID   0xf0000003u
#define PORTAL_RESP_CANCELLED 0xf0000004u /* the task is being killed; @size = -ECANCELED */

/* codes the guest puts into @op when it opens a session */
#define PORTAL_EVENT_HELLO	    0xe0000001u /* struct portal_wire_hello */
#define PORTAL_EVENT_SYSCALL_ENTER  0xe0000002u /* struct portal_wire_syscall */
#define PORTAL_EVENT_SYSCALL_RETURN 0xe0000003u /* struct portal_wire_syscall */
#define PORTAL_EVENT_ERROR	    0xe0000004u /* struct portal_wire_error */
#define PORTAL_EVENT_WORK	    0xe0000005u /* no payload */

/* ---- architectures, ABIs, registers ---- */

#define PORTAL_ABI_NONE	  0
#define PORTAL_ABI_X86_64 1
#define PORTAL_ABI_I386	  2
#define PORTAL_ABI_ARM64  3
#define PORTAL_ABI_ARM	  4

/* user registers by index in portal_wire_syscall.regs; names as portal_reg() takes them */
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

#define PORTAL_NR_ARGS	 6
#define PORTAL_COMM_SIZE 16
/* hooks per event kind and call: bits of portal_wire_syscall.hooks */
#define PORTAL_MAX_HOOKS  64
#define PORTAL_MAX_RANGES 128
#define PORTAL_MAX_PAGES  1024

/* ---- hello ---- */

/**
 * struct portal_wire_range - a run of pages of the module's pool
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
 * struct portal_wire_hello - the module introduces itself and registers its pages
 * @version: PORTAL_WIRE_VERSION
 * @nr_ranges: valid entries of @ranges, 1 .. PORTAL_MAX_RANGES
 * @features: PORTAL_FEATURE_* the module offers
 * @abi: PORTAL_ABI_* of 64-bit (or the kernel's own) tasks
 * @compat_abi: PORTAL_ABI_* of 32-bit tasks on a 64-bit kernel, PORTAL_ABI_NONE without
 * @release: the guest kernel's uname -r, NUL terminated
 * @module_version: the module's version, NUL terminated
 * @ranges: the pool; the page this struct is in belongs to it; ranges do not overlap
 */
struct portal_wire_hello {
	__le32 version;
	__le32 nr_ranges;
	__le64 features;
	__le32 abi;
	__le32 compat_abi;
	__u8 release[65];
	__u8 module_version[31];
	struct portal_wire_range ranges[PORTAL_MAX_RANGES];
};

/* bits are given out append-only */
#define PORTAL_FEATURE_FETCH 1u /* hooks may carry fetch declarations, events items */
#define PORTAL_FEATURE_TRACE 2u /* TRACE_OPEN is known, hooks may have PORTAL_HOOK_F_TRACE */
#define PORTAL_FEATURE_RULE  4u /* hooks may have rules */
#define PORTAL_FEATURES	     7u /* all of them */

/* payload of PORTAL_OP_WELCOME: what the host accepted */
struct portal_wire_welcome {
	__le32 version;
	__le32 reserved;
	__le64 features;
};

/* ---- events ---- */

/* portal_wire_syscall.flags */
/* return event: the call did not run, an entry hook skipped it */
#define PORTAL_SYSCALL_SKIPPED 1u
/* the pool was empty: the task waited for the page of this event */
#define PORTAL_SYSCALL_WAITED 2u
/* a rule took the call, and one of its stores failed: nothing after it was done */
#define PORTAL_SYSCALL_RULE_FAILED 4u
#define PORTAL_SYSCALL_FLAGS	   7u /* all of them */

/* portal_wire_syscall.paging; 0 = not said, the task's memory is for the guest to access */
#define PORTAL_PAGING_PAGE_SHIFT_MASK 0xffu /* log2 of the page size */
/* and from there on: bits of an address, x86: of both halves */
#define PORTAL_PAGING_VA_BITS_SHIFT 8

/**
 * struct portal_wire_syscall - a system call some hooks asked for
 * @abi: PORTAL_ABI_* the call was made by
 * @nr: its number in that ABI's table
 * @flags: PORTAL_SYSCALL_*
 * @paging: PORTAL_PAGING_*: how the table at @pgd is to be read
 * @hooks: bit n set: the hook installed with bit n for this event kind and number matched
 * @args: the six arguments at entry, zero-extended to 64 bits for 32-bit tasks
 * @ret: return events: the result, sign-extended; 0 in entry events
 * @pid: thread group id in the initial pid namespace
 * @tid: thread id in the initial pid namespace
 * @comm: the task's name, NUL terminated
 * @pc: user program counter
 * @pgd: guest physical address of the task's top page table
 * @nr_items: struct portal_wire_item that follow this struct
 * @items_size: bytes that follow it
 * @regs: user registers, PORTAL_REG_* of the ABI the task has at this moment; unused entries 0
 */
struct portal_wire_syscall {
	__le32 abi;
	__le32 nr;
	__le32 flags;
	__le32 paging;
	__le64 hooks;
	__le64 args[PORTAL_NR_ARGS];
	__le64 ret;
	__le32 pid;
	__le32 tid;
	__u8 comm[PORTAL_COMM_SIZE];
	__le64 pc;
	__le64 pgd;
	__le32 nr_items;
	__le32 items_size;
	__le64 regs[PORTAL_NR_REGS];
};

/* portal_wire_item.what */
#define PORTAL_ITEM_MEM	    1 /* user memory at @addr */
#define PORTAL_ITEM_STR	    2 /* a string at user address @addr, without its NUL */
#define PORTAL_ITEM_FD_NAME 3 /* name of the descriptor @addr (sign-extended) */
#define PORTAL_ITEM_ARGS    4 /* the process's arguments, @addr = 0 */

/* portal_wire_item.status when it is not a negative errno */
#define PORTAL_ITEM_COMPLETE 0
#define PORTAL_ITEM_CUT	     1 /* the declaration's max ended it: there is more */
#define PORTAL_ITEM_DEFERRED 2 /* it did not fit the page: no bytes, ask for it */

/**
 * struct portal_wire_item - something a hook declared: header, @len bytes, zero padding to a
 * multiple of 8
 * @addr: what it is of, by @what
 * @len: bytes
 * @what: PORTAL_ITEM_*
 * @reserved: 0
 * @status: PORTAL_ITEM_* or -errno; with -EFAULT the bytes of an ITEM_MEM before the fault are
 * there
 * @reserved2: 0
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
 * struct portal_wire_error - an effect of a verdict could not be applied; nothing after it was
 * @call: the event the verdict answered, so that the error can be reported in its terms
 * @hook: id of the hook that staged the failing write
 * @err: negative errno
 * @addr: user address of the write
 */
struct portal_wire_error {
	struct portal_wire_syscall call;
	__le32 hook;
	__le32 err;
	__le64 addr;
};

/* ---- hooks ---- */

/* comparisons; PORTAL_MATCH_* of the SDK have the same numbers */
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
 * @width: bytes compared: 1, 2, 4, 8; 0 = the task's long
 * @flags: PORTAL_CMP_F_*
 * @str_off: STR_*: offset of the string in the hook's string area
 * @str_len: STR_*: its length, no NUL
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

/* every call of both ABIs; @nr and @compat_nr are PORTAL_NR_NONE */
#define PORTAL_HOOK_F_ALL 1u
/* with both PORTAL_WHEN_*: told of the entry at the return, if there is one */
#define PORTAL_HOOK_F_OBSERVE 2u
#define PORTAL_HOOK_F_TRACE   4u /* told by a record in the trace of the CPU, never by an event */
/* with TRACE: the task waits until there is room for the record */
#define PORTAL_HOOK_F_TRACE_BLOCK 8u
#define PORTAL_HOOK_FLAGS	  15u /* all of them */

#define PORTAL_NR_NONE 0xffffffffu

/* declarations, with the numbers the SDK's PORTAL_FETCH_* have */
#define PORTAL_WIRE_FETCH_STR	  1
#define PORTAL_WIRE_FETCH_MEM	  2
#define PORTAL_WIRE_FETCH_PTR_MEM 3
#define PORTAL_WIRE_FETCH_PTR_STR 4
#define PORTAL_WIRE_FETCH_FD_NAME 5
#define PORTAL_WIRE_FETCH_ARGS	  6

#define PORTAL_MAX_FETCH 16 /* declarations of one hook */

/**
 * struct portal_wire_fetch - one declaration
 * @what: PORTAL_WIRE_FETCH_*
 * @arg: argument 0 .. 5
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there (PTR_*)
 * @max: most bytes, at least 1
 * @len_arg_plus1: n + 1: the length is argument n, at most @max; 0: it is @max (MEM, PTR_MEM)
 */
struct portal_wire_fetch {
	__le32 what;
	__le32 arg;
	__le64 offset;
	__le64 inner_offset;
	__le32 max;
	__le32 len_arg_plus1;
};

/**
 * struct portal_wire_hook - payload of PORTAL_OP_HOOK_ADD, followed by @strings_size bytes of
 * strings and
 *	@nr_fetch struct portal_wire_fetch, of any alignment
 * @id: the host's name for the hook, unique among installed hooks, not 0
 * @when: PORTAL_WHEN_*
 * @bit: 0 .. 63, unique among the hooks that share an event kind and a call
 * @flags: PORTAL_HOOK_F_*
 * @nr: number in the native table, or PORTAL_NR_NONE
 * @compat_nr: number in the compat table, or PORTAL_NR_NONE
 * @pid: thread group id in the initial pid namespace, 0 = any
 * @strings_size: bytes of strings
 * @nr_fetch: declarations, 0 .. PORTAL_MAX_FETCH
 * @reserved: 0
 * @comm: NUL padded; all NUL = any
 * @arg: filters on the arguments, all must match
 * @ret: filter on the result, evaluated at return
 */
struct portal_wire_hook {
	__le32 id;
	__le32 when;
	__le32 bit;
	__le32 flags;
	__le32 nr;
	__le32 compat_nr;
	__le32 pid;
	__le32 strings_size;
	__le32 nr_fetch;
	__le32 reserved;
	__u8 comm[PORTAL_COMM_SIZE];
	struct portal_wire_match arg[PORTAL_NR_ARGS];
	struct portal_wire_match ret;
};

/* ---- verdict ---- */

#define PORTAL_VERDICT_SKIP 1u /* entry: do not run the call; its result is @ret */
#define PORTAL_VERDICT_RET  2u /* return: the result becomes @ret */

/**
 * struct portal_wire_verdict - payload of PORTAL_OP_VERDICT, followed by @nr_writes writes
 * @flags: PORTAL_VERDICT_*
 * @arg_mask: bit n: argument n becomes args[n] (entry events only)
 * @args: new arguments
 * @ret: the result for SKIP and RET
 * @reg_mask: bit n: user register n becomes regs[n]
 * @nr_writes: number of struct portal_wire_write that follow
 * @writes_size: bytes that follow this struct
 * @regs: new user registers
 */
struct portal_wire_verdict {
	__le32 flags;
	__le32 arg_mask;
	__le64 args[PORTAL_NR_ARGS];
	__le64 ret;
	__le64 reg_mask;
	__le32 nr_writes;
	__le32 writes_size;
	__le64 regs[PORTAL_NR_REGS];
};

/**
 * struct portal_wire_write - one deferred write: header, @len bytes, zero padding to a multiple of
 * 8
 * @addr: user address
 * @len: bytes, at least 1
 * @hook: id of the hook that staged it
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
#define PORTAL_RULE_HITS_BITS	40
#define PORTAL_RULE_GENERATIONS (1u << 24) /* the bits above the hits; 0 is no rule's */

/**
 * struct portal_rule_slot - what host and guest share of one rule, a cache line; PORTAL_MAX_RULES
 * of them, one
 *	after the other, are what the answer to PORTAL_OP_RULE_OPEN points to
 * @state: generation << PORTAL_RULE_HITS_BITS | hits: both sides change it in one atomic exchange
 * @unused: of no meaning
 */
struct portal_rule_slot {
	__le64 state;
	__u8 unused[56];
};

/* portal_wire_place.what */
#define PORTAL_PLACE_ARG     1 /* the argument itself; conditions only */
#define PORTAL_PLACE_MEM     2 /* user memory at @arg + @offset */
#define PORTAL_PLACE_PTR_MEM 3 /* user memory at *(@arg + @offset) + @inner_offset */
#define PORTAL_PLACE_RET     4 /* the result; conditions of rules at the return only */

/**
 * struct portal_wire_place - where a rule looks or stores
 * @what: PORTAL_PLACE_*
 * @arg: argument 0 .. 5, as it was at entry
 * @offset: added to the argument
 * @inner_offset: added to the pointer found there
 */
struct portal_wire_place {
	__le32 what;
	__le32 arg;
	__le64 offset;
	__le64 inner_offset;
};

/**
 * struct portal_wire_rule_cond - one condition
 * @place: the number that is compared; a STR_* comparison is of the string at that place
 * @match: comparison, not ANY; SUCCESS and ERROR are for the result only, STR_* are not; its string
 * is in
 *	the rule's bytes
 */
struct portal_wire_rule_cond {
	struct portal_wire_place place;
	struct portal_wire_match match;
};

/**
 * struct portal_wire_rule_store - one store
 * @place: MEM or PTR_MEM
 * @off: of what is stored, in the rule's bytes
 * @len: bytes, at least 1
 */
struct portal_wire_rule_store {
	struct portal_wire_place place;
	__le32 off;
	__le32 len;
};

/**
 * struct portal_wire_rule - payload of PORTAL_OP_RULE_ADD, followed by @nr_conds struct
 * portal_wire_rule_cond,
 *	@nr_stores struct portal_wire_rule_store, and @bytes_size bytes
 * @hook: id of the hook it belongs to
 * @slot: 0 .. PORTAL_MAX_RULES - 1: its name, unique among installed rules
 * @generation: 1 .. PORTAL_RULE_GENERATIONS - 1: it rests unless its slot says the same
 * @when: PORTAL_WHEN_ENTER or PORTAL_WHEN_RETURN, one that its hook has
 * @flags: PORTAL_VERDICT_SKIP at entry, PORTAL_VERDICT_RET at return
 * @arg_mask: bit n: argument n becomes args[n] (entry only)
 * @nr_conds: 0 .. PORTAL_MAX_RULE_CONDS, all must hold
 * @nr_stores: 0 .. PORTAL_MAX_RULE_STORES
 * @bytes_size: bytes of strings and of what is stored
 * @reserved: 0
 * @args: new arguments
 * @ret: the result for SKIP and RET
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
	__le32 bytes_size;
	__le32 reserved;
	__le64 args[PORTAL_NR_ARGS];
	__le64 ret;
};

/* ---- trace rings ---- */

#define PORTAL_MAX_TRACE_RINGS 500 /* one for each CPU the guest's kernel may have */
/* bytes of a trace ring, a power of two; the largest record fits */
#define PORTAL_TRACE_RING_MIN	8192u
#define PORTAL_TRACE_RING_MAX	(1u << 20)
#define PORTAL_TRACE_RECORD_MAX 8192u	    /* bytes of a record, its header counted */
#define PORTAL_TRACE_COMMIT	0x4c4f4700u /* "LOG": commit is this xor the record's position */

/**
 * struct portal_wire_trace_ring - the page before a trace ring: what each side tells the other
 * @head: guest: position behind the last record; positions count bytes, modulo 2^32
 * @written: guest: records in the ring so far, modulo 2^32
 * @lost: guest: records for which there was no room so far, modulo 2^32
 * @reserved: 0
 * @tail: host: position behind the last record it has taken
 * @wake_at: host: the guest writes PORTAL_DEV_TRACE when its head passes this position
 * @reserved2: 0
 *
 * The two sides' lines are apart, so that neither waits for the other's.
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
 * struct portal_wire_trace_record - an event in a trace: this header, struct portal_wire_syscall
 * and its items
 * @size: bytes in all, a multiple of 8
 * @commit: PORTAL_TRACE_COMMIT ^ position of the record
 * @seq: records in this trace before this one, modulo 2^32
 * @lost: records lost in this trace before this one, modulo 2^32
 * @time: the guest's CLOCK_MONOTONIC when the record was written, ns
 * @event: PORTAL_EVENT_SYSCALL_ENTER or PORTAL_EVENT_SYSCALL_RETURN
 * @reserved: 0
 */
struct portal_wire_trace_record {
	__le32 size;
	__le32 commit;
	__le32 seq;
	__le32 lost;
	__le64 time;
	__le32 event;
	__le32 reserved;
};

/* ---- vectored reads ---- */

#define PORTAL_MAX_STEPS 32 /* of one READ_VEC */

/**
 * struct portal_wire_step - one read of PORTAL_OP_READ_VEC
 * @addr: user address, or what is added to the pointer
 * @len: bytes, at least 1
 * @base_plus1: n + 1: @addr is added to a pointer that step n, an earlier one, has read; 0: to
 * nothing
 * @at: where in the bytes of step n that pointer is, all of it; 0 without one
 * @reserved: 0
 */
struct portal_wire_step {
	__le64 addr;
	__le32 len;
	__le32 base_plus1;
	__le32 at;
	__le32 reserved;
};

/**
 * struct portal_wire_result - what came of a step: header, @len bytes, zero padding to a multiple
 * of 8
 * @status: 0; -EFAULT: memory ends after @len bytes
 * @len: bytes; with status 0 all that were wanted
 */
struct portal_wire_result {
	__le32 status;
	__le32 len;
};

/* ---- the portal device ---- */

/* MMIO window of one page, 32-bit registers; ACPI _HID PRTL0001, device tree "portal,portal-vmm" */
#define PORTAL_DEV_ACPI_HID	 "PRTL0001"
#define PORTAL_DEV_OF_COMPATIBLE "portal,portal-vmm"
#define PORTAL_DEV_SIZE		 0x1000
#define PORTAL_DEV_MAGIC	 0x000 /* ro: PORTAL_DEV_MAGIC_VALUE */
#define PORTAL_DEV_VERSION	 0x004 /* ro: PORTAL_WIRE_VERSION */
#define PORTAL_DEV_FEATURES	 0x008 /* ro: reserved, 0 */
#define PORTAL_DEV_STATE	 0x00c /* rw: PORTAL_STATE_*, 0 after reset */
#define PORTAL_DEV_IRQ		 0x010 /* ro: 1 = the host has work; wo: 1 = acknowledged */
#define PORTAL_DEV_TRACE	 0x014 /* wo: a trace's head has passed its wake_at; any value */

#define PORTAL_DEV_MAGIC_VALUE 0x4c545250u /* "PRTL" */

#define PORTAL_STATE_NONE     0 /* no module has spoken yet */
#define PORTAL_STATE_UP	      1 /* the module has bound to the device */
#define PORTAL_STATE_POWEROFF 2 /* reboot notifier: SYS_POWER_OFF */
#define PORTAL_STATE_RESTART  3 /* reboot notifier: SYS_RESTART */
#define PORTAL_STATE_HALT     4 /* reboot notifier: SYS_HALT */
#define PORTAL_STATE_PANIC    5 /* panic notifier */

/* ---- layout, checked on both sides ---- */

#ifndef __cplusplus
_Static_assert(sizeof(struct portal_region) == PORTAL_PAGE_SIZE, "region is one page");
_Static_assert(sizeof(struct portal_wire_range) == 16, "range");
_Static_assert(sizeof(struct portal_wire_hello) == 120 + 16 * PORTAL_MAX_RANGES, "hello");
_Static_assert(sizeof(struct portal_wire_hello) <= PORTAL_DATA_SIZE, "hello fits the page");
_Static_assert(sizeof(struct portal_wire_welcome) == 16, "welcome");
_Static_assert(sizeof(struct portal_wire_syscall) == 128 + 8 * PORTAL_NR_REGS, "syscall");
_Static_assert(sizeof(struct portal_wire_error) == sizeof(struct portal_wire_syscall) + 16,
	       "error");
_Static_assert(sizeof(struct portal_wire_match) == 40, "match");
_Static_assert(sizeof(struct portal_wire_hook) == 56 + 7 * 40, "hook");
_Static_assert(sizeof(struct portal_wire_fetch) == 32, "fetch");
_Static_assert(sizeof(struct portal_wire_item) == 24, "item");
_Static_assert(sizeof(struct portal_wire_verdict) == 80 + 8 * PORTAL_NR_REGS, "verdict");
_Static_assert(sizeof(struct portal_wire_write) == 16, "write");
_Static_assert(sizeof(struct portal_wire_step) == 24, "step");
_Static_assert(sizeof(struct portal_wire_result) == 8, "result");
_Static_assert(sizeof(struct portal_rule_slot) == 64, "rule slot");
_Static_assert(sizeof(struct portal_wire_rule_cond) == 64, "rule condition");
_Static_assert(sizeof(struct portal_wire_rule_store) == 32, "rule store");
_Static_assert(sizeof(struct portal_wire_rule) == 96, "rule");
_Static_assert(sizeof(struct portal_wire_trace_ring) == 256, "trace ring");
_Static_assert(sizeof(struct portal_wire_trace_record) == 32, "record");
#endif

#endif /* PORTAL_WIRE_H */
