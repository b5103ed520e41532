/* SPDX-License-Identifier: MIT */
#include "hooks/hook.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "hooks/module.h"
#include "hooks/rule.h"
#include "hooks/syscall_names.h"

_Static_assert(PORTAL_MATCH_STR_CONTAINS == PORTAL_CMP_STR_CONTAINS,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_MATCH_BITS_CLEAR == PORTAL_CMP_BITS_CLEAR,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_MATCH_UNSIGNED == PORTAL_CMP_F_UNSIGNED,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_FETCH_ARGS == PORTAL_WIRE_FETCH_ARGS,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_FETCH_PTR_STR == PORTAL_WIRE_FETCH_PTR_STR,
	       "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_ON_RETURN == PORTAL_WHEN_RETURN, "numbers of the SDK and the wire agree");
_Static_assert(PORTAL_HOOK_REQUIRED == PORTAL_HOOK_F_REQUIRED,
	       "numbers of the SDK and the wire agree");

#define NR_ARGS	   ARRAY_SIZE(((struct portal_syscall_hook *)0)->arg)
#define NR_MATCHES (NR_ARGS + 1)

/* the native and the compat table */
#define SITES_SIZE (2 * sizeof(struct portal_wire_site))

/* ---- checking a description ---- */

bool hook_is_string_match(const struct portal_match *match)
{
	return match->cmp >= PORTAL_MATCH_STR_EQ;
}

int hook_check_match(const struct portal_match *match)
{
	static const uint32_t widths = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 4 | 1u << 8;

	if (match->cmp > PORTAL_CMP_MAX || match->reserved != 0 || match->reserved2 != 0)
		return -EINVAL;
	if (match->width > 8 || !(widths & 1u << match->width))
		return -EINVAL;
	if (match->flags & ~PORTAL_MATCH_UNSIGNED)
		return -EINVAL;
	return hook_is_string_match(match) && !match->str ? -EINVAL : 0;
}

static int check_fetch(const struct portal_fetch *fetch)
{
	if (fetch->what == PORTAL_FETCH_NONE || fetch->what > PORTAL_FETCH_ARGS)
		return -EINVAL;
	if (fetch->flags & ~PORTAL_FETCH_F_LEN_IS_ARG)
		return -EINVAL;
	if (fetch->arg >= NR_ARGS || fetch->len_arg >= NR_ARGS)
		return -EINVAL;
	/* a length argument without its flag is a mistake */
	if (!(fetch->flags & PORTAL_FETCH_F_LEN_IS_ARG) && fetch->len_arg != 0)
		return -EINVAL;
	return fetch->max == 0 || fetch->reserved != 0 ? -EINVAL : 0;
}

static int check_filters(const struct portal_syscall_hook *desc)
{
	for (size_t i = 0; i < NR_ARGS; i++)
		if (hook_check_match(&desc->arg[i]) < 0)
			return -EINVAL;
	if (hook_check_match(&desc->ret) < 0 || hook_is_string_match(&desc->ret))
		return -EINVAL;
	/* a filter on the result never matches at entry */
	if (desc->ret.cmp != PORTAL_MATCH_ANY && !(desc->when & PORTAL_ON_RETURN))
		return -EINVAL;
	if (desc->nr_fetch > 0 && !desc->fetch)
		return -EINVAL;
	for (size_t i = 0; i < desc->nr_fetch; i++)
		if (check_fetch(&desc->fetch[i]) < 0)
			return -EINVAL;
	return 0;
}

static const char *plain_name(const char *name)
{
	return strncmp(name, "sys_", 4) == 0 ? name + 4 : name;
}

/*
 * Trace hooks cannot write, and their records need no page; TRACE_BLOCK is valid only for trace
 * hooks.
 */
static bool flags_are_valid(uint32_t flags)
{
	if (flags & ~(PORTAL_HOOK_DEFER_WRITES | PORTAL_HOOK_OBSERVE | PORTAL_HOOK_TRACE |
		      PORTAL_HOOK_TRACE_BLOCK | PORTAL_HOOK_REGS | PORTAL_HOOK_REQUIRED |
		      PORTAL_HOOK_RESTARTS))
		return false;
	return flags & PORTAL_HOOK_TRACE
		       ? !(flags & (PORTAL_HOOK_DEFER_WRITES | PORTAL_HOOK_REQUIRED))
		       : !(flags & PORTAL_HOOK_TRACE_BLOCK);
}

static int check(const struct portal_syscall_hook *desc)
{
	if (desc->size != sizeof(*desc) || !desc->fn)
		return -EINVAL;
	if (desc->when == 0 || desc->when & ~(PORTAL_ON_ENTER | PORTAL_ON_RETURN))
		return -EINVAL;
	if (!flags_are_valid(desc->flags))
		return -EINVAL;
	if (desc->name && (*plain_name(desc->name) == '\0' || strlen(desc->name) > NAMES_MAX_LEN))
		return -EINVAL;
	if (desc->comm && strlen(desc->comm) >= PORTAL_COMM_SIZE)
		return -ENAMETOOLONG;
	return check_filters(desc);
}

/* ---- the wire form ---- */

static const struct portal_match *match_of(const struct portal_syscall_hook *desc, size_t i)
{
	return i < NR_ARGS ? &desc->arg[i] : &desc->ret;
}

/* Get the size of all strings. Return: 0; -E2BIG: hook, declarations and strings exceed a page. */
static int strings_size(const struct portal_syscall_hook *desc, size_t *ret_size)
{
	size_t room = PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_hook) - SITES_SIZE, size = 0;

	if (desc->nr_fetch > PORTAL_MAX_FETCH)
		return -E2BIG;
	room -= desc->nr_fetch * sizeof(struct portal_wire_fetch);
	for (size_t i = 0; i < NR_MATCHES; i++) {
		size_t len = hook_is_string_match(match_of(desc, i))
				     ? strlen(match_of(desc, i)->str)
				     : 0;

		if (len > room - size)
			return -E2BIG;
		size += len;
	}
	*ret_size = size;
	return 0;
}

