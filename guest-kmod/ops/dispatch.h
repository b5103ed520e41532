/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dispatch: checks a request against the tables of operations and runs the handler of its
 * operation. One table is made from <portal/ops.h>. Pure: also compiled and tested in user space.
 */
#ifndef GUEST_DISPATCH_H
#define GUEST_DISPATCH_H

#include <linux/types.h>

#include "ops/op.h"

/**
 * dispatch_check() - check the number of an operation and the size of its data
 * @code: low half of the region's op field
 * @size: the region's size field: bytes of request and payload
 *
 * Return: 0; -EOPNOTSUPP: no such operation; -EINVAL: the size is out of bounds.
 */
int __must_check dispatch_check(u32 code, u64 size);

/**
 * dispatch_run() - carry out an operation that has an answer
 * @code: low half of the region's op field, not NONE or VERDICT, which have no answer
 * @size: the region's size field
 * @op: data begins with the struct portal_wire_request; data, room and scratch are set, the other
 *	fields are written
 *
 * The request is copied once, and only the copy is used.
 *
 * Context: process, may sleep.
 */
void dispatch_run(u32 code, u64 size, struct op *op);

/**
 * dispatch_list() - list the operations for hello
 * @words: PORTAL_OPS_WORDS entries, written; bit n: there is the operation n
 */
void dispatch_list(__le64 *words);

#endif /* GUEST_DISPATCH_H */
