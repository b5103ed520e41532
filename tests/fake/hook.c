/* SPDX-License-Identifier: MIT */
#include "fake/hook.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "fake/guest.h"
#include "fake/rule.h"

/* ---- checks, written from the comments of wire.h ---- */

static bool is_width(uint32_t width)
{
	return width == 0 || width == 1 || width == 2 || width == 4 || width == 8;
}

static bool is_match_valid(const struct portal_wire_match *match, uint32_t strings_size)
{
	uint64_t end = (uint64_t)le32toh(match->str_off) + le32toh(match->str_len);

	if (le32toh(match->cmp) > PORTAL_CMP_MAX || !is_width(le32toh(match->width)))
		return false;
	if (le32toh(match->flags) & ~PORTAL_CMP_F_UNSIGNED || match->reserved != 0)
		return false;
	return le32toh(match->cmp) < PORTAL_CMP_STR_EQ || end <= strings_size;
}

static bool is_fetch_valid(const struct portal_wire_fetch *fetch, uint32_t when)
{
	uint32_t what = le32toh(fetch->what);
	bool has_len = what == PORTAL_WIRE_FETCH_MEM || what == PORTAL_WIRE_FETCH_PTR_MEM;

	if (what < PORTAL_WIRE_FETCH_STR || what > PORTAL_WIRE_FETCH_PPID || fetch->max == 0)
		return false;
	if (le32toh(fetch->arg) >= (what < PORTAL_WIRE_FETCH_ARGS ? PORTAL_NR_ARGS : 1))
		return false;
	switch (le16toh(fetch->len_from)) {
	case PORTAL_LEN_MAX:
		return fetch->len_arg == 0;
	case PORTAL_LEN_ARG:
		return has_len && le16toh(fetch->len_arg) < PORTAL_NR_ARGS;
	case PORTAL_LEN_RESULT:
		return has_len && fetch->len_arg == 0 && when == PORTAL_WHEN_RETURN;
	default:
		return false;
	}
}

static bool is_head_valid(const struct fake_guest *guest, const struct portal_wire_hook *wire)
{
	uint32_t when = le32toh(wire->when), flags = le32toh(wire->flags);
	uint32_t scope = le32toh(wire->scope), nr_sites = le32toh(wire->nr_sites);

	if (wire->id == 0 || wire->reserved != 0)
		return false;
	if (le32toh(wire->source) >= 64 || !(guest->sources >> le32toh(wire->source) & 1))
		return false;
	if (when == 0 || when & ~(PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN))
		return false;
	if (flags & ~PORTAL_HOOK_FLAGS || scope == 0 || scope & ~PORTAL_SCOPES)
		return false;
	if (flags & PORTAL_HOOK_F_TRACE_BLOCK && !(flags & PORTAL_HOOK_F_TRACE))
		return false;
	if (flags & PORTAL_HOOK_F_TRACE && !guest->trace_size)
		return false;
	if (flags & PORTAL_HOOK_F_ALL ? nr_sites != 0 : nr_sites == 0)
		return false;
	return nr_sites <= PORTAL_MAX_SITES && le32toh(wire->nr_fetch) <= PORTAL_MAX_FETCH;
}

/* Sites of other sources have eight bytes, too, which mean nothing to this guest. */
static bool is_of_calls(const struct fake_hook *hook)
{
	return le32toh(hook->wire.source) == PORTAL_SOURCE_SYSCALL;
}

static bool sees_abi(const struct fake_guest *guest, uint32_t abi)
{
	if (abi == PORTAL_ABI_NONE)
		return false;
	if (abi == guest->foreign_abi)
		return true;
	return guest->is_arm ? abi == PORTAL_ABI_ARM
			     : abi == PORTAL_ABI_X86_64 || abi == PORTAL_ABI_I386;
}

/* Splits the payload into the parts of @hook. Return: it is well-formed. */
static bool read_hook(const struct fake_guest *guest, const uint8_t *payload, size_t size,
		      struct fake_hook *hook)
{
	size_t at = sizeof(hook->wire), sites, fetches;
	uint32_t strings;

