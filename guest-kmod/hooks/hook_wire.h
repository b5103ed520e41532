/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A hook as bytes: is it well formed. What passes here is used without further checks. Pure: also
 * compiled and tested in user space.
 */
#ifndef GUEST_HOOK_WIRE_H
#define GUEST_HOOK_WIRE_H

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include <portal/wire.h>

/**
 * hook_wire_check() - check the payload of PORTAL_OP_HOOK_ADD
 * @wire: a private copy, aligned to 8
 * @size: its bytes, the hook and its strings; any number
 *
 * Whether the numbers name calls that exist is not looked at.
 *
 * Return: 0; -EINVAL.
 */
int __must_check hook_wire_check(const struct portal_wire_hook *wire, size_t size);

/**
 * hook_wire_match_is_valid() - check one comparison
 * @match: a private copy
 * @strings: bytes that its string has to be among
 * @size: their number
 */
bool hook_wire_match_is_valid(const struct portal_wire_match *match, const u8 *strings, u32 size);

/**
 * hook_wire_strings() - the hook's string area
 * @wire: checked by hook_wire_check()
 *
 * Return: strings_size bytes.
 */
static inline const u8 *hook_wire_strings(const struct portal_wire_hook *wire)
{
	return (const u8 *)(wire + 1);
}

/**
 * hook_wire_fetch() - a declaration
 * @wire: checked, or being checked: its strings and declarations are there
 * @n: below nr_fetch
 * @ret_fetch: copy
 */
static inline void hook_wire_fetch(const struct portal_wire_hook *wire, u32 n,
				   struct portal_wire_fetch *ret_fetch)
{
	memcpy(ret_fetch,
	       hook_wire_strings(wire) + le32_to_cpu(wire->strings_size) + n * sizeof(*ret_fetch),
	       sizeof(*ret_fetch));
}

#endif /* GUEST_HOOK_WIRE_H */
