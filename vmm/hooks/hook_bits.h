/* SPDX-License-Identifier: MIT */
/*
 * Allocator of hook bits. Hooks on the same system call have different bits; a hook on every system
 * call shares its bit with no other hook. Knows names and bits, no hooks. Protected by the
 * registry's lock.
 */
#ifndef HOOK_BITS_H
#define HOOK_BITS_H

#include <portal/wire.h>
#include <stdint.h>

#include "base/cleanup.h"

#define HOOK_BITS_NR_BUCKETS 512u /* a power of two; more than a kernel has system calls */

struct bits_call;

/**
 * struct hook_bits - the bits in use; all zeros: none
 * @bucket: system calls with hooks, by a hash of their names
 * @every_call: bits of hooks on every system call
 * @nr_users: number of hooks with the bit, on any system call
 * @next: bit where the search starts, so that a freed bit is reused last: events that carry it for
 *	its old hook may still arrive
 */
struct hook_bits {
	struct bits_call *bucket[HOOK_BITS_NR_BUCKETS];
	uint64_t every_call;
	size_t nr_users[PORTAL_MAX_HOOKS];
	uint32_t next;
};

/** hook_bits_done() - free all memory, even if bits are in use. */
void hook_bits_done(struct hook_bits *bits);

/**
 * hook_bits_take() - allocate a bit that no hook on the same system call has, in constant time
 * @bits: the bits
 * @name: the system call, copied; NULL: every system call
 * @ret_bit: 0 .. PORTAL_MAX_HOOKS - 1
 *
 * Return: 0; -ENOSPC: all bits are in use; -ENOMEM.
 */
must_check int hook_bits_take(struct hook_bits *bits, const char *name, uint32_t *ret_bit);

/** hook_bits_free() - free a bit that hook_bits_take() allocated for @name. */
void hook_bits_free(struct hook_bits *bits, const char *name, uint32_t bit);

#endif
