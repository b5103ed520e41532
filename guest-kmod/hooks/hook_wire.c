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

static bool flags_are_valid(u32 flags)
{
	if (flags & ~PORTAL_HOOK_FLAGS)
		return false;
	return !(flags & PORTAL_HOOK_F_TRACE_BLOCK) || flags & PORTAL_HOOK_F_TRACE;
}

static bool head_is_valid(const struct portal_wire_hook *wire)
{
	u32 when = le32_to_cpu(wire->when), scope = le32_to_cpu(wire->scope);

	if (!wire->id || le32_to_cpu(wire->source) != PORTAL_SOURCE_SYSCALL || wire->reserved)
		return false;
	if (when == 0 || when & ~(PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN))
		return false;
	if (scope == 0 || scope & ~PORTAL_SCOPES)
		return false;
	return flags_are_valid(le32_to_cpu(wire->flags)) && comm_is_valid(wire->comm);
}

static bool is_repeated(const struct portal_wire_site *sites, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (sites[i].abi == sites[n].abi && sites[i].nr == sites[n].nr)
			return true;
	return false;
}

static bool sites_are_valid(const struct portal_wire_hook *wire)
{
	bool is_all = le32_to_cpu(wire->flags) & PORTAL_HOOK_F_ALL;
	u32 i, nr = le32_to_cpu(wire->nr_sites);

	if ((nr == 0) != is_all)
		return false;
	for (i = 0; i < nr; i++)
		if (is_repeated(hook_wire_sites(wire), i))
			return false;
	return true;
}

static bool is_mem(u32 what)
{
	return what == PORTAL_WIRE_FETCH_MEM || what == PORTAL_WIRE_FETCH_PTR_MEM;
}

/* The result is known in return events only. */
static bool len_is_valid(const struct portal_wire_fetch *fetch, u32 when)
{
	u16 from = le16_to_cpu(fetch->len_from), arg = le16_to_cpu(fetch->len_arg);

	if (from != PORTAL_LEN_MAX && !is_mem(le32_to_cpu(fetch->what)))
		return false;
	switch (from) {
	case PORTAL_LEN_MAX:
		return !arg;
	case PORTAL_LEN_ARG:
		return arg < PORTAL_NR_ARGS;
	case PORTAL_LEN_RESULT:
		return !arg && when == PORTAL_WHEN_RETURN;
	default:
		return false;
	}
}

static bool fetch_is_valid(const struct portal_wire_fetch *fetch, u32 when)
{
	u32 what = le32_to_cpu(fetch->what), arg = le32_to_cpu(fetch->arg);

	if (what < PORTAL_WIRE_FETCH_STR || what > PORTAL_WIRE_FETCH_PPID)
		return false;
	if (arg >= (what <= PORTAL_WIRE_FETCH_FD_NAME ? PORTAL_NR_ARGS : 1))
		return false;
	return fetch->max && len_is_valid(fetch, when);
}

static bool fetches_are_valid(const struct portal_wire_hook *wire)
{
	u32 i;

	for (i = 0; i < le32_to_cpu(wire->nr_fetch); i++)
		if (!fetch_is_valid(&hook_wire_fetches(wire)[i], le32_to_cpu(wire->when)))
			return false;
	return true;
}

static bool size_is_valid(const struct portal_wire_hook *wire, size_t size)
{
	u32 nr_sites = le32_to_cpu(wire->nr_sites), nr_fetch = le32_to_cpu(wire->nr_fetch);
	size_t fixed;

	if (nr_sites > PORTAL_MAX_SITES || nr_fetch > PORTAL_MAX_FETCH)
		return false;
	fixed = sizeof(*wire) + nr_sites * sizeof(struct portal_wire_site) +
		nr_fetch * sizeof(struct portal_wire_fetch);
	return size >= fixed && size - fixed == le32_to_cpu(wire->strings_size);
}

static bool filters_are_valid(const struct portal_wire_hook *wire)
{
	u32 strings_size = le32_to_cpu(wire->strings_size);
	const u8 *strings = hook_wire_strings(wire);
	unsigned int i;

	for (i = 0; i < PORTAL_NR_ARGS; i++)
		if (!hook_wire_match_is_valid(&wire->arg[i], strings, strings_size))
			return false;
	return hook_wire_match_is_valid(&wire->ret, strings, strings_size);
}

int hook_wire_check(const struct portal_wire_hook *wire, size_t size)
{
	if (size < sizeof(*wire) || size > PORTAL_REQUEST_ROOM)
		return -EINVAL;
	if (!head_is_valid(wire) || !size_is_valid(wire, size))
		return -EINVAL;
	return sites_are_valid(wire) && fetches_are_valid(wire) && filters_are_valid(wire)
		       ? 0
		       : -EINVAL;
}
