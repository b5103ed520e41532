/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between kernel versions and configurations: every such #if of the module. */
#ifndef GUEST_COMPAT_H
#define GUEST_COMPAT_H

#include <linux/types.h>
#include <linux/version.h>

#ifdef CONFIG_X86_KERNEL_IBT
#include <asm/ibt.h>
#define COMPAT_LANDING_PAD ENDBR_INSN_SIZE
#else
#define COMPAT_LANDING_PAD 0
#endif

/* On arm64 a function saves x30 for the traced call, behind the BTI that it may begin with. */
#ifdef CONFIG_ARM64
#define COMPAT_TRACE_PREFIX (IS_ENABLED(CONFIG_ARM64_BTI_KERNEL) ? 8 : 4)
#else
#define COMPAT_TRACE_PREFIX COMPAT_LANDING_PAD
#endif

/**
 * compat_function_start() - from a function's probe to the address to call it by
 * @site: where kprobes see the function's entry
 *
 * With CONFIG_X86_KERNEL_IBT functions begin with an ENDBR, and the site is behind it.
 *
 * Return: address of the function.
 */
static inline unsigned long compat_function_start(unsigned long site)
{
	return site - COMPAT_LANDING_PAD;
}

/**
 * compat_trace_site() - where ftrace sees a function's entry
 * @function: its address
 *
 * ftrace itself would look for a site in all of the function's range, and in what follows up to the
 * next symbol: overridden weak functions, which have no symbol, but a site.
 *
 * Return: the address, which has a site only if ftrace knows the function.
 */
static inline unsigned long compat_trace_site(unsigned long function)
{
	return function + COMPAT_TRACE_PREFIX;
}

/**
 * compat_traced_function() - the other way round
 * @site: where ftrace sees a function's entry
 *
 * Return: address to call the function by.
 */
static inline unsigned long compat_traced_function(unsigned long site)
{
	return site - COMPAT_TRACE_PREFIX;
}

/*
 * What ftrace saved, as something that has regs[] and pc on arm64: before 6.2 a struct pt_regs,
 * then struct ftrace_regs itself, by now a struct of the architecture's own.
 */
#if defined(arch_ftrace_regs)
#define compat_ftrace_regs(fregs) arch_ftrace_regs(fregs)
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define compat_ftrace_regs(fregs) (fregs)
#else
#define compat_ftrace_regs(fregs) ftrace_get_regs(fregs)
#endif

/* The remove callback that returns nothing was called remove_new until 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define compat_remove remove_new
#else
#define compat_remove remove
#endif

#endif /* GUEST_COMPAT_H */
