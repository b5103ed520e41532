/* SPDX-License-Identifier: MIT */
/*
 * A guest physical address. A struct of its own, so that it mixes with neither host pointers nor
 * guest virtual addresses; arithmetic goes through gpa_add(), which sees the overflow.
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
 * gpa_add() - gpa + len without wrapping
 * @gpa: start
 * @len: bytes
 * @ret_sum: set only on success
 *
 * Return: false when the sum does not fit 64 bits.
 */
static inline bool gpa_add(gpa_t gpa, uint64_t len, gpa_t *ret_sum)
{
	if (len > UINT64_MAX - gpa.value)
		return false;
	ret_sum->value = gpa.value + len;
	return true;
}

#endif
