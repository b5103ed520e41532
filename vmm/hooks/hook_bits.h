/* SPDX-License-Identifier: MIT */
/*
 * Which bits of an event are taken, call by call: hooks that share a call have different ones, and
 * a hook on every call shares with all. Knows names and bits, no hooks. The registry's lock is
 * around it.
 */
#ifndef HOOK_BITS_H
#define HOOK_BITS_H

#include <portal/wire.h>
#include <stdint.h>

#include "base/cleanup.h"

#define BITS_NR_BUCKETS 512u /* a power of two; a kernel has fewer calls than that */

struct bits_call;

/**
 * struct hook_bits - see above; all zeros is empty
 * @bucket: calls with hooks, by a hash of their names
 * @every_call: bits of hooks on every call
 * @nr_users: hooks that have the bit, on whatever call
 * @next: where the search starts: a bit just given back is used last, because events with its old
 *	meaning may still come
 */
struct hook_bits {
	struct bits_call *bucket[BITS_NR_BUCKETS];
	uint64_t every_call;
	size_t nr_users[PORTAL_MAX_HOOKS];
	uint32_t next;
};

/** hook_bits_done() - frees it, whatever is taken. */
void hook_bits_done(struct hook_bits *bits);

/**
 * hook_bits_take() - a bit that no hook on the same call has; as long for the first hook as for the
 * last
 * @bits: the bits
 * @name: the call, copied; NULL: every call
 * @ret_bit: 0 .. PORTAL_MAX_HOOKS - 1
 *
 * Return: 0; -ENOSPC: all are taken; -ENOMEM.
 */
must_check int hook_bits_take(struct hook_bits *bits, const char *name, uint32_t *ret_bit);

/** hook_bits_give() - give a bit back. @name, @bit: as hook_bits_take() had and gave them. */
void hook_bits_give(struct hook_bits *bits, const char *name, uint32_t bit);

#endif
