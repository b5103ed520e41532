// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>

#include "ops/dispatch.h"

/* An operation that ops.h has and this list has not does not compile. */
#define RUN_NONE	  NULL
#define RUN_VERDICT	  NULL
#define RUN_WELCOME	  op_hello_welcome
#define RUN_READ	  op_mem_read
#define RUN_WRITE	  op_mem_write
#define RUN_READ_STR	  op_mem_read_str
#define RUN_FD_NAME	  op_file_fd_name
#define RUN_PROC_ARGS	  op_proc_args
#define RUN_PROC_ENV	  op_proc_env
#define RUN_PROC_PID	  op_proc_pid
#define RUN_USER_REGS	  op_proc_user_regs
#define RUN_SYSCALL_NAMES op_hook_names
#define RUN_HOOK_ADD	  op_hook_add
#define RUN_HOOK_DEL	  op_hook_del
#define RUN_HOOK_ENABLE	  op_hook_enable
#define RUN_RULE_OPEN	  op_rule_open
#define RUN_RULE_ADD	  op_rule_add
#define RUN_RULE_DEL	  op_rule_del
#define RUN_TRACE_OPEN	  op_trace_open
#define RUN_READ_VEC	  op_vec_read

/* most = 0: the operation has no payload, its size field is a parameter */
struct op_entry {
	op_fn *run;
	u32 least;
	u32 most;
};

#define ENTRY(name, number, least_, most_) \
	[number] = { .run = RUN_##name, .least = (least_), .most = (most_) },

static const struct op_entry entries[PORTAL_NR_OPS] = { PORTAL_OPS(ENTRY) };

int dispatch_check(u32 code, u64 size)
{
	if (code >= ARRAY_SIZE(entries))
		return -EOPNOTSUPP;
	if (entries[code].most == 0)
		return 0;
	if (size < entries[code].least || size > entries[code].most)
		return -EINVAL;
	return 0;
}

s64 op_invalid(struct op *op)
{
	op->resp = PORTAL_RESP_INVALID;
	return -EINVAL;
}

static s64 op_unknown(struct op *op)
{
	op->resp = PORTAL_RESP_UNKNOWN;
	return -EOPNOTSUPP;
}

static s64 run_checked(u32 code, struct op *op)
{
	int err = dispatch_check(code, op->size);

	if (err == -EOPNOTSUPP)
		return op_unknown(op);
	if (err < 0 || !entries[code].run)
		return op_invalid(op);
	return entries[code].run(op);
}

void dispatch_run(u32 code, struct op *op)
{
	op->resp = PORTAL_RESP_DONE;
	op->cursor = 0;
	op->result = run_checked(code, op);
}
