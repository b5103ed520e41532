/* SPDX-License-Identifier: MIT */
/* Names of user registers, by ABI, for portal_reg(). Source: uapi/portal/wire.h, PORTAL_REG_*. */
#ifndef HOOKS_REGS_H
#define HOOKS_REGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * regs_find() - find the index of a register
 * @abi: PORTAL_ABI_*
 * @name: name of the register, see portal_reg()
 * @ret_index: 0 .. PORTAL_NR_REGS - 1
 *
 * Return: 0; -EINVAL: no such register in this ABI.
 */
must_check int regs_find(uint32_t abi, const char *name, unsigned int *ret_index);

/** regs_is_settable() - check whether portal_set_reg() may change register @index of @abi. */
bool regs_is_settable(uint32_t abi, unsigned int index);

/** regs_width() - get the size of a register or pointer of @abi: 4 or 8 bytes. */
unsigned int regs_width(uint32_t abi);

#endif