void hook_encode_match(const struct portal_match *match, struct portal_wire_match *wire,
		       char *strings, size_t *strings_used)
{
	wire->cmp = htole32(match->cmp);
	wire->width = htole32(match->width);
	wire->flags = htole32(match->flags);
	wire->value = htole64(match->value);
	wire->limit = htole64(match->limit);
	if (!hook_is_string_match(match))
		return;
	wire->str_off = htole32((uint32_t)*strings_used);
	wire->str_len = htole32((uint32_t)strlen(match->str));
	memcpy(strings + *strings_used, match->str, strlen(match->str));
	*strings_used += strlen(match->str);
}

static uint16_t len_from(const struct portal_fetch *fetch)
{
	return fetch->flags & PORTAL_FETCH_F_LEN_IS_ARG ? PORTAL_LEN_ARG : PORTAL_LEN_MAX;
}

static void encode_fetches(const struct portal_syscall_hook *desc, uint8_t *at)
{
	for (uint32_t i = 0; i < desc->nr_fetch; i++, at += sizeof(struct portal_wire_fetch)) {
		const struct portal_fetch *fetch = &desc->fetch[i];
		const struct portal_wire_fetch wire = {
			.what = htole32(fetch->what),
			.arg = htole32(fetch->arg),
			.offset = htole64((uint64_t)fetch->offset),
			.inner_offset = htole64((uint64_t)fetch->inner_offset),
			.max = htole32(fetch->max),
			.len_from = htole16(len_from(fetch)),
			.len_arg = htole16((uint16_t)fetch->len_arg),
		};

		memcpy(at, &wire, sizeof(wire));
	}
}

static int prepare_wire(struct portal_hook *hook, const struct portal_syscall_hook *desc)
{
	const size_t fetches = desc->nr_fetch * sizeof(struct portal_wire_fetch);
	struct portal_wire_hook wire = { 0 };
	size_t size, used = 0;
	int ret = strings_size(desc, &size);

	if (ret < 0)
		return ret;
	hook->wire_len = sizeof(wire) + fetches + size;
	hook->wire = calloc(1, hook->wire_len);
	if (!hook->wire)
		return -ENOMEM;
	wire.source = htole32(PORTAL_SOURCE_SYSCALL);
	wire.when = htole32(desc->when);
	wire.scope = htole32(PORTAL_SCOPE_FIRMWARE | PORTAL_SCOPE_KERNEL);
	wire.pid = htole32(desc->pid);
	wire.strings_size = htole32((uint32_t)size);
	wire.nr_fetch = htole32(desc->nr_fetch);
	if (desc->comm)
		memcpy(wire.comm, desc->comm, strlen(desc->comm));
	for (size_t i = 0; i < NR_MATCHES; i++)
		hook_encode_match(match_of(desc, i), i < NR_ARGS ? &wire.arg[i] : &wire.ret,
				  (char *)hook->wire + sizeof(wire) + fetches, &used);
	memcpy(hook->wire, &wire, sizeof(wire));
	encode_fetches(desc, hook->wire + sizeof(wire));
	return 0;
}

