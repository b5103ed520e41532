/* SPDX-License-Identifier: MIT */
/*
 * User memory of a session's task that is plainly there, read and written through the host's own
 * mapping of guest RAM: no operation, no exit. What is not plainly there is left to the operations,
 * which fault it in.
 *
 * That the pages stay what they are while the task's vCPU waits in its ring is the guest's own
 * doing. On x86 a page is given away only after every CPU that runs the task's address space has
 * answered an interrupt, which a CPU in a ring (preemption is off there) does not: a look-up is as
 * good as one of the processor's own. This needs CPUs that know no other way of invalidation; the
 * VMM hides those. On arm64 invalidation is broadcast and waits for nobody: there the way is looked
 * at again after the copy, and nothing is written.
 */
#ifndef PORTAL_DIRECT_H
#define PORTAL_DIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* how much of a task's memory is accessed without the guest */
enum direct_access {
	DIRECT_OFF = 0,
	DIRECT_READ,
	DIRECT_READ_WRITE, /* only where a stopped vCPU holds up the invalidation of pages */
};

/**
 * direct_read() - user memory from @gva on
 *
 * Return: bytes copied, 0 .. @len: up to the first that is not plainly there.
 */
size_t direct_read(struct session *session, uint64_t gva, void *buf, size_t len);

/**
 * direct_read_str() - the same, up to the NUL of a string, which is not copied
 * @ret_ended: the NUL was met
 */
size_t direct_read_str(struct session *session, uint64_t gva, char *buf, size_t len,
		       bool *ret_ended);

/**
 * direct_write() - write user memory from @gva on
 *
 * Only to pages that the task has written to itself since they were last cleaned: their contents
 * are its own, and the kernel knows that they are changed.
 *
 * Return: as direct_read().
 */
size_t direct_write(struct session *session, uint64_t gva, const void *buf, size_t len);

#endif
