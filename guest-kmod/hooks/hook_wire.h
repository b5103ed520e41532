/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Validates the wire format of a hook. A hook that passes is used without further checks. Pure:
 * also compiled and tested in user space.
 */
#ifndef GUEST_HOOK_WIRE_H
#define GUEST_HOOK_WIRE_H

#include <linux/types.h>

#include <asm/byteorder.h>

#include <portal/wire.h>

/**
 * hook_wire_check() - check the payload of PORTAL_OP_HOOK_ADD
 * @wire: a private copy, aligned to 8
 * @size: total size in bytes, with the sites, declarations and strings; any number
 *
 * It does not check whether the ABIs and system calls of the sites exist.
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
 * hook_wire_sites() - get the hook's sites
 * @wire: checked, or at least its size is
 *
 * Return: nr_sites entries.
 */
static inline const struct portal_wire_site *hook_wire_sites(const struct portal_wire_hook *wire)
{
	return (const struct portal_wire_site *)(wire + 1);
}

/**
 * hook_wire_fetches() - get the hook's declarations
 * @wire: checked, or at least its size is
 *
 * Return: nr_fetch entries.
 */
static inline const struct portal_wire_fetch *hook_wire_fetches(const struct portal_wire_hook *wire)
{
	return (const struct portal_wire_fetch *)(hook_wire_sites(wire) +
						  le32_to_cpu(wire->nr_sites));
}

/**
 * hook_wire_strings() - get the hook's string area
 * @wire: checked, or at least its size is
 *
 * Return: strings_size bytes.
 */
static inline const u8 *hook_wire_strings(const struct portal_wire_hook *wire)
{
	return (const u8 *)(hook_wire_fetches(wire) + le32_to_cpu(wire->nr_fetch));
}

#endif /* GUEST_HOOK_WIRE_H */
