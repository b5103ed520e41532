/* SPDX-License-Identifier: GPL-2.0-only */
/* Filters of an ftrace_ops, also in kernels that export no function for several sites at once. */
#ifndef GUEST_COMPAT_FTRACE_H
#define GUEST_COMPAT_FTRACE_H

#include <linux/ftrace.h>
#include <linux/version.h>

#include "compat/compat.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)

/**
 * compat_ftrace_set_function() - make one function the filter
 * @ops: the ftrace_ops
 * @function: its address
 *
 * These kernels find a function only by its site.
 *
 * Context: may sleep.
 * Return: 0; the errors of ftrace_set_filter_ip().
 */
static inline int compat_ftrace_set_function(struct ftrace_ops *ops, unsigned long function)
{
	return ftrace_set_filter_ip(ops, compat_trace_site(function), 0, 1);
}

/**
 * compat_ftrace_set_filter_ips() - add sites to a filter, or remove them
 * @ops: the ftrace_ops
 * @ips: addresses of the sites
 * @nr: their number
 * @remove: remove them
 *
 * One update of the code for each site, not one for all. If one fails, those that were added before
 * it are removed again.
 *
 * Context: may sleep.
 * Return: 0; the errors of ftrace_set_filter_ip().
 */
static inline int compat_ftrace_set_filter_ips(struct ftrace_ops *ops, const unsigned long *ips,
					       unsigned int nr, int remove)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = ftrace_set_filter_ip(ops, ips[i], remove, 0);
		if (err)
			break;
	}
	if (i == nr)
		return 0;
	while (!remove && i-- > 0)
		ftrace_set_filter_ip(ops, ips[i], 1, 0);
	return err;
}

/* ftrace_free_filter() is not exported. An empty filter takes no memory. */
static inline void compat_ftrace_free_filter(struct ftrace_ops *ops)
{
	ftrace_set_filter(ops, NULL, 0, 1);
}

#else

static inline int compat_ftrace_set_function(struct ftrace_ops *ops, unsigned long function)
{
	return ftrace_set_filter_ip(ops, function, 0, 1);
}

static inline int compat_ftrace_set_filter_ips(struct ftrace_ops *ops, unsigned long *ips,
					       unsigned int nr, int remove)
{
	return ftrace_set_filter_ips(ops, ips, nr, remove, 0);
}

static inline void compat_ftrace_free_filter(struct ftrace_ops *ops)
{
	ftrace_free_filter(ops);
}

#endif

#endif /* GUEST_COMPAT_FTRACE_H */
