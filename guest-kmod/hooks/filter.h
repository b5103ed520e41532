/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Filters: decide whether a call matches a hook. Numbers are compared at the filter's width,
 * strings of any length as a stream. It does not know hooks, tasks or events. Pure: also compiled
 * and tested in user space, where the test supplies the reader.
 */
#ifndef GUEST_FILTER_H
#define GUEST_FILTER_H

#include <linux/types.h>

#include <portal/wire.h>

/* maximum number of bytes of a string in one read */
#define FILTER_CHUNK 128

/**
 * typedef filter_read_fn - read user memory
 * @addr: user address; a read does not cross a boundary of 4096 bytes
 * @buf: receives the bytes
 * @len: bytes, 1 .. FILTER_CHUNK
 *
 * Context: may sleep.
 * Return: bytes read; fewer than @len on a fault.
 */
typedef size_t filter_read_fn(u64 addr, void *buf, size_t len);

/**
 * struct filter_call - a system call as filters see it
 * @args: the arguments, zero-extended for 32-bit tasks; 0 from @nr_args on
 * @nr_args: number of arguments
 * @long_bytes: bytes of the program's long and of its pointers, 4 or 8
 * @big_endian: byte order of numbers in the program's memory
 * @base: added to an address of the program gives the address in the task
 * @scope: class of the task, one of PORTAL_SCOPE_*
 * @pid: thread group id
 * @comm: the task's name, NUL padded
 * @read: reads the task's memory
 */
struct filter_call {
	u64 args[PORTAL_NR_ARGS];
	u32 nr_args;
	u32 long_bytes;
	bool big_endian;
	u64 base;
	u32 scope;
	u32 pid;
	u8 comm[PORTAL_COMM_SIZE];
	filter_read_fn *read;
};

/**
 * struct filter_match - a comparison
 * @cmp: PORTAL_CMP_*
 * @width: bytes to compare, 0 = the task's long
 * @is_unsigned: compare as unsigned numbers
 * @value: operand, low bound or mask
 * @limit: high bound
 * @str: the string to find
 * @kmp_fail: SUFFIX, CONTAINS: for each prefix of @str the length of its longest proper prefix that
 *	is also its suffix
 * @str_len: bytes of @str
 */
struct filter_match {
	u32 cmp;
	u32 width;
	bool is_unsigned;
	u64 value;
	u64 limit;
	const u8 *str;
	const u16 *kmp_fail;
	u32 str_len;
};

/**
 * struct filter - all conditions of one hook
 * @scope: classes of tasks, PORTAL_SCOPE_*
 * @pid: thread group id, 0 = any
 * @comm: name, NUL padded; all NUL = any
 * @conditions: bit n: @arg[n] is a condition
 * @arg: conditions on the arguments
 * @ret: condition on the result
 */
struct filter {
	u32 scope;
	u32 pid;
	u8 comm[PORTAL_COMM_SIZE];
	u32 conditions;
	struct filter_match arg[PORTAL_NR_ARGS];
	struct filter_match ret;
};

/**
 * filter_nr_kmp_fail() - count the entries of KMP failure functions that filter_init() needs
 * @wire: checked by hook_wire_check()
 *
 * Return: number of u16.
 */
size_t filter_nr_kmp_fail(const struct portal_wire_hook *wire);

/**
 * filter_init() - make a filter from its wire format
 * @filter: written
 * @wire: checked by hook_wire_check()
 * @strings: the hook's strings; must live as long as the filter
 * @kmp_fail: filter_nr_kmp_fail() entries; written, must live as long as the filter
 */
void filter_init(struct filter *filter, const struct portal_wire_hook *wire, const u8 *strings,
		 u16 *kmp_fail);

/**
 * filter_entry() - match scope, pid, comm and arguments
 * @filter: the filter
 * @call: the call, with its original arguments
 *
 * Context: may sleep if a string is compared.
 */
bool filter_entry(const struct filter *filter, const struct filter_call *call);

/**
 * filter_return() - match the result
 * @filter: the filter
 * @call: the call
 * @ret: its own result
 *
 * Context: may sleep if a string is compared.
 */
bool filter_return(const struct filter *filter, const struct filter_call *call, s64 ret);

/**
 * filter_match_value() - compare one value
 * @match: the comparison
 * @value: argument or result
 * @call: the call; of the program and the reader, not the arguments
 *
 * Context: may sleep if a string is compared.
 */
bool filter_match_value(const struct filter_match *match, u64 value,
			const struct filter_call *call);

/**
 * filter_is_string() - check whether a comparison is of strings
 * @cmp: PORTAL_CMP_*
 */
bool filter_is_string(u32 cmp);

/**
 * filter_match_nr_kmp_fail() - count the entries that filter_match_init() needs
 * @wire: checked by hook_wire_match_is_valid()
 *
 * Return: number of u16.
 */
size_t filter_match_nr_kmp_fail(const struct portal_wire_match *wire);

/**
 * filter_match_init() - make a comparison from its wire format
 * @match: zeroed; written
 * @wire: checked by hook_wire_match_is_valid()
 * @strings: area that contains its string; must live as long as the comparison
 * @kmp_fail: filter_match_nr_kmp_fail() entries; written, must live as long as the comparison
 *
 * Return: the first entry after those it used.
 */
u16 *filter_match_init(struct filter_match *match, const struct portal_wire_match *wire,
		       const u8 *strings, u16 *kmp_fail);

#endif /* GUEST_FILTER_H */
