/* SPDX-License-Identifier: MIT */
/*
 * Several reads of user memory in one operation. A read may start at a pointer that an earlier one
 * has read. Source: docs/protocol.md section 4, READ_VEC.
 */
#ifndef PORTAL_READ_VEC_H
#define PORTAL_READ_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct session;

/**
 * struct read_vec_step - one read
 * @addr: address to read; with a base, the offset that is added to the pointer
 * @len: bytes, at least 1
 * @base_plus1: n + 1: the pointer is in the bytes that step n, an earlier one, has read; 0: no base
 * @at: offset of the pointer in these bytes; 0 without a base
 * @buf: receives @len bytes
 * @n: set for each step that was reached: bytes read, fewer than @len after a fault; -EFAULT
 */
struct read_vec_step {
	uint64_t addr;
	uint32_t len;
	uint32_t base_plus1;
	uint32_t at;
	void *buf;
	ssize_t n;
};

/**
 * struct read_vec - a sequence of reads
 * @steps: the reads, in order
 * @nr: number of steps, 1 .. PORTAL_MAX_STEPS
 * @pointer_bytes: size of the program's pointers, 4 or 8
 * @big_endian: their byte order
 */
struct read_vec {
	struct read_vec_step *steps;
	size_t nr;
	unsigned int pointer_bytes;
	bool big_endian;
};

/**
 * read_vec_check() - check that the guest will accept a vector
 *
 * Return: 0; -EINVAL: a number is out of bounds, or the results do not fit one page.
 */
must_check int read_vec_check(const struct read_vec *vector);

/**
 * read_vec_start() - get the address that a step reads
 * @vector: checked with read_vec_check()
 * @n: index of the step; its base has been read completely
 * @ret_addr: always set
 *
 * Return: false: the pointer is null, so the reads end before this step.
 */
bool read_vec_start(const struct read_vec *vector, size_t n, uint64_t *ret_addr);

/**
 * op_read_vec() - carry out the steps from @first on in one operation; may suspend
 * @session: the session
 * @vector: checked; the steps before @first have been read completely
 * @first: index of the first step; its pointer is not null
 *
 * Return: number of steps reached, at least one: all, or up to one that faults, or up to a null
 * pointer; session_call()'s errors.
 */
must_check ssize_t op_read_vec(struct session *session, const struct read_vec *vector,
			       size_t first);

#endif
