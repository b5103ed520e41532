/* SPDX-License-Identifier: MIT */
/*
 * A guest physical address. It is a struct, so that the compiler rejects a mix with host pointers
 * or guest virtual addresses. Arithmetic uses gpa_add(), which checks for overflow.
 */
#ifndef BASE_GPA_H
#define BASE_GPA_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
	uint64_t value;
} gpa_t;

#define GPA(v) ((gpa_t){ (v) })

/**
 * gpa_add() - add a length to an address, without wrapping
 * @gpa: start
 * @len: bytes
 * @ret_sum: set on success only
 *
 * Return: true; false if the sum does not fit 64 bits.
 */
static inline bool gpa_add(gpa_t gpa, uint64_t len, gpa_t *ret_sum)
{
	if (len > UINT64_MAX - gpa.value)
		return false;
	ret_sum->value = gpa.value + len;
	return true;
}

#endif
