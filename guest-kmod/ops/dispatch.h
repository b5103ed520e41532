/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dispatch: from an operation's number to its handler, by a table made from <portal/ops.h>. Bounds
 * are checked here, before any handler runs. Pure: also compiled and tested in user space.
 */
#ifndef GUEST_DISPATCH_H
#define GUEST_DISPATCH_H

#include <linux/types.h>

#include "ops/op.h"

/**
 * dispatch_check() - is there such an operation, and may its payload be so large
 * @code: low half of the region's op field
 * @size: the region's size field
 *
 * Return: 0; -EOPNOTSUPP no such operation; -EINVAL the payload is out of bounds.
 */
int __must_check dispatch_check(u32 code, u64 size);

/**
 * dispatch_run() - carry out an operation that is to be answered
 * @code: low half of the region's op field; NONE and VERDICT are not answered and so not for here
 * @op: addr, size, data and scratch filled; resp, result and cursor are written
 *
 * Context: process, may sleep.
 */
void dispatch_run(u32 code, struct op *op);

#endif /* GUEST_DISPATCH_H */
