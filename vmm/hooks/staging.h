/* SPDX-License-Identifier: MIT */
/*
 * The verdict of an event while its hooks run: registers, arguments, result and deferred writes
 * staged so far. Plain memory, no session. Source: docs/protocol.md section 5, "Verdict".
 */
#ifndef HOOKS_STAGING_H
#define HOOKS_STAGING_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

/**
 * struct staging_state - the part of a verdict that staging_save() saves
 * @flags: PORTAL_VERDICT_*
 * @arg_mask: bit n: args[n] is staged
 * @args: staged arguments
 * @ret: staged result
 * @nr_writes: number of staged writes
 * @writes_size: their size on the wire, in bytes
 * @reg_mask: bit n: regs[n] is staged
 * @regs: staged registers; the others are not set
 */
struct staging_state {
	uint32_t flags;
	uint32_t arg_mask;
	uint64_t args[PORTAL_NR_ARGS];
	int64_t ret;
	uint32_t nr_writes;
	uint32_t writes_size;
	uint64_t reg_mask;
	uint64_t regs[PORTAL_NR_REGS];
};

/**
 * struct staging - the verdict of an event
 * @state: what is not in @payload yet
 * @abi: PORTAL_ABI_* of the task
 * @payload: room for the verdict, then the staged writes; staging_encode() completes it
 */
struct staging {
	struct staging_state state;
	uint32_t abi;
	uint8_t payload[PORTAL_DATA_SIZE] __attribute__((aligned(8)));
};

/** staging_init() - initialise @staging with nothing staged, for a task with @abi. */
static inline void staging_init(struct staging *staging, uint32_t abi)
{
	staging->abi = abi;
	/* regs and payload need no clearing: they are written before they are read */
	memset(&staging->state, 0, offsetof(struct staging_state, regs));
}

/** staging_is_empty() - check whether nothing is staged. */
static inline bool staging_is_empty(const struct staging *staging)
{
	const struct staging_state *state = &staging->state;

	return !(state->flags | state->arg_mask | state->nr_writes) && state->reg_mask == 0;
}

/**
 * staging_save() - remember what is staged
 * @staging: the verdict so far
 * @saved: filled in; its registers only if any are staged
 */
static inline void staging_save(const struct staging *staging, struct staging_state *saved)
{
	memcpy(saved, &staging->state,
	       staging->state.reg_mask ? sizeof(*saved) : offsetof(struct staging_state, regs));
}

/**
 * staging_restore() - drop what was staged after staging_save()
 * @staging: the verdict
 * @saved: from staging_save(); NULL: nothing was staged
 */
static inline void staging_restore(struct staging *staging, const struct staging_state *saved)
{
	if (saved)
		memcpy(&staging->state, saved,
		       saved->reg_mask ? sizeof(*saved) : offsetof(struct staging_state, regs));
	else
		staging_init(staging, staging->abi);
}

/** staging_set_arg() - stage @value for argument @n (below PORTAL_NR_ARGS). */
static inline void staging_set_arg(struct staging *staging, unsigned int n, uint64_t value)
{
	staging->state.args[n] = value;
	staging->state.arg_mask |= 1u << n;
}

/**
 * staging_set_reg() - stage @value for user register @index (below PORTAL_NR_REGS)
 *
 * Return: 0; -ENOSPC: the page has no space left.
 */
must_check int staging_set_reg(struct staging *staging, unsigned int index, uint64_t value);

/** staging_set_ret() - stage result @ret. @flag: PORTAL_VERDICT_SKIP or PORTAL_VERDICT_RET. */
static inline void staging_set_ret(struct staging *staging, uint32_t flag, int64_t ret)
{
	staging->state.flags |= flag;
	staging->state.ret = ret;
}

/**
 * staging_write() - stage a write of @len (at least 1) bytes for hook @id
 *
 * Return: 0; -ENOSPC: the page has no space left.
 */
must_check int staging_write(struct staging *staging, uint32_t id, uint64_t gva, const void *buf,
			     size_t len);

/** staging_has_writes() - check whether any hook has staged a write. */
static inline bool staging_has_writes(const struct staging *staging)
{
	return staging->state.writes_size > 0;
}

/**
 * staging_covers() - check whether hook @id has staged all of the @len bytes at @gva
 *
 * A write by a pointer with another tag does not count: only the guest knows whether the task may
 * use @gva's.
 */
bool staging_covers(const struct staging *staging, uint32_t id, uint64_t gva, size_t len);

/**
 * staging_touches() - check whether hook @id has staged any of the @len bytes at @gva, by a pointer
 * with any tag
 */
bool staging_touches(const struct staging *staging, uint32_t id, uint64_t gva, size_t len);

/**
 * staging_overlay() - copy the bytes that hook @id has staged, by pointers with any tag, over @buf,
 * the @len bytes at @gva
 */
void staging_overlay(const struct staging *staging, uint32_t id, uint64_t gva, void *buf,
		     size_t len);

/**
 * staging_encode() - complete the verdict in staging->payload; nothing may be staged or read after
 *
 * Return: bytes of verdict, registers and writes.
 */
size_t staging_encode(struct staging *staging);

#endif
