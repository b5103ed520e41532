/* SPDX-License-Identifier: MIT */
/*
 * Reads of user memory that depend on each other, asked for in one operation: a later one may begin
 * at a pointer that an earlier one has read. Source: docs/protocol.md section 4, READ_VEC.
 */
#ifndef PORTAL_VECTOR_H
#define PORTAL_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct session;

/**
 * struct read_vec_step - one read
 * @addr: where; or what is added to the pointer
 * @len: bytes, at least 1
 * @base_plus1: n + 1: the pointer is in what step n, an earlier one, has read; 0: there is none
 * @at: where in its bytes; 0 without a pointer
 * @buf: takes @len bytes
 * @n: set for the steps that were reached: bytes read; fewer than @len when memory ends there;
 * -EFAULT
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
 * struct read_vec - reads in their order
 * @steps: @nr of them
 * @nr: 1 .. PORTAL_MAX_STEPS
 * @pointer_bytes: 4 or 8
 */
struct read_vec {
	struct read_vec_step *steps;
	size_t nr;
	unsigned int pointer_bytes;
};

/**
 * read_vec_check() - is this what a guest takes
 *
 * Return: 0; -EINVAL: a number is out of bounds, or the results do not fit one page.
 */
must_check int read_vec_check(const struct read_vec *vector);

/**
 * read_vec_start() - where a step begins
 * @vector: checked
 * @n: of the step; what it is based on has all its bytes
 * @ret_addr: set also where nothing is to be read
 *
 * Return: false: its pointer is null, the reads end here.
 */
bool read_vec_start(const struct read_vec *vector, size_t n, uint64_t *ret_addr);

/**
 * op_read_vec() - the steps from @first on, in one operation; may suspend
 * @session: the session
 * @vector: checked; the steps before @first have all their bytes
 * @first: its pointer is not null
 *
 * Return: steps reached, at least one: all; up to one that faults; up to a null pointer.
 * session_call()'s errors.
 */
must_check ssize_t op_read_vec(struct session *session, const struct read_vec *vector,
			       size_t first);

#endif
