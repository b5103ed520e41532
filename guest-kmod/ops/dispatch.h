/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dispatch: runs the handler of an operation, from a table made from <portal/ops.h>, after checking
 * the bounds of the payload. Pure: also compiled and tested in user space.
 */
#ifndef GUEST_DISPATCH_H
#define GUEST_DISPATCH_H

#include <linux/types.h>

#include "ops/op.h"

/**
 * dispatch_check() - check the number of an operation and the size of its payload
 * @code: low half of the region's op field
 * @size: the region's size field
 *
 * Return: 0; -EOPNOTSUPP: no such operation; -EINVAL: the payload is out of bounds.
 */
int __must_check dispatch_check(u32 code, u64 size);

/**
 * dispatch_run() - carry out an operation that has an answer
 * @code: low half of the region's op field, not NONE or VERDICT, which have no answer
 * @op: the request; resp, result and cursor are written
 *
 * Context: process, may sleep.
 */
void dispatch_run(u32 code, struct op *op);

#endif /* GUEST_DISPATCH_H */
