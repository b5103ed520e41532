/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validates the wire format of a hook. A hook that passes is used without further checks. Pure:
 * also compiled and tested in user space.
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
 * @size: total size in bytes, with the strings and declarations; any number
 *
 * It does not check whether the system calls exist.
 *
 * Return: 0; -EINVAL: malformed.
 */
int __must_check hook_wire_check(const struct portal_wire_hook *wire, size_t size);

/**
 * hook_wire_match_is_valid() - check one comparison
 * @match: a private copy
 * @strings: area that must contain its string
 * @size: bytes of @strings
 */
bool hook_wire_match_is_valid(const struct portal_wire_match *match, const u8 *strings, u32 size);

/**
 * hook_wire_strings() - get the hook's string area
 * @wire: checked by hook_wire_check()
 *
 * Return: strings_size bytes.
 */
static inline const u8 *hook_wire_strings(const struct portal_wire_hook *wire)
{
	return (const u8 *)(wire + 1);
}

/**
 * hook_wire_fetch() - copy a declaration
 * @wire: checked, or at least its size is
 * @n: below nr_fetch
 * @ret_fetch: the copy
 */
static inline void hook_wire_fetch(const struct portal_wire_hook *wire, u32 n,
				   struct portal_wire_fetch *ret_fetch)
{
	memcpy(ret_fetch,
	       hook_wire_strings(wire) + le32_to_cpu(wire->strings_size) + n * sizeof(*ret_fetch),
	       sizeof(*ret_fetch));
}

#endif /* GUEST_HOOK_WIRE_H */
