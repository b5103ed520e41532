// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/tracepoint.h>

#include "compat/kallsyms.h"
#include "redirect/redirect.h"
#include "redirect/signal.h"

/* not exported, or not by all kernels */
typedef bool get_signal_fn(struct ksignal *signal);
typedef int add_work_fn(struct task_struct *task, struct callback_head *work, int notify);

static const struct signal_ops *ops;
static get_signal_fn *get_signal_function;
static add_work_fn *add_work;
static struct tracepoint *exit_point;
static bool is_added;

/* ---- get_signal() ---- */

bool signal_is_wanted(void)
{
	return ops->enters();
}

/* If the task dies in get_signal(), the rest of this is up to on_died(). */
bool signal_wrapper(struct ksignal *signal)
{
	bool runs = get_signal_function(signal);

	ops->leaves(runs, runs && signal->ka.sa.sa_flags & SA_RESTART);
	redirect_leave();
	return runs;
}

/* ---- exits ---- */

static void on_died(struct callback_head *work)
{
	ops->died(work);
	redirect_leave();
}

/* The tracepoint does not allow sleeping, but the works of a task are run soon after it. */
static void on_exit(void *data, struct task_struct *task)
{
	struct callback_head *work = ops->dies();

	if (!work)
		return;
	init_task_work(work, on_died);
	if (add_work(current, work, 0))
		on_died(work);
}

static void find_exit_point(struct tracepoint *point, void *data)
{
	if (!strcmp(point->name, "sched_process_exit"))
		exit_point = point;
}

static int exits_watch(void)
{
	if (exit_point)
		return 0;
	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		return -EOPNOTSUPP;
	for_each_kernel_tracepoint(find_exit_point, NULL);
	if (!exit_point || tracepoint_probe_register(exit_point, on_exit, NULL)) {
		exit_point = NULL;
		return -EOPNOTSUPP;
	}
	return 0;
}

/* ---- the interface ---- */

bool signal_open(const struct signal_ops *new_ops)
{
	compat_lookup_fn *lookup = compat_kallsyms();
	int err = -ENOENT;

	ops = new_ops;
	if (lookup) {
		get_signal_function = (get_signal_fn *)lookup("get_signal");
		add_work = (add_work_fn *)lookup("task_work_add");
		if (get_signal_function && add_work)
			err = exits_watch();
	}
	if (!err)
		err = signal_backend_add((unsigned long)get_signal_function);
	if (err)
		pr_info("signals are not seen (error %d): calls that they end have no end\n", err);
	is_added = !err;
	return is_added;
}

/* Tasks in get_signal() may still die, so exits are watched until the module is unloaded. */
void signal_close(void)
{
	if (is_added)
		signal_backend_remove();
	is_added = false;
}

void signal_drain(void)
{
	signal_backend_free();
	if (!exit_point)
		return;
	tracepoint_probe_unregister(exit_point, on_exit, NULL);
	tracepoint_synchronize_unregister();
	exit_point = NULL;
}
