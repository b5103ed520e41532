/* SPDX-License-Identifier: MIT */
/*
 * What a guest brought along with an event because hooks had declared it: bytes that can be handed
 * out without asking the guest. Pure parsing and look-up; knows no session. Source:
 * docs/protocol.md section 5, "Items".
 */
#ifndef PORTAL_ITEMS_H
#define PORTAL_ITEMS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

/**
 * struct fetched - a checked list of struct portal_wire_item with their bytes
 * @data: copied out of the page; kept true by fetched_write()
 * @nr: items
 */
struct fetched {
	uint8_t *data;
	uint32_t nr;
};

/**
 * fetched_parse() - check a list
 * @data: copied out of the page already; borrowed by @ret_items
 * @size: its bytes, all of which must belong to items
 * @nr: items announced
 * @ret_items: set on success
 *
 * Return: 0; -EPROTO: lengths, kinds, statuses or padding are wrong, or @nr is not the number of
 * items.
 */
must_check int fetched_parse(uint8_t *data, size_t size, uint32_t nr, struct fetched *ret_items);

/**
 * fetched_read() - user memory
 *
 * Return: bytes, fewer than @len where the guest met a fault; -EFAULT; -ENOENT: not among the
 * items.
 */
ssize_t fetched_read(const struct fetched *items, uint64_t gva, void *buf, size_t len);

/**
 * fetched_read_str() - a string, NUL terminated in @buf
 * @len: at least 1
 *
 * Return: its length; @len: cut, @buf holds @len - 1 bytes and a NUL; -ENOENT: not among the items,
 * or it faulted, which does not say whether @len bytes do.
 */
ssize_t fetched_read_str(const struct fetched *items, uint64_t gva, char *buf, size_t len);

/**
 * fetched_str_error() - what kept the guest from the string at @gva. Return: its negative errno; 0:
 * nothing it tells of.
 */
int fetched_str_error(const struct fetched *items, uint64_t gva);

/**
 * fetched_fd_name() - name of a descriptor. Return: as fetched_read_str(), or the guest's errno.
 */
ssize_t fetched_fd_name(const struct fetched *items, int fd, char *buf, size_t len);

/** fetched_args() - the process's arguments, separated by NULs. Return: as fetched_fd_name(). */
ssize_t fetched_args(const struct fetched *items, char *buf, size_t len);

/** fetched_write() - user memory has been written: later reads see it. */
void fetched_write(struct fetched *items, uint64_t gva, const void *buf, size_t len);

#endif
