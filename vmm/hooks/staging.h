/* SPDX-License-Identifier: MIT */
/*
 * A verdict in the making: what the hooks of one event have decided so far, and the writes they
 * want done with it. Plain memory, no session. Source: docs/protocol.md section 5, "Verdict".
 */
#ifndef HOOKS_STAGING_H
#define HOOKS_STAGING_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct staging_state - what can be taken back in one assignment
 * @flags: PORTAL_VERDICT_*
 * @arg_mask: bit n: args[n] is staged
 * @args: staged arguments
 * @ret: staged result
 * @reg_mask: bit n: regs[n] is staged
 * @regs: staged registers
 * @nr_writes: staged writes
 * @writes_size: their bytes on the wire
 */
struct staging_state {
	uint32_t flags;
	uint32_t arg_mask;
	uint64_t args[PORTAL_NR_ARGS];
	int64_t ret;
	uint64_t reg_mask;
	uint64_t regs[PORTAL_NR_REGS];
	uint32_t nr_writes;
	uint32_t writes_size;
};

/* @payload is the wire's: room for the verdict, then the writes, staged in place */
struct staging {
	struct staging_state state;
	uint8_t payload[PORTAL_DATA_SIZE];
};

/** staging_init() - nothing is staged. */
void staging_init(struct staging *staging);

/** staging_set_arg() - argument @n (0 .. 5) becomes @value. */
void staging_set_arg(struct staging *staging, unsigned int n, uint64_t value);

/** staging_set_reg() - user register @index (below PORTAL_NR_REGS) becomes @value. */
void staging_set_reg(struct staging *staging, unsigned int index, uint64_t value);

/**
 * staging_set_ret() - the result becomes @ret. @flag: PORTAL_VERDICT_SKIP or PORTAL_VERDICT_RET.
 */
void staging_set_ret(struct staging *staging, uint32_t flag, int64_t ret);

/**
 * staging_write() - stage a write of @len (at least 1) bytes for hook @id. Return: 0; -ENOSPC: no
 * room.
 */
must_check int staging_write(struct staging *staging, uint32_t id, uint64_t gva, const void *buf,
			     size_t len);

/** staging_covers() - hook @id has staged every one of the @len bytes at @gva. */
bool staging_covers(const struct staging *staging, uint32_t id, uint64_t gva, size_t len);

/** staging_touches() - hook @id has staged at least one of them. */
bool staging_touches(const struct staging *staging, uint32_t id, uint64_t gva, size_t len);

/** staging_overlay() - put hook @id's staged bytes over @buf, the @len bytes at @gva. */
void staging_overlay(const struct staging *staging, uint32_t id, uint64_t gva, void *buf,
		     size_t len);

/**
 * staging_encode() - the verdict for the wire
 *
 * Return: bytes of staging->payload that are the verdict; 0: nothing is staged.
 */
size_t staging_encode(struct staging *staging);

#endif