int hook_create(struct portal_module *module, const struct portal_syscall_hook *desc,
		struct portal_hook **ret_hook)
{
	struct portal_hook *hook;
	int ret = check(desc);

	if (ret < 0)
		return ret;
	hook = calloc(1, sizeof(*hook));
	if (!hook)
		return -ENOMEM;
	hook->module = module;
	hook->when = desc->when;
	hook->flags = desc->flags;
	hook->fn = desc->fn;
	hook->on_error = desc->on_error;
	hook->data = desc->data;
	atomic_init(&hook->refs, 1);
	hook->nr[0] = hook->nr[1] = NAMES_NR_NONE;
	TAILQ_INIT(&hook->rules);
	atomic_init(&hook->enabled, true);
	ret = prepare_wire(hook, desc);
	if (ret == 0 && desc->name) {
		hook->name = strdup(plain_name(desc->name));
		ret = hook->name ? 0 : -ENOMEM;
	}
	if (ret < 0) {
		hook_free(hook);
		return ret;
	}
	*ret_hook = hook;
	return 0;
}

void hook_free(struct portal_hook *hook)
{
	if (!hook)
		return;
	free(hook->wire);
	free(hook->name);
	free(hook);
}

const char *hook_call_name(const struct portal_hook *hook)
{
	return hook->name ? hook->name : "every system call";
}

const char *hook_refusal(const struct portal_hook *hook, int err, char *buf)
{
	const char *call = hook->name ? hook->name : hook->refused_call;

	if (err == -EBUSY && *call)
		snprintf(buf, HOOK_REFUSAL_SIZE,
			 "something else redirects the kernel's function of %s, "
			 "for example a live patch or a kprobe with a post handler",
			 call);
	else if (!hook->name && *call)
		snprintf(buf, HOOK_REFUSAL_SIZE, "%s: %s", call, strerror(-err));
	else
		snprintf(buf, HOOK_REFUSAL_SIZE, "%s", strerror(-err));
	return buf;
}

static uint32_t wire_flags(const struct portal_hook *hook, const struct hook_target *target)
{
	uint32_t flags = hook->name ? 0 : PORTAL_HOOK_F_ALL;

	if (hook->flags & PORTAL_HOOK_OBSERVE)
		flags |= PORTAL_HOOK_F_OBSERVE;
	if (hook->flags & PORTAL_HOOK_TRACE && target->has_trace)
		flags |= PORTAL_HOOK_F_TRACE;
	if (hook->flags & PORTAL_HOOK_TRACE_BLOCK && target->has_trace)
		flags |= PORTAL_HOOK_F_TRACE_BLOCK;
	if (hook->flags & PORTAL_HOOK_REGS || hook->module->desc->api < HOOK_API_OF_ENDS)
		flags |= PORTAL_HOOK_F_REGS;
	if (hook->flags & PORTAL_HOOK_REQUIRED)
		flags |= PORTAL_HOOK_F_REQUIRED;
	if (hook->flags & PORTAL_HOOK_RESTARTS)
		flags |= PORTAL_HOOK_F_RESTARTS;
	return flags;
}

/* Return: number of sites written to @sites. */
static uint32_t encode_sites(const struct portal_hook *hook, const struct hook_target *target,
			     struct portal_wire_site sites[static 2])
{
	uint32_t nr = 0;

	for (size_t table = 0; hook->name && table < 2; table++) {
		if (hook->nr[table] == NAMES_NR_NONE)
			continue;
		sites[nr] = (struct portal_wire_site){
			.abi = htole32(target->abi[table]),
			.nr = htole32(hook->nr[table]),
		};
		nr++;
	}
	return nr;
}

