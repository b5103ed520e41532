/* SPDX-License-Identifier: MIT */
/*
 * The operations of guest-kmod/uapi/portal/ops.h as functions: chunks, cursors and checks of
 * answers.
 * All may suspend and return session_call()'s errors beside their own. Source: docs/protocol.md
 * section 4.
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
 * op_read() - @len bytes of user memory. Return: bytes, fewer when a later part faulted; -EFAULT.
 */
must_check ssize_t op_read(struct session *session, uint64_t gva, void *buf, size_t len);

/** op_write() - write user memory. Return: as op_read(). */
must_check ssize_t op_write(struct session *session, uint64_t gva, const void *buf, size_t len);

/**
 * op_read_str() - a string of user memory
 * @session: the session
 * @gva: where it starts
 * @buf: takes it and its NUL
 * @len: bytes of @buf, at least 1
 *
 * Return: length without the NUL; @len: cut after @len - 1 bytes; -EFAULT: no NUL before unreadable
 * memory.
 */
must_check ssize_t op_read_str(struct session *session, uint64_t gva, char *buf, size_t len);

/**
 * op_fd_name() - a descriptor's name; -100 is the current directory. Return: as op_read_str();
 * -EBADF.
 */
must_check ssize_t op_fd_name(struct session *session, int fd, char *buf, size_t len);

/**
 * op_proc_args() - the process's arguments, without the last NUL. Return: as op_read_str(); -ESRCH.
 */
must_check ssize_t op_proc_args(struct session *session, char *buf, size_t len);

/** op_proc_env() - its environment. Return: as op_proc_args(). */
must_check ssize_t op_proc_env(struct session *session, char *buf, size_t len);

/**
 * op_proc_pid() - the thread group id in the initial pid namespace. Return: the id; no other
 * errors.
 */
must_check int op_proc_pid(struct session *session);

/**
 * op_user_regs() - the task's user registers as they are now
 * @session: the session
 * @ret_regs: by PORTAL_REG_* of the task's ABI
 *
 * Return: 0; -ESRCH: the task has no user memory, so no user registers.
 */
must_check int op_user_regs(struct session *session, uint64_t ret_regs[static PORTAL_NR_REGS]);

/** op_welcome() - accept the guest with @features. Return: 0; -EPROTO: it does not want us. */
must_check int op_welcome(struct session *session, uint64_t features);

/**
 * op_syscall_names() - one block of a system call table
 * @session: the session
 * @abi: PORTAL_ABI_*
 * @first: number of the first name wanted
 * @buf: PORTAL_DATA_SIZE bytes; takes NUL-terminated names, "" = no call
 * @ret_len: bytes of @buf that are names, the last one is a NUL
 * @ret_next: number to go on from; 0 = that was all
 *
 * Return: 0; -EINVAL: the kernel has no such ABI.
 */
must_check int op_syscall_names(struct session *session, uint32_t abi, uint32_t first, char *buf,
				size_t *ret_len, uint32_t *ret_next);

/**
 * op_hook_add() - install a hook. @data: struct portal_wire_hook and strings. Return: 0; -errno of
 * the guest.
 */
must_check int op_hook_add(struct session *session, const void *data, size_t len);

/** op_hook_del() - take hook @id out. Return: 0; -ENOENT. */
must_check int op_hook_del(struct session *session, uint32_t id);

/** op_hook_enable() - switch hook @id. Return: 0; -ENOENT. */
must_check int op_hook_enable(struct session *session, uint32_t id, bool on);

/**
 * op_rule_open() - where the guest keeps the slots of its rules
 * @session: the session
 * @ret_slots: PORTAL_MAX_RULES slots, shared with the guest; not to be touched after its bye
 *
 * Return: 0; -ENOMEM; -EPROTO: the guest cannot have them there.
 */
must_check int op_rule_open(struct session *session, struct portal_rule_slot **ret_slots);

/**
 * op_rule_add() - install a rule. @data: struct portal_wire_rule and what follows. Return: 0;
 * -errno of the guest.
 */
must_check int op_rule_add(struct session *session, const void *data, size_t len);

/** op_rule_del() - take the rule of a slot out. Return: 0; -ENOENT. */
must_check int op_rule_del(struct session *session, uint32_t slot);

/**
 * op_trace_open() - have the guest make its trace rings, and read them from now on
 * @session: the session
 * @size: bytes of each ring, a power of two, PORTAL_TRACE_RING_MIN .. PORTAL_TRACE_RING_MAX
 *
 * Return: 0, also when they are open; -EEXIST: with another size; -ENOMEM, also the host's; -E2BIG:
 * too many CPUs; -EAGAIN.
 */
must_check int op_trace_open(struct session *session, uint32_t size);

#endif
