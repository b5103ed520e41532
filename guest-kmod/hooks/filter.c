// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/string.h>

#include "hooks/filter.h"

#define PAGE_BYTES 4096
#define MAX_ERROR  4095

/* ---- numbers ---- */

/* The low @width bytes (1, 2, 4, 8) of @value, extended to 64 bits. */
static u64 cut(u64 value, u32 width, bool is_unsigned)
{
	u32 shift = 64 - 8 * width;

	if (is_unsigned)
		return value << shift >> shift;
	return (u64)((s64)(value << shift) >> shift);
}

static int order(u64 a, u64 b, bool is_unsigned)
{
	if (a == b)
		return 0;
	if (is_unsigned)
		return a < b ? -1 : 1;
	return (s64)a < (s64)b ? -1 : 1;
}

static bool is_error(u64 value, u32 long_bytes)
{
	s64 number = (s64)cut(value, long_bytes, false);

	return number < 0 && number >= -MAX_ERROR;
}

static bool compare_number(const struct filter_match *match, u64 value, u32 long_bytes)
{
	u32 width = match->width ? match->width : long_bytes;
	bool is_unsigned = match->is_unsigned;
	u64 x = cut(value, width, is_unsigned);
	u64 operand = cut(match->value, width, is_unsigned);
	u64 limit = cut(match->limit, width, is_unsigned);

	switch (match->cmp) {
	case PORTAL_CMP_EQ:
		return x == operand;
	case PORTAL_CMP_NE:
		return x != operand;
	case PORTAL_CMP_GT:
		return order(x, operand, is_unsigned) > 0;
	case PORTAL_CMP_GE:
		return order(x, operand, is_unsigned) >= 0;
	case PORTAL_CMP_LT:
		return order(x, operand, is_unsigned) < 0;
	case PORTAL_CMP_LE:
		return order(x, operand, is_unsigned) <= 0;
	case PORTAL_CMP_RANGE:
		return order(x, operand, is_unsigned) >= 0 && order(x, limit, is_unsigned) <= 0;
	case PORTAL_CMP_SUCCESS:
		return !is_error(value, long_bytes);
	case PORTAL_CMP_ERROR:
		return is_error(value, long_bytes);
	case PORTAL_CMP_BITS_SET:
		return (x & operand) == operand;
	case PORTAL_CMP_BITS_CLEAR:
		return (x & operand) == 0;
	default:
		return true;
	}
}

/* ---- strings ---- */

/* the scan of a string in user memory, byte by byte */
struct scan {
	const struct filter_match *match;
	u32 matched; /* length of the prefix of match->str that the last bytes equal */
};

enum scan_result {
	SCAN_MORE,
	SCAN_MATCH,
	SCAN_NO_MATCH,
};

/* Knuth, Morris and Pratt: a mismatch continues with the failure function, without rereading. */
static u32 next_matched(const u8 *str, u32 len, const u16 *kmp_fail, u32 matched, u8 byte)
{
	while (matched > 0 && (matched == len || str[matched] != byte))
		matched = kmp_fail[matched - 1];
	if (matched < len && str[matched] == byte)
		matched++;
	return matched;
}

static enum scan_result scan_anchored(struct scan *scan, u8 byte)
{
	const struct filter_match *match = scan->match;
	bool is_prefix = match->cmp == PORTAL_CMP_STR_PREFIX;

	if (scan->matched == match->str_len)
		return is_prefix || byte == '\0' ? SCAN_MATCH : SCAN_NO_MATCH;
	if (byte != match->str[scan->matched])
		return SCAN_NO_MATCH;
	scan->matched++;
	return is_prefix && scan->matched == match->str_len ? SCAN_MATCH : SCAN_MORE;
}

static enum scan_result scan_floating(struct scan *scan, u8 byte)
{
	const struct filter_match *match = scan->match;
	bool is_suffix = match->cmp == PORTAL_CMP_STR_SUFFIX;

	if (byte == '\0')
		return scan->matched == match->str_len ? SCAN_MATCH : SCAN_NO_MATCH;
	scan->matched =
		next_matched(match->str, match->str_len, match->kmp_fail, scan->matched, byte);
	return !is_suffix && scan->matched == match->str_len ? SCAN_MATCH : SCAN_MORE;
}

static bool is_floating(u32 cmp)
{
	return cmp == PORTAL_CMP_STR_SUFFIX || cmp == PORTAL_CMP_STR_CONTAINS;
}

static enum scan_result scan_bytes(struct scan *scan, const u8 *bytes, size_t len)
{
	bool floating = is_floating(scan->match->cmp);
	enum scan_result result = SCAN_MORE;
	size_t i;

