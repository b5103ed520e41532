/* SPDX-License-Identifier: MIT */
/*
 * Counts the hooks on each system call, because the guest takes at most PORTAL_MAX_HOOKS on one. A
 * hook on every system call counts on each. Knows names, no hooks. Protected by the registry's
 * lock.
 */
#ifndef HOOKS_SITE_COUNTS_H
#define HOOKS_SITE_COUNTS_H

#include <portal/wire.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define SITE_COUNTS_NR_BUCKETS 512u /* a power of two; more than a kernel has system calls */

struct site_count;

/**
 * struct site_counts - the counts; all zeros: no hooks
 * @bucket: system calls with hooks of their own, by a hash of their names
 * @nr_sites: number of system calls that have n hooks of their own
 * @every_call: hooks on every system call
 */
struct site_counts {
	struct site_count *bucket[SITE_COUNTS_NR_BUCKETS];
	size_t nr_sites[PORTAL_MAX_HOOKS + 1];
	unsigned int every_call;
};

/** site_counts_done() - free all memory, even if hooks are counted. */
void site_counts_done(struct site_counts *counts);

/**
 * site_counts_add() - count a hook, in constant time
 * @counts: the counts
 * @name: the system call, copied; NULL: every system call
 *
 * Return: 0; -ENOSPC: there are PORTAL_MAX_HOOKS hooks on a system call already; -ENOMEM.
 */
must_check int site_counts_add(struct site_counts *counts, const char *name);

/** site_counts_remove() - undo a site_counts_add() of @name. */
void site_counts_remove(struct site_counts *counts, const char *name);

#endif