size_t hook_encode(const struct portal_hook *hook, const struct hook_target *target, uint8_t *buf)
{
	struct portal_wire_site sites[2];
	const uint32_t nr_sites = encode_sites(hook, target, sites);
	const size_t sites_size = nr_sites * sizeof(sites[0]);
	struct portal_wire_hook wire;

	memcpy(&wire, hook->wire, sizeof(wire));
	wire.id = htole32(hook->id);
	wire.flags = htole32(wire_flags(hook, target));
	wire.nr_sites = htole32(nr_sites);
	memcpy(buf, &wire, sizeof(wire));
	memcpy(buf + sizeof(wire), sites, sites_size);
	memcpy(buf + sizeof(wire) + sites_size, hook->wire + sizeof(wire),
	       hook->wire_len - sizeof(wire));
	return hook->wire_len + sites_size;
}

/* ---- description for the user ---- */

static void describe_match(const struct portal_wire_match *wire, const char *strings,
			   const char *what, FILE *out)
{
	static const char *const words[] = {
		"",   "==",	     "!=",	  ">",		 ">=",	     "<",
		"<=", "in",	     "succeeds",  "is an error", "has bits", "lacks bits",
		"is", "starts with", "ends with", "contains",
	};
	uint32_t cmp = le32toh(wire->cmp);

	if (cmp == PORTAL_CMP_ANY)
		return;
	fprintf(out, ", %s %s", what, words[cmp]);
	if (cmp >= PORTAL_CMP_STR_EQ)
		fprintf(out, " \"%.*s\"", (int)le32toh(wire->str_len),
			strings + le32toh(wire->str_off));
	else if (cmp != PORTAL_CMP_SUCCESS && cmp != PORTAL_CMP_ERROR)
		fprintf(out, " %#" PRIx64, le64toh(wire->value));
	if (cmp == PORTAL_CMP_RANGE)
		fprintf(out, "..%#" PRIx64, le64toh(wire->limit));
	if (wire->width)
		fprintf(out, " (%u bytes)", le32toh(wire->width));
}

static void describe_rules(const struct portal_hook *hook, FILE *out)
{
	const struct installed_rule *rule;
	size_t nr = 0;

	TAILQ_FOREACH(rule, &hook->rules, link)
	nr++;
	if (nr > 0)
		fprintf(out, ", %zu rule%s", nr, nr == 1 ? "" : "s");
}

void hook_describe(const struct portal_hook *hook, FILE *out)
{
	static const char *const stages[] = { "", "enter", "return", "enter and return" };
	struct portal_wire_hook wire;
	char what[] = "arg0";
	const char *strings;

	memcpy(&wire, hook->wire, sizeof(wire));
	strings = (const char *)hook->wire + sizeof(wire) +
		  le32toh(wire.nr_fetch) * sizeof(struct portal_wire_fetch);
	fprintf(out, "%s: on %s", hook_call_name(hook), stages[hook->when]);
	if (wire.comm[0])
		fprintf(out, ", comm \"%s\"", (const char *)wire.comm);
	if (wire.pid)
		fprintf(out, ", pid %u", le32toh(wire.pid));
	for (size_t i = 0; i < NR_ARGS; i++) {
		what[3] = (char)('0' + i);
		describe_match(&wire.arg[i], strings, what, out);
	}
	describe_match(&wire.ret, strings, "result", out);
	if (hook->flags & PORTAL_HOOK_DEFER_WRITES)
		fprintf(out, ", writes deferred");
	if (hook->flags & PORTAL_HOOK_OBSERVE)
		fprintf(out, ", observes");
	if (hook->flags & PORTAL_HOOK_REGS)
		fprintf(out, ", with registers");
	if (hook->flags & PORTAL_HOOK_REQUIRED)
		fprintf(out, ", required");
	if (hook->flags & PORTAL_HOOK_RESTARTS)
		fprintf(out, ", with restarts");
	if (hook->flags & PORTAL_HOOK_TRACE)
		fprintf(out, ", traces");
	if (hook->flags & PORTAL_HOOK_TRACE_BLOCK)
		fprintf(out, " and waits for space");
	describe_rules(hook, out);
	fputc('\n', out);
}
