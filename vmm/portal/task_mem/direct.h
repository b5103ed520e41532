/* SPDX-License-Identifier: MIT */
/*
 * Direct access: reading and writing present memory of a session's task through the host's mapping
 * of guest RAM, without an operation or an exit. Memory that is not present is left to the
 * operations, which fault it in.
 *
 * The guest kernel keeps the pages mapped while the task's vCPU is in a call. On x86 it frees a
 * page only after every CPU that runs the task's address space has acknowledged an interrupt, and a
 * CPU in a call, with preemption off, does not. A walk here is therefore as valid as one of the
 * processor. This requires that the guest knows no other way to invalidate TLB entries; the VMM
 * hides the others from it. On arm64 invalidation is broadcast and does not wait for other CPUs:
 * there the walk is verified after the copy, and memory is never written.
 *
 * After PORTAL_CALL_ANSWER_REMOTE the CPU that is stopped is another one than the task's. There is
 * no direct access then until the task's own CPU makes a call.
 */
#ifndef PORTAL_DIRECT_H
#define PORTAL_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* which direct accesses are allowed */
enum direct_access {
	DIRECT_OFF = 0,
	DIRECT_READ,
	DIRECT_READ_WRITE, /* only where a stopped vCPU delays the invalidation of its pages */
};

/**
 * direct_read() - read present user memory at @gva
 *
 * Return: bytes copied, 0 .. @len: up to the first byte that is not present.
 */
size_t direct_read(struct session *session, uint64_t gva, void *buf, size_t len);

/**
 * direct_read_str() - read present user memory at @gva up to the NUL of a string
 * @session: the session
 * @gva: address of the string
 * @buf: receives the string without its NUL
 * @len: bytes of @buf
 * @ret_ended: the NUL was found
 *
 * Return: as direct_read().
 */
size_t direct_read_str(struct session *session, uint64_t gva, char *buf, size_t len,
		       bool *ret_ended);

/**
 * direct_write() - write present user memory at @gva
 *
 * Writes only to pages that are writable and dirty: they are not shared copy on write, and the
 * kernel knows that they have changed.
 *
 * Return: as direct_read().
 */
size_t direct_write(struct session *session, uint64_t gva, const void *buf, size_t len);

#endif