	memcpy(&hook->wire, payload, sizeof(hook->wire));
	if (!is_head_valid(guest, &hook->wire))
		return false;
	sites = le32toh(hook->wire.nr_sites) * sizeof(hook->sites[0]);
	fetches = le32toh(hook->wire.nr_fetch) * sizeof(hook->fetch[0]);
	strings = le32toh(hook->wire.strings_size);
	if (at + sites + fetches + strings != size)
		return false;
	memcpy(hook->sites, payload + at, sites);
	memcpy(hook->fetch, payload + at + sites, fetches);
	for (size_t i = 0; i < le32toh(hook->wire.nr_sites); i++)
		if (is_of_calls(hook) && !sees_abi(guest, le32toh(hook->sites[i].abi)))
			return false;
	for (size_t i = 0; i < le32toh(hook->wire.nr_fetch); i++)
		if (!is_fetch_valid(&hook->fetch[i], le32toh(hook->wire.when)))
			return false;
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		if (!is_match_valid(&hook->wire.arg[i], strings))
			return false;
	return is_match_valid(&hook->wire.ret, strings);
}

/* ---- the list ---- */

static bool is_on(const struct fake_hook *hook, uint32_t abi, uint32_t nr)
{
	if (le32toh(hook->wire.flags) & PORTAL_HOOK_F_ALL)
		return true;
	for (size_t i = 0; i < le32toh(hook->wire.nr_sites); i++)
		if (le32toh(hook->sites[i].abi) == abi && le32toh(hook->sites[i].nr) == nr)
			return true;
	return false;
}

static bool is_full(const struct fake_guest *guest, uint32_t source,
		    const struct portal_wire_site *site)
{
	size_t nr = 0;

	for (size_t i = 0; i < guest->nr_hooks; i++)
		nr += guest->hooks[i].wire.source == source &&
		      is_on(&guest->hooks[i], le32toh(site->abi), le32toh(site->nr));
	return nr >= PORTAL_MAX_HOOKS;
}

/* A hook on all sites fits if it fits each site that another hook is on, and any other site. */
static bool has_full_site(const struct fake_guest *guest, const struct fake_hook *hook)
{
	const struct portal_wire_site other = { 0 };

	for (size_t i = 0; i < le32toh(hook->wire.nr_sites); i++)
		if (is_full(guest, hook->wire.source, &hook->sites[i]))
			return true;
	if (!(le32toh(hook->wire.flags) & PORTAL_HOOK_F_ALL))
		return false;
	for (size_t i = 0; i < guest->nr_hooks; i++)
		for (size_t n = 0; n < le32toh(guest->hooks[i].wire.nr_sites); n++)
			if (is_full(guest, hook->wire.source, &guest->hooks[i].sites[n]))
				return true;
	return is_full(guest, hook->wire.source, &other);
}

/* Foreign programs call an emulator, which has all their system calls. */
static bool has_function(const struct fake_guest *guest, const struct fake_hook *hook)
{
	if (hook->wire.nr_sites == 0 || !is_of_calls(hook))
		return true;
	for (size_t i = 0; i < le32toh(hook->wire.nr_sites); i++) {
		uint32_t abi = le32toh(hook->sites[i].abi);

		if (abi == guest->foreign_abi ||
		    *fake_name(abi != PORTAL_ABI_X86_64, le32toh(hook->sites[i].nr)))
			return true;
	}
	return false;
}

struct fake_hook *fake_hook_find(struct fake_guest *guest, uint64_t id)
{
	for (size_t i = 0; i < guest->nr_hooks; i++)
		if (le32toh(guest->hooks[i].wire.id) == id)
			return &guest->hooks[i];
	return NULL;
}

static int64_t add(struct fake_guest *guest, struct fake_hook *hook, uint64_t *ret_cursor)
{
	if (fake_hook_find(guest, le32toh(hook->wire.id)))
		return -EEXIST;
	if (has_full_site(guest, hook))
		return -ENOSPC;
	if (!has_function(guest, hook))
		return -ENOSYS;
	if (guest->nr_hooks == FAKE_MAX_HOOKS)
		return -ENOMEM;
	hook->serial = ++guest->serial;
	hook->on = true;
	guest->hooks[guest->nr_hooks++] = *hook;
	*ret_cursor = hook->serial;
	return 0;
}

