// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kprobes.h>
#include <linux/ptrace.h>

#include "redirect/signal.h"

/*
 * Runs at the entry of get_signal(), before its first instruction. The wrapper's own call of the
 * function is not wanted, as the task is in it already.
 */
static int on_get_signal(struct kprobe *probe, struct pt_regs *regs)
{
	if (!signal_is_wanted())
		return 0;
	instruction_pointer_set(regs, (unsigned long)signal_wrapper);
	return 1;
}

/* A probe that has a post handler is not optimized; an optimized one cannot change the pc. */
static void after_get_signal(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe signal_probe;

int signal_backend_add(unsigned long function)
{
	signal_probe = (struct kprobe){
		.addr = (kprobe_opcode_t *)function,
		.pre_handler = on_get_signal,
		.post_handler = after_get_signal,
	};
	return register_kprobe(&signal_probe);
}

void signal_backend_remove(void)
{
	unregister_kprobe(&signal_probe);
}

void signal_backend_free(void)
{
}