	for (i = 0; i < len && result == SCAN_MORE; i++)
		result = floating ? scan_floating(scan, bytes[i]) : scan_anchored(scan, bytes[i]);
	return result;
}

/* Reads stop at page boundaries, so that a fault in the next page does not hide a string. */
static bool compare_string(const struct filter_match *match, u64 addr,
			   const struct filter_call *call)
{
	struct scan scan = { .match = match };
	enum scan_result result;
	u8 chunk[FILTER_CHUNK];
	size_t len, got;

	addr += call->base;
	for (;;) {
		len = min_t(size_t, sizeof(chunk), PAGE_BYTES - addr % PAGE_BYTES);
		got = call->read(addr, chunk, len);
		result = scan_bytes(&scan, chunk, got);
		if (result != SCAN_MORE)
			return result == SCAN_MATCH;
		if (got < len)
			return false;
		addr += got;
	}
}

/* ---- conditions ---- */

bool filter_is_string(u32 cmp)
{
	return cmp >= PORTAL_CMP_STR_EQ && cmp <= PORTAL_CMP_STR_CONTAINS;
}

bool filter_match_value(const struct filter_match *match, u64 value, const struct filter_call *call)
{
	if (filter_is_string(match->cmp))
		return compare_string(match, cut(value, call->long_bytes, true), call);
	return compare_number(match, value, call->long_bytes);
}

bool filter_entry(const struct filter *filter, const struct filter_call *call)
{
	unsigned int i;

	if (!(filter->scope & call->scope))
		return false;
	if (filter->pid && filter->pid != call->pid)
		return false;
	if (filter->comm[0] && memcmp(filter->comm, call->comm, sizeof(filter->comm)))
		return false;
	for (i = 0; filter->conditions >> i; i++)
		if (filter->conditions & 1u << i &&
		    !filter_match_value(&filter->arg[i], call->args[i], call))
			return false;
	return true;
}

bool filter_return(const struct filter *filter, const struct filter_call *call, s64 ret)
{
	return filter_match_value(&filter->ret, (u64)ret, call);
}

/* ---- creating ---- */

size_t filter_match_nr_kmp_fail(const struct portal_wire_match *wire)
{
	return is_floating(le32_to_cpu(wire->cmp)) ? le32_to_cpu(wire->str_len) : 0;
}

size_t filter_nr_kmp_fail(const struct portal_wire_hook *wire)
{
	size_t nr_kmp_fail = filter_match_nr_kmp_fail(&wire->ret);
	unsigned int i;

	for (i = 0; i < PORTAL_NR_ARGS; i++)
		nr_kmp_fail += filter_match_nr_kmp_fail(&wire->arg[i]);
	return nr_kmp_fail;
}

static void build_kmp_fail(const u8 *str, u32 len, u16 *kmp_fail)
{
	u32 i, matched = 0;

	for (i = 0; i < len; i++) {
		if (i > 0)
			matched = next_matched(str, len, kmp_fail, matched, str[i]);
		kmp_fail[i] = matched;
	}
}

u16 *filter_match_init(struct filter_match *match, const struct portal_wire_match *wire,
		       const u8 *strings, u16 *kmp_fail)
{
	match->cmp = le32_to_cpu(wire->cmp);
	match->width = le32_to_cpu(wire->width);
	match->is_unsigned = le32_to_cpu(wire->flags) & PORTAL_CMP_F_UNSIGNED;
	match->value = le64_to_cpu(wire->value);
	match->limit = le64_to_cpu(wire->limit);
	if (!filter_is_string(match->cmp))
		return kmp_fail;

	match->str = strings + le32_to_cpu(wire->str_off);
	match->str_len = le32_to_cpu(wire->str_len);
	if (!is_floating(match->cmp))
		return kmp_fail;
	build_kmp_fail(match->str, match->str_len, kmp_fail);
	match->kmp_fail = kmp_fail;
	return kmp_fail + match->str_len;
}

void filter_init(struct filter *filter, const struct portal_wire_hook *wire, const u8 *strings,
		 u16 *kmp_fail)
{
	unsigned int i;

	memset(filter, 0, sizeof(*filter));
	filter->scope = le32_to_cpu(wire->scope);
	filter->pid = le32_to_cpu(wire->pid);
	memcpy(filter->comm, wire->comm, sizeof(filter->comm));
	for (i = 0; i < PORTAL_NR_ARGS; i++) {
		kmp_fail = filter_match_init(&filter->arg[i], &wire->arg[i], strings, kmp_fail);
		if (filter->arg[i].cmp != PORTAL_CMP_ANY)
			filter->conditions |= 1u << i;
	}
	filter_match_init(&filter->ret, &wire->ret, strings, kmp_fail);
}