int64_t fake_hook_add(struct fake_guest *guest, const uint8_t *payload, size_t size,
		      uint64_t *ret_cursor)
{
	struct fake_hook hook = { 0 };
	int64_t ret;

	if (guest->refuse_add) {
		*ret_cursor = guest->refuse_call;
		return guest->refuse_add;
	}
	if (!read_hook(guest, payload, size, &hook))
		return -EINVAL;
	pthread_mutex_lock(&guest->lock);
	ret = add(guest, &hook, ret_cursor);
	pthread_mutex_unlock(&guest->lock);
	return ret;
}

int64_t fake_hook_del(struct fake_guest *guest, uint64_t id)
{
	struct fake_hook *hook;

	pthread_mutex_lock(&guest->lock);
	hook = fake_hook_find(guest, id);
	if (hook) {
		fake_rule_del_hook(guest, (uint32_t)id);
		guest->nr_hooks--;
		memmove(hook, hook + 1,
			(size_t)(&guest->hooks[guest->nr_hooks] - hook) * sizeof(*hook));
	}
	pthread_mutex_unlock(&guest->lock);
	return hook ? 0 : -ENOENT;
}

int64_t fake_hook_enable(struct fake_guest *guest, uint64_t id, uint64_t on)
{
	struct fake_hook *hook;

	if (on > 1)
		return -EINVAL;
	pthread_mutex_lock(&guest->lock);
	hook = fake_hook_find(guest, id);
	if (hook)
		hook->on = on;
	pthread_mutex_unlock(&guest->lock);
	return hook ? 0 : -ENOENT;
}

/* ---- matching ---- */

static bool observes_both(const struct portal_wire_hook *wire)
{
	return le32toh(wire->flags) & PORTAL_HOOK_F_OBSERVE &&
	       le32toh(wire->when) == (PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN);
}

static bool matches(const struct fake_hook *hook, const struct fake_task *task,
		    const struct fake_stage *stage, bool is_trace)
{
	uint32_t flags = le32toh(hook->wire.flags);

	if (!hook->on || !is_of_calls(hook) || !(le32toh(hook->wire.when) & stage->when))
		return false;
	if (!(flags & PORTAL_HOOK_F_TRACE) == is_trace ||
	    !(le32toh(hook->wire.scope) & task->scope))
		return false;
	/* the return event reports the entry, too */
	if (stage->when == PORTAL_WHEN_ENTER && stage->end == PORTAL_CALL_END_RETURNS &&
	    observes_both(&hook->wire))
		return false;
	if (stage->end == PORTAL_CALL_END_RESTARTS && !(flags & PORTAL_HOOK_F_RESTARTS))
		return false;
	return is_on(hook, stage->abi, stage->nr);
}

void fake_match(struct fake_guest *guest, const struct fake_task *task,
		const struct fake_stage *stage, bool is_trace, struct fake_matches *ret_matches)
{
	ret_matches->nr = 0;
	ret_matches->newest = 0;
	pthread_mutex_lock(&guest->lock);
	/* hooks are in the order in which they were installed */
	if (guest->nr_hooks > 0)
		ret_matches->newest = guest->hooks[guest->nr_hooks - 1].serial;
	for (size_t i = guest->nr_hooks; i > 0 && ret_matches->nr < PORTAL_MAX_HOOKS; i--)
		if (matches(&guest->hooks[i - 1], task, stage, is_trace))
			ret_matches->hooks[ret_matches->nr++] = guest->hooks[i - 1];
	pthread_mutex_unlock(&guest->lock);
}

bool fake_matches_flag(const struct fake_matches *matches, uint32_t flag)
{
	for (size_t i = 0; i < matches->nr; i++)
		if (le32toh(matches->hooks[i].wire.flags) & flag)
			return true;
	return false;
}
