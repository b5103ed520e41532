/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR MIT */
/*
 * The operations that the host may request: the only list of their names and numbers.
 *
 * The host writes code | generation << 32 into portal_region.op and the parameters into addr, size
 * and data, and resumes the guest. The guest carries out the operation and makes a call
 * PORTAL_CALL_ANSWER with a PORTAL_RESP_* in op, the signed result in size, the cursor in addr and
 * the payload in data. NONE and VERDICT end the session and have no answer.
 *
 * Numbers are written out. They are only appended and never reused.
 *
 * PORTAL_OPS(X) expands X(NAME, name, number, least, most) for each operation. @least and @most are
 * the bounds on the bytes of data in a request; the guest checks them before the handler op_name()
 * runs. The size field of a request is the number of these bytes; if @most is 0 it is a parameter.
 *
 * name           addr                size            data           answer
 * NONE           -                   -               -              (none)
 * VERDICT        -                   bytes of data   verdict+writes (none)
 * WELCOME        -                   bytes of data   welcome        0; -EPROTO
 * READ           user address        bytes wanted    -              bytes read; data; -EFAULT
 * WRITE          user address        bytes of data   the bytes      bytes written; -EFAULT
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
 * USER_REGS      -                   -               -              8 * PORTAL_NR_REGS; data;
 *                                                                   -ESRCH
 * SYSCALL_NAMES  first number        PORTAL_ABI_*    -              bytes; NUL-terminated names by
 *                                                                   number, "" = none; data;
 *                                                                   cursor = next number, 0 = the
 *                                                                   end; -EINVAL
 * HOOK_ADD       -                   bytes of data   hook+strings   0; -EEXIST, -ENOSYS, -EINVAL,
 *                                                                   -EBUSY, -ENOMEM, ...; with an
 *                                                                   error cursor = PORTAL_ABI_* <<
 *                                                                   32 | number of the call that
 *                                                                   caused it, 0 = not known
 * HOOK_DEL       hook id             -               -              0; -ENOENT
 * HOOK_ENABLE    hook id             0 or 1          -              0; -ENOENT, -EINVAL
 * RULE_OPEN      -                   -               -              0; cursor = guest physical
 *                                                                   address of the slots; -ENOMEM
 * RULE_ADD       -                   bytes of data   rule+...       0; -EINVAL, -ENOENT, -EEXIST,
 *                                                                   -ENOMEM
 * RULE_DEL       slot                -               -              0; -ENOENT
 * TRACE_OPEN     -                   bytes of a ring -              bytes; __le64 gpa of each
 *                                                                   trace ring; data; -EINVAL,
 *                                                                   -ENOMEM, -EEXIST (they have
 *                                                                   another size), -E2BIG
 * READ_VEC       bytes of a pointer  bytes of data   steps          bytes; data: results of the
 *                                                                   steps done; -EINVAL
 */
#ifndef PORTAL_OPS_H
#define PORTAL_OPS_H

#define PORTAL_ANSWERED_OPS(X)                                                       \
	X(WELCOME, welcome, 2, sizeof(struct portal_wire_welcome),                   \
	  sizeof(struct portal_wire_welcome))                                        \
	X(READ, read, 3, 0, 0)                                                       \
	X(WRITE, write, 4, 0, PORTAL_DATA_SIZE)                                      \
	X(READ_STR, read_str, 5, 0, 0)                                               \
	X(FD_NAME, fd_name, 6, 0, 0)                                                 \
	X(PROC_ARGS, proc_args, 7, 0, 0)                                             \
	X(PROC_ENV, proc_env, 8, 0, 0)                                               \
	X(PROC_PID, proc_pid, 9, 0, 0)                                               \
	X(USER_REGS, user_regs, 10, 0, 0)                                            \
	X(SYSCALL_NAMES, syscall_names, 11, 0, 0)                                    \
	X(HOOK_ADD, hook_add, 12, sizeof(struct portal_wire_hook), PORTAL_DATA_SIZE) \
	X(HOOK_DEL, hook_del, 13, 0, 0)                                              \
	X(HOOK_ENABLE, hook_enable, 14, 0, 0)                                        \
	X(RULE_OPEN, rule_open, 15, 0, 0)                                            \
	X(RULE_ADD, rule_add, 16, sizeof(struct portal_wire_rule), PORTAL_DATA_SIZE) \
	X(RULE_DEL, rule_del, 17, 0, 0)                                              \
	X(TRACE_OPEN, trace_open, 18, 0, 0)                                          \
	X(READ_VEC, read_vec, 19, sizeof(struct portal_wire_step),                   \
	  PORTAL_MAX_STEPS * sizeof(struct portal_wire_step))

#define PORTAL_FINAL_OPS(X)    \
	X(NONE, none, 0, 0, 0) \
	X(VERDICT, verdict, 1, sizeof(struct portal_wire_verdict), PORTAL_DATA_SIZE)

#define PORTAL_OPS(X)       \
	PORTAL_FINAL_OPS(X) \
	PORTAL_ANSWERED_OPS(X)

enum portal_op {
#define PORTAL_OP_ENUM(NAME, name, number, least, most) PORTAL_OP_##NAME = (number),
	PORTAL_OPS(PORTAL_OP_ENUM)
#undef PORTAL_OP_ENUM
		PORTAL_NR_OPS
};

#endif /* PORTAL_OPS_H */
