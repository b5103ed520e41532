/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of kernel functions that are not exported. */
#ifndef GUEST_COMPAT_KALLSYMS_H
#define GUEST_COMPAT_KALLSYMS_H

/**
 * typedef compat_lookup_fn - find a kernel symbol
 * @name: the symbol's name
 *
 * Return: its address, 0 when there is none.
 */
typedef unsigned long compat_lookup_fn(const char *name);

/**
 * compat_kallsyms() - find the kernel's own symbol lookup, which modules may not call since 5.7
 *
 * Context: may sleep.
 * Return: the function; NULL when kprobes do not find it.
 */
compat_lookup_fn *compat_kallsyms(void);

#endif /* GUEST_COMPAT_KALLSYMS_H */
