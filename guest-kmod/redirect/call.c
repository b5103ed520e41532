// SPDX-License-Identifier: GPL-2.0-only
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>

#include "arch/arch.h"
#include "redirect/call.h"

static struct redirect_calls calls[SYSCALL_NR_TABLES];
static redirect_fn *wrapper;

void call_bind(const struct redirect_calls *tables)
{
	memcpy(calls, tables, sizeof(calls));
}

void call_open(redirect_fn *fn)
{
	wrapper = fn;
}

const struct redirect_calls *call_current(u32 *ret_nr)
{
	enum syscall_table table;
	u32 nr;

	*ret_nr = 0;
	if (!arch_identify(task_pt_regs(current), &table, &nr) || nr >= calls[table].len)
		return NULL;
	*ret_nr = array_index_nospec(nr, calls[table].len);
	return &calls[table];
}

unsigned long call_function(void)
{
	const struct redirect_calls *table;
	u32 nr;

	table = call_current(&nr);
	return table ? table->functions[nr] : 0;
}

long call_redirected(void)
{
	return wrapper(task_pt_regs(current), call_function());
}
