// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/hook_wire.h"

static bool width_is_valid(u32 width)
{
	return width == 0 || width == 1 || width == 2 || width == 4 || width == 8;
}

/* A string that contains a NUL is invalid: no user string can match it. */
static bool string_is_valid(const struct portal_wire_match *match, const u8 *strings, u32 size)
{
	u32 off = le32_to_cpu(match->str_off);
	u32 len = le32_to_cpu(match->str_len);

	if (off > size || len > size - off)
		return false;
	return !memchr(strings + off, '\0', len);
}

bool hook_wire_match_is_valid(const struct portal_wire_match *match, const u8 *strings, u32 size)
{
	u32 cmp = le32_to_cpu(match->cmp);

	if (cmp > PORTAL_CMP_MAX || !width_is_valid(le32_to_cpu(match->width)))
		return false;
	if (le32_to_cpu(match->flags) & ~PORTAL_CMP_F_UNSIGNED || match->reserved)
		return false;
	if (cmp < PORTAL_CMP_STR_EQ)
		return true;
	return string_is_valid(match, strings, size);
}

/* at most 15 characters, and nothing after the first NUL */
static bool comm_is_valid(const u8 *comm)
{
	const u8 *end = memchr(comm, '\0', PORTAL_COMM_SIZE);

	return end && !memchr_inv(end, 0, comm + PORTAL_COMM_SIZE - end);
}

static bool target_is_valid(const struct portal_wire_hook *wire)
{
	u32 nr = le32_to_cpu(wire->nr), compat_nr = le32_to_cpu(wire->compat_nr);
	bool names_one = nr != PORTAL_NR_NONE || compat_nr != PORTAL_NR_NONE;
	u32 flags = le32_to_cpu(wire->flags);

	if (flags & ~PORTAL_HOOK_FLAGS)
		return false;
	if (flags & PORTAL_HOOK_F_TRACE_BLOCK && !(flags & PORTAL_HOOK_F_TRACE))
		return false;
	return names_one != !!(flags & PORTAL_HOOK_F_ALL);
}

static bool head_is_valid(const struct portal_wire_hook *wire)
{
	u32 when = le32_to_cpu(wire->when);

	if (wire->id == 0 || when == 0 || when & ~(PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN))
		return false;
	if (le32_to_cpu(wire->bit) >= PORTAL_MAX_HOOKS)
		return false;
	return target_is_valid(wire) && comm_is_valid(wire->comm);
}

static bool fetch_is_valid(const struct portal_wire_fetch *fetch)
{
	u32 what = le32_to_cpu(fetch->what);

	if (what < PORTAL_WIRE_FETCH_STR || what > PORTAL_WIRE_FETCH_ARGS)
		return false;
	return le32_to_cpu(fetch->arg) < PORTAL_NR_ARGS && fetch->max &&
	       le32_to_cpu(fetch->len_arg_plus1) <= PORTAL_NR_ARGS;
}

/* Return: bytes of strings; -EINVAL: invalid, or strings and declarations are not @left bytes. */
static int check_fetches(const struct portal_wire_hook *wire, u32 left)
{
	u32 i, nr = le32_to_cpu(wire->nr_fetch), strings_size = le32_to_cpu(wire->strings_size);
	struct portal_wire_fetch fetch;

	if (wire->reserved || nr > PORTAL_MAX_FETCH || strings_size > left ||
	    left - strings_size != nr * sizeof(fetch))
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		hook_wire_fetch(wire, i, &fetch);
		if (!fetch_is_valid(&fetch))
			return -EINVAL;
	}
	return strings_size;
}

int hook_wire_check(const struct portal_wire_hook *wire, size_t size)
{
	const u8 *strings = hook_wire_strings(wire);
	unsigned int i;
	int strings_size;

	if (size < sizeof(*wire) || size > PORTAL_DATA_SIZE || !head_is_valid(wire))
		return -EINVAL;
	strings_size = check_fetches(wire, size - sizeof(*wire));
	if (strings_size < 0)
		return strings_size;
	for (i = 0; i < PORTAL_NR_ARGS; i++)
		if (!hook_wire_match_is_valid(&wire->arg[i], strings, strings_size))
			return -EINVAL;
	return hook_wire_match_is_valid(&wire->ret, strings, strings_size) ? 0 : -EINVAL;
}
