/* SPDX-License-Identifier: MIT */
/*
 * System calls of an architecture without a machine: two tables, functions that can be redirected,
 * and registers. It replaces arch/, redirect/ and syscalls/.
 */
#ifndef FAKE_CALLS_H
#define FAKE_CALLS_H

#include <linux/types.h>

#include <linux/ptrace.h>

#include "arch/arch.h"
#include "redirect/signal.h"

#define FAKE_NATIVE_ABI PORTAL_ABI_ARM64
#define FAKE_COMPAT_ABI PORTAL_ABI_ARM
#define FAKE_NR_CALLS	100u

/* numbers in both tables */
#define FAKE_NR_EXIT	  93
#define FAKE_NR_SIGRETURN 94
#define FAKE_NR_EXEC	  95
#define FAKE_NR_ABSENT	  96 /* the kernel was built without it */
#define FAKE_NR_RESTART	  97

/**
 * struct fake_calls - behaviour of the calls, and what was done
 * @run: carries out a call; NULL: its result is 0
 * @nr_runs: number of calls that were carried out
 * @nr_redirected: functions that are redirected now, counted for each user
 * @redirect_err: result of redirect_get()
 * @nr_references: references on the module that redirect_enter() has taken
 * @is_unloading: there are no new references
 * @signals: what wants to know about signals; NULL: closed
 * @no_signals: signal_open() fails
 * @nr_moved: calls of arch_end_restart()
 * @ret: what arch_set_ret() has set
 */
struct fake_calls {
	long (*run)(const struct pt_regs *regs);
	unsigned int nr_runs;
	unsigned int nr_redirected;
	int redirect_err;
	int nr_references;
	bool is_unloading;
	const struct signal_ops *signals;
	bool no_signals;
	unsigned int nr_moved;
	long ret;
};

extern struct fake_calls fake_calls;

/** fake_calls_reset() - forget everything but the redirections */
void fake_calls_reset(void);

#endif
