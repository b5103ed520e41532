/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses of kernel functions that are not exported. */
#ifndef GUEST_COMPAT_KALLSYMS_H
#define GUEST_COMPAT_KALLSYMS_H

/**
 * typedef compat_lookup_fn - find a kernel symbol
 * @name: the symbol's name
 *
 * Return: its address, 0 if there is no such symbol.
 */
typedef unsigned long compat_lookup_fn(const char *name);

/**
 * compat_kallsyms() - find kallsyms_lookup_name(), which is not exported since 5.7
 *
 * Context: may sleep.
 * Return: the function; NULL if kprobes do not find it.
 */
compat_lookup_fn *compat_kallsyms(void);

#endif /* GUEST_COMPAT_KALLSYMS_H */
