/* SPDX-License-Identifier: MIT */
/*
 * The operations of guest-kmod/uapi/portal/ops.h as functions. They split transfers into chunks,
 * follow cursors and check answers. All may suspend, and return the errors of session_call() in
 * addition to their own. Source: docs/protocol.md section 4.
 */
#ifndef PORTAL_OPERATION_H
#define PORTAL_OPERATION_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "portal/session.h"

/**
 * op_read() - read @len bytes of user memory
 *
 * Return: bytes read, fewer when a later part faulted; -EFAULT.
 */
must_check ssize_t op_read(struct session *session, uint64_t gva, void *buf, size_t len);

/** op_write() - write user memory. Return: as op_read(). */
must_check ssize_t op_write(struct session *session, uint64_t gva, const void *buf, size_t len);

/**
 * op_read_str() - read a string from user memory
 * @session: the session
 * @gva: address of the string
 * @buf: receives the string and its NUL
 * @len: bytes of @buf, at least 1
 *
 * Return: length without the NUL; @len: truncated after @len - 1 bytes; -EFAULT: the memory is not
 * readable up to the NUL.
 */
must_check ssize_t op_read_str(struct session *session, uint64_t gva, char *buf, size_t len);

/**
 * op_fd_name() - read the name of a descriptor; -100 is the current directory
 *
 * Return: as op_read_str(); -EBADF.
 */
must_check ssize_t op_fd_name(struct session *session, int fd, char *buf, size_t len);

/**
 * op_proc_args() - read the process's arguments, without the last NUL
 *
 * Return: as op_read_str(); -ESRCH.
 */
must_check ssize_t op_proc_args(struct session *session, char *buf, size_t len);

/** op_proc_env() - read the process's environment. Return: as op_proc_args(). */
must_check ssize_t op_proc_env(struct session *session, char *buf, size_t len);

/**
 * op_proc_pid() - get the thread group id in the initial pid namespace
 *
 * Return: the id; only session_call()'s errors.
 */
must_check int op_proc_pid(struct session *session);

/**
 * op_user_regs() - read the current user registers of the task
 * @session: the session
 * @abi: PORTAL_ABI_* of the event
 * @ret_regs: indexed by PORTAL_REG_* of @abi
 *
 * Return: 0; -ESRCH: the task has no user memory and so no user registers; -EOPNOTSUPP: its
 * registers have another layout now.
 */
must_check int op_user_regs(struct session *session, uint32_t abi,
			    uint64_t ret_regs[static PORTAL_NR_REGS]);

/**
 * op_welcome() - accept the guest module with @features
 *
 * Return: 0; -EPROTO: the guest module refuses this host.
 */
must_check int op_welcome(struct session *session, uint64_t features);

/**
 * op_syscall_names() - read a part of a system call table
 * @session: the session
 * @abi: PORTAL_ABI_*
 * @first: number of the first system call to read
 * @buf: PORTAL_DATA_SIZE bytes; receives NUL-terminated names, "" for an unused number
 * @ret_len: bytes of names in @buf; the last one is a NUL
 * @ret_next: number to continue with; 0: this was the last part
 *
 * Return: 0; -EINVAL: the kernel does not have this ABI.
 */
must_check int op_syscall_names(struct session *session, uint32_t abi, uint32_t first, char *buf,
				size_t *ret_len, uint32_t *ret_next);

/**
 * struct hook_added - what the guest says about a hook that it was to add
 * @serial: the hook's serial; later hooks have greater ones; 0 with an error
 * @refused: with an error: PORTAL_ABI_* << 32 | number of the system call that cannot be hooked; 0:
 *	there is none, or the guest does not know
 */
struct hook_added {
	uint64_t serial;
	uint64_t refused;
};

/**
 * op_hook_add() - install a hook
 * @session: the session
 * @data: struct portal_wire_hook and what follows it
 * @len: bytes, at most PORTAL_REQUEST_ROOM
 * @ret_added: set
 *
 * Return: 0; negative errno of the guest.
 */
must_check int op_hook_add(struct session *session, const void *data, size_t len,
			   struct hook_added *ret_added);

/** op_hook_del() - remove hook @id. Return: 0; -ENOENT. */
must_check int op_hook_del(struct session *session, uint32_t id);

/** op_hook_enable() - enable or disable hook @id. Return: 0; -ENOENT. */
must_check int op_hook_enable(struct session *session, uint32_t id, bool on);

/**
 * op_rule_open() - locate the slots of the guest's rules
 * @session: the session
 * @ret_slots: PORTAL_MAX_RULES slots, shared with the guest; not to be accessed after its bye
 *
 * Return: 0; -ENOMEM; -EPROTO: the address is not acceptable, see session_memory().
 */
must_check int op_rule_open(struct session *session, struct portal_rule_slot **ret_slots);

/**
 * op_rule_add() - install a rule
 * @session: the session
 * @data: struct portal_wire_rule, its conditions, stores and bytes
 * @len: bytes, at most PORTAL_REQUEST_ROOM
 *
 * Return: 0; negative errno of the guest.
 */
must_check int op_rule_add(struct session *session, const void *data, size_t len);

/** op_rule_del() - remove the rule of @slot. Return: 0; -ENOENT. */
must_check int op_rule_del(struct session *session, uint32_t slot);

/**
 * op_trace_open() - create the guest's trace rings and start reading them
 * @session: the session
 * @size: bytes of each ring, a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 *
 * Return: 0, also when the rings are open already; -EEXIST: they have another size; -ENOMEM: in the
 * guest or on the host; -E2BIG: too many CPUs; -EAGAIN: no thread.
 */
must_check int op_trace_open(struct session *session, uint32_t size);

#endif
