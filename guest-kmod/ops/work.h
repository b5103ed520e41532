/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work sessions: sessions that the host wants when it has operations to request and no session
 * to request them in. They run in threads of an unbound workqueue, so that none waits for another.
 * It does not know the device by which the host requests them.
 */
#ifndef GUEST_WORK_H
#define GUEST_WORK_H

#include <linux/types.h>

/**
 * work_open() - allow work sessions
 *
 * Context: may sleep; once before work_close().
 * Return: 0 or -ENOMEM.
 */
int __must_check work_open(void);

/**
 * work_want() - open work sessions
 * @nr: number of sessions that the host wants, in addition to those that it wanted before; any
 *	number, more than PORTAL_MAX_WORK are not opened
 *
 * When as many are running, the next one starts when one of them has ended.
 *
 * Context: any; after work_open().
 */
void work_want(u32 nr);

/**
 * work_stop() - start no more work sessions
 *
 * Context: any; work_want() is not called any more.
 */
void work_stop(void);

/**
 * work_close() - wait until all work sessions have ended
 *
 * Context: may sleep; after work_stop().
 */
void work_close(void);

#endif /* GUEST_WORK_H */
