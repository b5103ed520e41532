/* SPDX-License-Identifier: MIT */
#include "portal/ops/read_vec.h"

#include <errno.h>
#include <portal/ops.h>
#include <portal/wire.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/session.h"

#define RESULT_ALIGN 8

/* the guest's answer, copied out of the page; the first @pos of @len bytes are decoded */
struct answer {
	uint8_t data[PORTAL_DATA_SIZE];
	size_t len;
	size_t pos;
};

static bool is_base_valid(const struct read_vec *vector, size_t n)
{
	const struct read_vec_step *step = &vector->steps[n];
	uint32_t len;

	if (step->base_plus1 == 0)
		return step->at == 0;
	if (step->base_plus1 > n)
		return false;
	len = vector->steps[step->base_plus1 - 1].len;
	return step->at <= len && vector->pointer_bytes <= len - step->at;
}

int read_vec_check(const struct read_vec *vector)
{
	size_t room = PORTAL_DATA_SIZE;

	if (vector->nr == 0 || vector->nr > PORTAL_MAX_STEPS)
		return -EINVAL;
	for (size_t n = 0; n < vector->nr; n++) {
		uint32_t len = vector->steps[n].len;
		size_t size;

		if (len == 0 || len > PORTAL_DATA_SIZE || !is_base_valid(vector, n))
			return -EINVAL;
		size = sizeof(struct portal_wire_result) + align_up(len, RESULT_ALIGN);
		if (size > room)
			return -EINVAL;
		room -= size;
	}
	return 0;
}

bool read_vec_start(const struct read_vec *vector, size_t n, uint64_t *ret_addr)
{
	const struct read_vec_step *step = &vector->steps[n];
	const uint8_t *from;
	uint64_t pointer;

	*ret_addr = step->addr;
	if (step->base_plus1 == 0)
		return true;
	from = (const uint8_t *)vector->steps[step->base_plus1 - 1].buf + step->at;
	pointer = get_number(from, vector->pointer_bytes, vector->big_endian);
	*ret_addr += pointer;
	return pointer != 0;
}

/* ---- the request ---- */

/* A step whose base is before @first, and already read, is sent with its address @addr instead. */
static struct portal_wire_step encode_step(const struct read_vec *vector, size_t first, size_t n,
					   uint64_t addr)
{
	const struct read_vec_step *step = &vector->steps[n];
	bool is_based = step->base_plus1 > first;

	return (struct portal_wire_step){
		.addr = htole64(is_based ? step->addr : addr),
		.len = htole32(step->len),
		.flags = htole32(is_based ? PORTAL_STEP_F_POINTER : 0),
		.base = htole32(is_based ? step->base_plus1 - 1 - (uint32_t)first : 0),
		.at = htole32(is_based ? step->at : 0),
	};
}

/*
 * Encode the steps from @first on, up to one whose pointer is already known to be null.
 * Return: number of steps.
 */
static size_t encode(const struct read_vec *vector, size_t first, struct portal_wire_step *wire)
{
	size_t n;

	for (n = first; n < vector->nr; n++) {
		bool is_known = vector->steps[n].base_plus1 <= first;
		uint64_t addr = 0;

		if (is_known && !read_vec_start(vector, n, &addr))
			break;
		wire[n - first] = encode_step(vector, first, n, addr);
	}
	return n - first;
}

/* ---- the answer ---- */

static bool is_padding_zero(const uint8_t *data, size_t len, size_t padded)
{
	for (size_t i = len; i < padded; i++)
		if (data[i] != 0)
			return false;
	return true;
}

/* Return: 0; -EPROTO. */
static int decode_step(struct answer *answer, struct read_vec_step *step)
{
	const uint8_t *data = answer->data + answer->pos + sizeof(struct portal_wire_result);
	size_t left = answer->len - answer->pos;
	struct portal_wire_result wire;
	uint32_t len, status;
	uint64_t padded;

	if (left < sizeof(wire))
		return -EPROTO;
	memcpy(&wire, answer->data + answer->pos, sizeof(wire));
	len = le32toh(wire.len);
	status = le32toh(wire.status);
	padded = align_up(len, RESULT_ALIGN);
	if (len > step->len || padded > left - sizeof(wire) || !is_padding_zero(data, len, padded))
		return -EPROTO;
	if (status != (len < step->len ? (uint32_t)-EFAULT : 0))
		return -EPROTO;
	memcpy(step->buf, data, len);
	step->n = len > 0 ? (ssize_t)len : -EFAULT;
	answer->pos += sizeof(wire) + padded;
	return 0;
}

/*
 * Decode the steps from @first to @end. The guest may have stopped earlier only at a fault or at a
 * null pointer that this answer contains.
 * Return: number of steps; -EPROTO.
 */
static ssize_t decode(struct answer *answer, const struct read_vec *vector, size_t first,
		      size_t end)
{
	bool is_whole = true;
	uint64_t addr;
	size_t n;

	for (n = first; n < end && is_whole; n++) {
		struct read_vec_step *step = &vector->steps[n];

		if (!read_vec_start(vector, n, &addr))
			break;
		if (decode_step(answer, step) < 0)
			return -EPROTO;
		is_whole = step->n == (ssize_t)step->len;
	}
	return answer->pos == answer->len ? (ssize_t)(n - first) : -EPROTO;
}

static void count_read(struct session *session, const struct read_vec_step *steps, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (steps[i].n > 0)
			session_count_read(session, (uint64_t)steps[i].n);
}

ssize_t op_read_vec(struct session *session, const struct read_vec *vector, size_t first)
{
	struct portal_wire_step wire[PORTAL_MAX_STEPS];
	size_t nr = encode(vector, first, wire);
	const struct session_request request = {
		.op = PORTAL_OP_READ_VEC,
		.arg = vector->pointer_bytes,
		.data = wire,
		.len = nr * sizeof(wire[0]),
		.most = PORTAL_DATA_SIZE,
	};
	struct session_answer ended;
	struct answer answer;
	ssize_t n;
	int ret = session_call(session, &request, &ended);

	if (ret < 0)
		return ret;
	answer.len = ended.result;
	answer.pos = 0;
	session_payload(session, answer.data, answer.len);
	n = decode(&answer, vector, first, first + nr);
	if (n < 0)
		return session_fail(session);
	count_read(session, vector->steps + first, (size_t)n);
	return n;
}
