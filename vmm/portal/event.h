/* SPDX-License-Identifier: MIT */
/*
 * The messages that open a session, parsed from their wire structs: hello, system call event, error
 * event. Pure parsing of untrusted bytes; knows no page, no session and no hook. Source:
 * docs/protocol.md sections 3 and 5.
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

/* a contiguous range of pool pages */
struct hello_range {
	gpa_t gpa;
	uint32_t nr_pages;
};

/**
 * struct hello - what the guest module reports about itself and its kernel
 * @version: wire version of the guest module
 * @features: PORTAL_FEATURE_*
 * @abi: PORTAL_ABI_* of the kernel's native system calls
 * @compat_abi: PORTAL_ABI_* of 32-bit system calls on a 64-bit kernel, or PORTAL_ABI_NONE
 * @release: the kernel's uname -r
 * @module_version: version of the guest module
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
 * struct syscall_event - a system call at one of its stages
 * @is_return: the stage: false: entry, true: return
 * @is_compat: made with the compat ABI of the hello
 * @items: the memory that hooks declared
 *
 * The other fields are those of struct portal_wire_syscall.
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
 * @call: the system call; the wire format does not contain the stage, is_return is false
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
 * event_parse_hello() - parse and check a hello
 * @data: payload, already copied out of the page
 * @size: bytes of @data
 * @ret_hello: set on success; with another version only @version is set
 *
 * Does not check that the ranges are RAM.
 *
 * Return: 0; -EPROTO: wrong size, ranges misaligned, empty, overlapping or too many, strings
 * without a NUL, reserved fields not zero; -EPROTONOSUPPORT: another wire version.
 */
must_check int event_parse_hello(const void *data, size_t size, struct hello *ret_hello);

/**
 * event_parse_call() - parse and check a system call event
 * @data: payload, already copied out of the page; @ret_call's items point into it
 * @size: bytes of @data
 * @hello: its ABIs are those that the event may have
 * @ret_call: set on success, is_return false
 *
 * Return: 0; -EPROTO.
 */
must_check int event_parse_call(void *data, size_t size, const struct hello *hello,
				struct syscall_event *ret_call);

/**
 * event_parse_error() - parse and check an error event
 *
 * Parameters and return value are those of event_parse_call().
 */
must_check int event_parse_error(const void *data, size_t size, const struct hello *hello,
				 struct syscall_error *ret_error);

#endif
