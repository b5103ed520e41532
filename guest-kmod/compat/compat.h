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
 * compat_traced_function() - from a function's ftrace site to the address to call it by
 * @site: where ftrace sees the function's entry
 *
 * Return: address of the function.
 */
static inline unsigned long compat_traced_function(unsigned long site)
{
	return site - COMPAT_TRACE_PREFIX;
}

/*
 * Where the registers are in what ftrace saved: in a struct of the architecture's own by now, in
 * struct ftrace_regs itself at first. Only where ftrace saves no struct pt_regs.
 */
#ifdef arch_ftrace_regs
#define compat_ftrace_regs(fregs) arch_ftrace_regs(fregs)
#else
#define compat_ftrace_regs(fregs) (fregs)
#endif

/* The remove callback that returns nothing was called remove_new until 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define compat_remove remove_new
#else
#define compat_remove remove
#endif

#endif /* GUEST_COMPAT_H */
