/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the system call tables in the kernel's memory. */
#ifndef GUEST_REDIRECT_TABLE_FIND_H
#define GUEST_REDIRECT_TABLE_FIND_H

#include "compat/kallsyms.h"
#include "redirect/redirect.h"

/**
 * table_find() - find a system call table
 * @symbol: its name
 * @calls: what it should hold; @calls->len is not 0
 * @lookup: finds symbols
 *
 * Without CONFIG_KALLSYMS_ALL the kernel has no symbols of data. The read-only data behind its text
 * is then searched for the entries.
 *
 * Return: the table; NULL if there is none, or more than one.
 */
const unsigned long *table_find(const char *symbol, const struct redirect_calls *calls,
				compat_lookup_fn *lookup);

/**
 * table_search() - search memory for a system call table
 * @start: first word
 * @end: behind the last word
 * @calls: what it should hold
 *
 * An entry that something else has changed does not prevent that the table is found.
 *
 * Return: the table; NULL if there is none, or more than one.
 */
const unsigned long *table_search(const unsigned long *start, const unsigned long *end,
				  const struct redirect_calls *calls);

#endif /* GUEST_REDIRECT_TABLE_FIND_H */
