/* SPDX-License-Identifier: MIT */
#include "fake_ops.h"

struct fake_ops fake_ops;

static s64 ran(const char *name, struct op *op)
{
	fake_ops.nr_runs++;
	fake_ops.last = name;
	op->cursor = fake_ops.cursor;
	return fake_ops.invalid ? op_invalid(op) : fake_ops.result;
}

#define FAKE(name)                     \
	s64 name(struct op *op)        \
	{                              \
		return ran(#name, op); \
	}

FAKE(op_mem_read)
FAKE(op_mem_write)
FAKE(op_mem_read_str)
FAKE(op_vec_read)
FAKE(op_file_fd_name)
FAKE(op_proc_args)
FAKE(op_proc_env)
FAKE(op_proc_pid)
FAKE(op_proc_user_regs)
FAKE(op_hello_welcome)
FAKE(op_hook_names)
FAKE(op_hook_add)
FAKE(op_hook_del)
FAKE(op_hook_enable)
FAKE(op_rule_open)
FAKE(op_rule_add)
FAKE(op_rule_del)
FAKE(op_trace_open)
