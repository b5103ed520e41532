/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The operations that the host may request: the only list of their names and numbers.
 *
 * The host writes code | generation << 32 into portal_region.op, a struct portal_wire_request and
 * the payload into data, the bytes of both into size, and resumes the guest. The guest carries out
 * the operation and makes a call PORTAL_CALL_ANSWER with a PORTAL_RESP_* in op, the signed result
 * in size, the cursor in addr and the payload in data. NONE and VERDICT end the session; they have
 * no request, the data of VERDICT are the verdict, and they have no answer.
 *
 * Numbers are written out. They are only appended and never reused.
 *
 * PORTAL_OPS(X) expands X(NAME, name, number, least, most) for each operation. @least and @most are
 * the bounds on the bytes of payload in a request; the guest checks them before the handler
 * op_name() runs.
 *
 * name           addr                arg             payload        answer
 * NONE           -                   -               -              (none)
 * VERDICT        -                   -               verdict+...    (none)
 * WELCOME        -                   -               welcome        0; -EPROTO
 * READ           user address        bytes wanted    (window part)  bytes read; data; -EFAULT
 * WRITE          user address        (window: bytes) the bytes or   bytes written; -EFAULT
 *                                                    window part
 * READ_STR       user address        bytes wanted    -              bytes before the NUL; data;
 *                                                                   cursor = next address, 0 = the
 *                                                                   NUL was found; -EFAULT
 * FD_NAME        offset              descriptor      -              bytes from the offset; data;
 *                                                                   cursor; -EBADF, -ENAMETOOLONG
 * PROC_ARGS      offset              -               -              bytes from the offset; data;
 *                                                                   cursor; -EFAULT, -ESRCH
 * PROC_ENV       offset              -               -              as PROC_ARGS
 * PROC_PID       -                   -               -              thread group id, initial
 *                                                                   namespace
 * USER_REGS      -                   PORTAL_ABI_*    -              8 * PORTAL_NR_REGS; data;
 *                                                                   -ESRCH, -EOPNOTSUPP
 * SYSCALL_NAMES  first number        PORTAL_ABI_*    -              bytes; NUL-terminated names by
 *                                                                   number, "" = none; data;
 *                                                                   cursor = next number, 0 = the
 *                                                                   end; -EINVAL
 * HOOK_ADD       -                   -               hook+...       0; cursor = serial; -EEXIST,
 *                                                                   -ENOSYS, -EINVAL, -ENOSPC,
 *                                                                   -EBUSY, -ENOMEM, ...; with an
 *                                                                   error cursor = PORTAL_ABI_* <<
 *                                                                   32 | number of the call that
 *                                                                   caused it, 0 = not known
 * HOOK_DEL       hook id             -               -              0; -ENOENT
 * HOOK_ENABLE    hook id             0 or 1          -              0; -ENOENT, -EINVAL
 * RULE_OPEN      -                   -               -              0; cursor = guest physical
 *                                                                   address of the slots; -ENOMEM
 * RULE_ADD       -                   -               rule+...       0; -EINVAL, -ENOENT, -EEXIST,
 *                                                                   -ENOMEM
 * RULE_DEL       slot                -               -              0; -ENOENT
 * TRACE_OPEN     -                   bytes of a ring -              bytes; __le64 gpa of each
 *                                                                   trace ring; data; -EINVAL,
 *                                                                   -ENOMEM, -EEXIST (they have
 *                                                                   another size), -E2BIG
 * READ_VEC       -                   bytes of a      steps          bytes; data: results of the
 *                                    pointer                        steps done; -EINVAL
 * WINDOW_OPEN    -                   bytes           -              bytes; ranges; data; cursor =
 *                                                                   number; -EINVAL, -ENOMEM,
 *                                                                   -E2BIG
 * WINDOW_CLOSE   number              -               -              0; -ENOENT
 * SHARE_OPEN     PORTAL_SHARE_*      bytes           -              bytes; ranges; data; -EINVAL,
 *                                                                   -ENOMEM, -EEXIST (they have
 *                                                                   another size)
 * RESEED         -                   -               random bytes   0
 */
#ifndef PORTAL_OPS_H
#define PORTAL_OPS_H

#define PORTAL_ANSWERED_OPS(X)                                                          \
	X(WELCOME, welcome, 2, sizeof(struct portal_wire_welcome),                      \
	  sizeof(struct portal_wire_welcome))                                           \
	X(READ, read, 3, 0, sizeof(struct portal_wire_window_part))                     \
	X(WRITE, write, 4, 0, PORTAL_REQUEST_ROOM)                                      \
	X(READ_STR, read_str, 5, 0, 0)                                                  \
	X(FD_NAME, fd_name, 6, 0, 0)                                                    \
	X(PROC_ARGS, proc_args, 7, 0, 0)                                                \
	X(PROC_ENV, proc_env, 8, 0, 0)                                                  \
	X(PROC_PID, proc_pid, 9, 0, 0)                                                  \
	X(USER_REGS, user_regs, 10, 0, 0)                                               \
	X(SYSCALL_NAMES, syscall_names, 11, 0, 0)                                       \
	X(HOOK_ADD, hook_add, 12, sizeof(struct portal_wire_hook), PORTAL_REQUEST_ROOM) \
	X(HOOK_DEL, hook_del, 13, 0, 0)                                                 \
	X(HOOK_ENABLE, hook_enable, 14, 0, 0)                                           \
	X(RULE_OPEN, rule_open, 15, 0, 0)                                               \
	X(RULE_ADD, rule_add, 16, sizeof(struct portal_wire_rule), PORTAL_REQUEST_ROOM) \
	X(RULE_DEL, rule_del, 17, 0, 0)                                                 \
	X(TRACE_OPEN, trace_open, 18, 0, 0)                                             \
	X(READ_VEC, read_vec, 19, sizeof(struct portal_wire_step),                      \
	  PORTAL_MAX_STEPS * sizeof(struct portal_wire_step))

#define PORTAL_FINAL_OPS(X)    \
	X(NONE, none, 0, 0, 0) \
	X(VERDICT, verdict, 1, sizeof(struct portal_wire_verdict), PORTAL_DATA_SIZE)

/* operations that the guest module of this version does not have */
#define PORTAL_RESERVED_OPS(X)                  \
	X(WINDOW_OPEN, window_open, 20, 0, 0)   \
	X(WINDOW_CLOSE, window_close, 21, 0, 0) \
	X(SHARE_OPEN, share_open, 22, 0, 0)     \
	X(RESEED, reseed, 23, 1, PORTAL_RESEED_MAX)

#define PORTAL_OPS(X)          \
	PORTAL_FINAL_OPS(X)    \
	PORTAL_ANSWERED_OPS(X) \
	PORTAL_RESERVED_OPS(X)

enum portal_op {
#define PORTAL_OP_ENUM(NAME, name, number, least, most) PORTAL_OP_##NAME = (number),
	PORTAL_OPS(PORTAL_OP_ENUM)
#undef PORTAL_OP_ENUM
		PORTAL_NR_OPS
};

#endif /* PORTAL_OPS_H */
