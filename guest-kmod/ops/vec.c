// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "base/user_mem.h"
#include "ops/op.h"

#define RESULT_ALIGN 8

/**
 * struct vec - a READ_VEC in progress; each step runs at most once, in order
 * @steps: private copy, because the results overwrite the page
 * @nr: number of steps
 * @pointer_bytes: 4 or 8
 * @at: offset of each step's bytes in the page
 * @used: bytes of results so far
 */
struct vec {
	const struct portal_wire_step *steps;
	u32 nr;
	u32 pointer_bytes;
	u32 at[PORTAL_MAX_STEPS];
	u32 used;
};

static bool has_pointer(const struct portal_wire_step *step)
{
	return le32_to_cpu(step->flags) & PORTAL_STEP_F_POINTER;
}

static bool is_base_valid(const struct vec *vec, u32 n)
{
	u32 base = le32_to_cpu(vec->steps[n].base), at = le32_to_cpu(vec->steps[n].at), len;

	if (!has_pointer(&vec->steps[n]))
		return !base && !at;
	if (base >= n)
		return false;
	len = le32_to_cpu(vec->steps[base].len);
	return at <= len && vec->pointer_bytes <= len - at;
}

/* All bounds are checked before the first read. */
static bool is_valid(const struct vec *vec, u32 room)
{
	u32 n, len;

	for (n = 0; n < vec->nr; n++) {
		len = le32_to_cpu(vec->steps[n].len);
		if (room < sizeof(struct portal_wire_result))
			return false;
		room -= sizeof(struct portal_wire_result);
		if (!len || len > room || ALIGN(len, RESULT_ALIGN) > room)
			return false;
		room -= ALIGN(len, RESULT_ALIGN);
		if (le32_to_cpu(vec->steps[n].flags) & ~PORTAL_STEP_F_POINTER ||
		    !is_base_valid(vec, n))
			return false;
	}
	return true;
}

/* Return: false if the step's pointer is null. */
static bool find_start(const struct vec *vec, u32 n, const u8 *data, u64 *ret_addr)
{
	const struct portal_wire_step *step = &vec->steps[n];
	__le64 pointer = 0;

	*ret_addr = le64_to_cpu(step->addr);
	if (!has_pointer(step))
		return true;
	memcpy(&pointer, data + vec->at[le32_to_cpu(step->base)] + le32_to_cpu(step->at),
	       vec->pointer_bytes);
	*ret_addr += le64_to_cpu(pointer);
	return pointer != 0;
}

/* Return: true if the next step is to run. */
static bool run_step(struct vec *vec, u32 n, u8 *data)
{
	u32 wanted = le32_to_cpu(vec->steps[n].len), len;
	struct portal_wire_result result;
	u64 addr;

	if (!find_start(vec, n, data, &addr))
		return false;
	vec->at[n] = vec->used + sizeof(result);
	len = user_mem_read(addr, data + vec->at[n], wanted);
	result.status = cpu_to_le32(len == wanted ? 0 : -EFAULT);
	result.len = cpu_to_le32(len);
	memcpy(data + vec->used, &result, sizeof(result));
	memset(data + vec->at[n] + len, 0, ALIGN(len, RESULT_ALIGN) - len);
	vec->used = vec->at[n] + ALIGN(len, RESULT_ALIGN);
	return len == wanted;
}

s64 op_read_vec(struct op *op)
{
	struct vec vec = {
		.steps = (const struct portal_wire_step *)op->scratch,
		.nr = op->payload_size / sizeof(struct portal_wire_step),
		.pointer_bytes = op->arg == sizeof(u32) ? sizeof(u32) : sizeof(u64),
	};
	u32 n;

	if (op->arg != vec.pointer_bytes || op->payload_size % sizeof(struct portal_wire_step))
		return op_invalid(op);
	memcpy(op->scratch, op->payload, op->payload_size);
	if (!is_valid(&vec, op->room))
		return op_invalid(op);
	for (n = 0; n < vec.nr && run_step(&vec, n, op->data); n++)
		;
	return vec.used;
}
