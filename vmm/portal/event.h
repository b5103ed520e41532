/* SPDX-License-Identifier: MIT */
/*
 * What opens a session, taken out of the wire's structs: hello, a system call, an error. Pure
 * parsing of hostile bytes; knows no page, no session and no hook. Source: docs/protocol.md
 * sections 3 and 5.
 */
#ifndef PORTAL_EVENT_H
#define PORTAL_EVENT_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "portal/fetched.h"

/* a run of pool pages */
struct hello_range {
	gpa_t gpa;
	uint32_t nr_pages;
};

/**
 * struct hello - the guest module's introduction
 * @version: the wire's version there
 * @features: PORTAL_FEATURE_*
 * @abi: PORTAL_ABI_* of the kernel's own calls
 * @compat_abi: PORTAL_ABI_* of 32-bit calls on a 64-bit kernel; PORTAL_ABI_NONE
 * @release: the kernel's uname -r
 * @module_version: the module's version
 * @ranges: the pool
 * @nr_ranges: 1 .. PORTAL_MAX_RANGES
 * @nr_pages: pages in all ranges, 1 .. PORTAL_MAX_PAGES
 */
struct hello {
	uint32_t version;
	uint64_t features;
	uint32_t abi, compat_abi;
	char release[65];
	char module_version[31];
	struct hello_range ranges[PORTAL_MAX_RANGES];
	size_t nr_ranges;
	size_t nr_pages;
};

/**
 * struct syscall_event - a system call at one of its two stages; fields as in struct
 * portal_wire_syscall
 * @is_return: after the call
 * @is_compat: made by hello's compat ABI
 * @items: what hooks had declared, brought along
 */
struct syscall_event {
	bool is_return, is_compat;
	uint32_t abi, nr, flags;
	uint64_t hooks;
	uint64_t args[PORTAL_NR_ARGS];
	int64_t ret;
	uint32_t pid, tid;
	char comm[PORTAL_COMM_SIZE];
	uint64_t pc, pgd;
	uint32_t paging;
	uint64_t regs[PORTAL_NR_REGS];
	struct fetched items;
};

/**
 * struct syscall_error - an effect of a verdict failed
 * @call: the call it was for; the wire does not say which stage, is_return is false
 * @hook: id of the hook that staged the write
 * @err: negative errno
 * @addr: user address of the write
 */
struct syscall_error {
	struct syscall_event call;
	uint32_t hook;
	int err;
	uint64_t addr;
};

/**
 * event_parse_hello() - check a hello
 * @data: payload, copied out of the page already
 * @size: its length
 * @ret_hello: set on success; with another version only @version is set
 *
 * Whether the ranges are RAM is for the caller to find out.
 *
 * Return: 0; -EPROTO: wrong size, ranges misaligned, empty, overlapping or too many, texts without
 * a NUL, reserved fields set; -EPROTONOSUPPORT: another version.
 */
must_check int event_parse_hello(const void *data, size_t size, struct hello *ret_hello);

/**
 * event_parse_call() - check a system call event
 * @data: payload, copied out of the page already; @ret_call's items point into it
 * @size: its length
 * @hello: whose ABIs the call may have
 * @ret_call: set on success, is_return false
 *
 * Return: 0; -EPROTO.
 */
must_check int event_parse_call(void *data, size_t size, const struct hello *hello,
				struct syscall_event *ret_call);

/**
 * event_parse_error() - check an error event. Parameters and return value as event_parse_call().
 */
must_check int event_parse_error(const void *data, size_t size, const struct hello *hello,
				 struct syscall_error *ret_error);

#endif
