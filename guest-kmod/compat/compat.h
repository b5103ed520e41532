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

/**
 * compat_function_start() - from a function's ftrace site to the address to call it by
 * @site: where ftrace or kprobes see the function's entry
 *
 * With CONFIG_X86_KERNEL_IBT functions begin with an ENDBR, and the site is behind it.
 *
 * Return: address of the function.
 */
static inline unsigned long compat_function_start(unsigned long site)
{
	return site - COMPAT_LANDING_PAD;
}

/* The remove callback that returns nothing was called remove_new until 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define compat_remove remove_new
#else
#define compat_remove remove
#endif

#endif /* GUEST_COMPAT_H */
