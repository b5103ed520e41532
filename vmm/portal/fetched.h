/* SPDX-License-Identifier: MIT */
/*
 * The items of an event: memory and names that hooks declared and that the guest module sent with
 * the event, so that no operation is needed to read them. Pure parsing and look-up; knows no
 * session. Source: docs/protocol.md section 5, "Items".
 */
#ifndef PORTAL_FETCHED_H
#define PORTAL_FETCHED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/**
 * struct fetched - a checked list of struct portal_wire_item with their bytes
 * @data: copied out of the page; fetched_write() keeps it up to date
 * @nr: number of items
 * @abi: PORTAL_ABI_* of the task; PORTAL_ABI_NONE: its pointers have no tags
 */
struct fetched {
	uint8_t *data;
	uint32_t nr;
	uint32_t abi;
};

/**
 * fetched_parse() - parse and check a list of items
 * @data: already copied out of the page; borrowed by @ret_items
 * @size: bytes of @data; the items must fill it exactly
 * @nr: number of items that the event announced
 * @ret_items: set on success, for a task whose pointers have no tags
 *
 * Return: 0; -EPROTO: a length, kind, status or padding is invalid, or @nr is not the number of
 * items.
 */
must_check int fetched_parse(uint8_t *data, size_t size, uint32_t nr, struct fetched *ret_items);

/**
 * fetched_read() - read user memory from the items
 *
 * Return: bytes copied, fewer than @len when the guest's read faulted there; -EFAULT: it faulted at
 * the first byte; -ENOENT: not in the items.
 */
ssize_t fetched_read(const struct fetched *items, uint64_t gva, void *buf, size_t len);

/**
 * fetched_read_str() - read a string from the items
 * @items: the items
 * @gva: address of the string
 * @buf: receives the string and its NUL
 * @len: bytes of @buf, at least 1
 *
 * Return: its length; @len: truncated, @buf holds @len - 1 bytes and a NUL; -ENOENT: not in the
 * items, or the guest's read faulted, in which case a read of @len bytes may still succeed.
 */
ssize_t fetched_read_str(const struct fetched *items, uint64_t gva, char *buf, size_t len);

/**
 * fetched_str_error() - get the error of the guest's read of the string at @gva
 *
 * Return: negative errno; 0: no item reports an error.
 */
int fetched_str_error(const struct fetched *items, uint64_t gva);

/**
 * fetched_fd_name() - read the name of a descriptor from the items
 *
 * Return: as fetched_read_str(), or the guest's negative errno.
 */
ssize_t fetched_fd_name(const struct fetched *items, int fd, char *buf, size_t len);

/**
 * fetched_args() - read the process's arguments, separated by NULs, from the items
 *
 * Return: as fetched_fd_name().
 */
ssize_t fetched_args(const struct fetched *items, char *buf, size_t len);

/** fetched_write() - update the items after a write to user memory, whatever tag @gva has. */
void fetched_write(struct fetched *items, uint64_t gva, const void *buf, size_t len);

#endif
