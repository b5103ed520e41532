/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The call by which the guest module announces more pages of the pool. It does not know when that
 * is necessary.
 */
#ifndef GUEST_GROW_H
#define GUEST_GROW_H

#include <linux/types.h>

struct pool_page;

/**
 * grow_announce() - announce to the host pages that are added to the pool
 * @pages: the pages, with their indices; the first one carries the message
 * @nr: number of @pages, at least 1; they form at most PORTAL_MAX_RANGES ranges
 *
 * Context: any but interrupts; no session has one of the pages.
 * Return: true if the host knows the pages; false if it has refused them.
 */
bool __must_check grow_announce(struct pool_page *const *pages, unsigned int nr);

#endif /* GUEST_GROW_H */
