/* SPDX-License-Identifier: GPL-2.0-only */
/* Differences between kernel versions and configurations. The module has no other #if for them. */
#ifndef GUEST_COMPAT_H
#define GUEST_COMPAT_H

#include <linux/ptrace.h>
#include <linux/types.h>
#include <linux/version.h>

#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/ibt.h>
#define COMPAT_LANDING_PAD ENDBR_INSN_SIZE
#else
#define COMPAT_LANDING_PAD 0
#endif

/* On arm64 the traced call follows an instruction that saves x30, which may follow a BTI. */
#ifdef CONFIG_ARM64
#define COMPAT_TRACE_PREFIX (IS_ENABLED(CONFIG_ARM64_BTI_KERNEL) ? 8 : 4)
#else
#define COMPAT_TRACE_PREFIX COMPAT_LANDING_PAD
#endif

/**
 * compat_function_start() - convert a kprobe's address to the function's address
 * @site: address of a kprobe at the function's entry
 *
 * With CONFIG_X86_KERNEL_IBT functions begin with an ENDBR, and the site is after it.
 *
 * Return: address of the function.
 */
static inline unsigned long compat_function_start(unsigned long site)
{
	return site - COMPAT_LANDING_PAD;
}

/**
 * compat_trace_site() - convert a function's address to its ftrace site
 * @function: address of the function
 *
 * ftrace's own lookup accepts any site up to the next symbol. That range may contain overridden
 * weak functions, which have a site but no symbol.
 *
 * Return: the address of the site; there is one only if ftrace can trace the function.
 */
static inline unsigned long compat_trace_site(unsigned long function)
{
	return function + COMPAT_TRACE_PREFIX;
}

/**
 * compat_traced_function() - convert an ftrace site to the function's address
 * @site: address of the site
 *
 * Return: address of the function.
 */
static inline unsigned long compat_traced_function(unsigned long site)
{
	return site - COMPAT_TRACE_PREFIX;
}

/*
 * Before 5.11 an ftrace callback gets a struct pt_regs, which has the same address as this struct.
 *
 * COMPAT_FTRACE_RECURSION is the flag with which ftrace protects a callback against recursion.
 * Before 5.11 ftrace does that unless another flag is set.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
struct ftrace_regs {
	struct pt_regs regs;
};

static inline struct pt_regs *ftrace_get_regs(struct ftrace_regs *fregs)
{
	return &fregs->regs;
}
#define compat_ftrace_func(fn)	((ftrace_func_t)(fn))
#define COMPAT_FTRACE_RECURSION 0
#else
#define compat_ftrace_func(fn)	(fn)
#define COMPAT_FTRACE_RECURSION FTRACE_OPS_FL_RECURSION
#endif

/*
 * The registers that ftrace saved, as a struct with regs[] and pc on arm64: before 6.2 a struct
 * pt_regs, then struct ftrace_regs itself, in later kernels a struct of the architecture.
 */
#if defined(arch_ftrace_regs)
#define compat_ftrace_regs(fregs) arch_ftrace_regs(fregs)
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define compat_ftrace_regs(fregs) (fregs)
#else
#define compat_ftrace_regs(fregs) ftrace_get_regs(fregs)
#endif

/*
 * COMPAT_REMOVE_FN() - define what COMPAT_REMOVE() needs
 * COMPAT_REMOVE() - initialize the remove callback of a struct platform_driver with a function that
 *	returns nothing
 *
 * In 6.11 the callback became such a function. Before, it was called remove_new, which the
 * long-term kernels have from 6.1 on. In older ones there is only remove, which returns an int that
 * is ignored.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#define COMPAT_REMOVE_FN(fn)                                   \
	static int compat_##fn(struct platform_device *device) \
	{                                                      \
		fn(device);                                    \
		return 0;                                      \
	}
#define COMPAT_REMOVE(fn) .remove = compat_##fn
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define COMPAT_REMOVE_FN(fn)
#define COMPAT_REMOVE(fn) .remove_new = fn
#else
#define COMPAT_REMOVE_FN(fn)
#define COMPAT_REMOVE(fn) .remove = fn
#endif

/* Before 5.14 another header declared panic_notifier_list. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
#include <linux/kernel.h>
#else
#include <linux/panic_notifier.h>
#endif

#endif /* GUEST_COMPAT_H */
