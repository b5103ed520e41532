// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/spinlock.h>

#include "arch/arch.h"
#include "base/user_mem.h"
#include "ops/op.h"

/* a range of user memory */
struct area {
	u64 start;
	u64 end;
};

static s64 copy_area(struct op *op, const struct area *area)
{
	u64 len = area->end > area->start ? area->end - area->start : 0;
	size_t count, done;

	if (op->addr >= len)
		return 0;
	count = min_t(u64, len - op->addr, op->room);
	done = user_mem_read(area->start + op->addr, op->data, count);
	if (done == 0)
		return -EFAULT;
	if (op->addr + done < len)
		op->cursor = op->addr + done;
	return done;
}

static void get_areas(struct mm_struct *mm, struct area *args, struct area *env)
{
	spin_lock(&mm->arg_lock);
	args->start = mm->arg_start;
	args->end = mm->arg_end;
	env->start = mm->env_start;
	env->end = mm->env_end;
	spin_unlock(&mm->arg_lock);
}

/*
 * A program that sets its title, as setproctitle(3) does, overwrites the NUL at the end of its
 * arguments. Then the answer is the title up to its NUL, at most a page, as in /proc/PID/cmdline.
 */
static void apply_title(struct op *op, struct area *args)
{
	ssize_t len;
	u8 last;

	if (args->end <= args->start || user_mem_read(args->end - 1, &last, 1) != 1 || !last)
		return;
	len = user_mem_read_str(args->start, op->scratch, PORTAL_PAGE_SIZE);
	if (len >= 0)
		args->end = args->start + min_t(u64, len + 1, PORTAL_PAGE_SIZE);
}

s64 op_proc_args(struct op *op)
{
	struct area args, env;

	if (!current->mm)
		return -ESRCH;
	get_areas(current->mm, &args, &env);
	apply_title(op, &args);
	return copy_area(op, &args);
}

s64 op_proc_env(struct op *op)
{
	struct area args, env;

	if (!current->mm)
		return -ESRCH;
	get_areas(current->mm, &args, &env);
	return copy_area(op, &env);
}

s64 op_proc_pid(struct op *op)
{
	return task_tgid_nr(current);
}

s64 op_user_regs(struct op *op)
{
	if (!current->mm)
		return -ESRCH;
	if (!arch_has_layout(task_pt_regs(current), op->arg))
		return -EOPNOTSUPP;
	arch_get_regs(task_pt_regs(current), (__le64 *)op->data);
	return PORTAL_NR_REGS * sizeof(__le64);
}
