/* SPDX-License-Identifier: MIT */
#include "hooks/staging.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cold.h"
#include "portal/user_addr.h"

#define ROOM (PORTAL_DATA_SIZE - sizeof(struct portal_wire_verdict))

static size_t regs_size(uint64_t reg_mask)
{
	if (reg_mask == 0)
		return 0;
	return (size_t)__builtin_popcountll(reg_mask) * sizeof(struct portal_wire_reg);
}

int staging_set_reg(struct staging *staging, unsigned int index, uint64_t value)
{
	struct staging_state *state = &staging->state;
	const uint64_t reg_mask = state->reg_mask | 1ull << index;

	if (regs_size(reg_mask) > ROOM - state->writes_size)
		return -ENOSPC;
	state->regs[index] = value;
	state->reg_mask = reg_mask;
	return 0;
}

static uint8_t *writes(struct staging *staging)
{
	return staging->payload + sizeof(struct portal_wire_verdict);
}

int staging_write(struct staging *staging, uint32_t id, uint64_t gva, const void *buf, size_t len)
{
	struct staging_state *state = &staging->state;
	const size_t room = ROOM - state->writes_size - regs_size(state->reg_mask);
	uint8_t *at = writes(staging) + state->writes_size;
	struct portal_wire_write *wire = (struct portal_wire_write *)at;
	size_t padded;

	/* check @len first: align_up() must not wrap */
	assert(len > 0);
	if (len > ROOM)
		return -ENOSPC;
	padded = align_up(len, 8);
	if (padded + sizeof(*wire) > room)
		return -ENOSPC;
	wire->addr = htole64(gva);
	wire->len = htole32((uint32_t)len);
	wire->hook = htole32(id);
	at += sizeof(*wire);
	/* the padding first: the bytes overwrite a part of it */
	put_le64(at + padded - 8, 0);
	copy_short(at, buf, len);
	state->nr_writes++;
	state->writes_size += (uint32_t)(sizeof(*wire) + padded);
	return 0;
}

/* a staged write, decoded */
struct staged {
	uint64_t gva;
	size_t len;
	uint32_t id;
	const uint8_t *bytes;
};

/* Decode the write at *offset and advance it. Return: false: there are no more writes. */
static bool next_write(const struct staging *staging, size_t *offset, struct staged *ret_write)
{
	const uint8_t *at = staging->payload + sizeof(struct portal_wire_verdict) + *offset;

	if (*offset == staging->state.writes_size)
		return false;
	ret_write->gva = get_le64(at + offsetof(struct portal_wire_write, addr));
	ret_write->len = get_le32(at + offsetof(struct portal_wire_write, len));
	ret_write->id = get_le32(at + offsetof(struct portal_wire_write, hook));
	ret_write->bytes = at + sizeof(struct portal_wire_write);
	*offset += sizeof(struct portal_wire_write) + align_up(ret_write->len, 8);
	return true;
}

/* As next_write(), with an address that can be compared with untagged ones. */
static bool next_untagged(const struct staging *staging, size_t *offset, struct staged *ret_write)
{
	if (!next_write(staging, offset, ret_write))
		return false;
	ret_write->gva = user_addr_untagged(staging->abi, ret_write->gva);
	return true;
}

/* Get the longest run of bytes at @gva in one write of hook @id. Addresses wrap as in the guest. */
static size_t covered_at(const struct staging *staging, uint32_t id, uint64_t gva)
{
	struct staged write;
	size_t offset = 0, most = 0;

	while (next_write(staging, &offset, &write)) {
		uint64_t into = gva - write.gva;

		if (write.id == id && into < write.len && write.len - into > most)
			most = write.len - into;
	}
	return most;
}

bool staging_covers(const struct staging *staging, uint32_t id, uint64_t gva, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t n = covered_at(staging, id, gva + done);

		if (n == 0)
			return false;
		done += n < len - done ? n : len - done;
	}
	return true;
}

bool staging_touches(const struct staging *staging, uint32_t id, uint64_t gva, size_t len)
{
	struct staged write;
	size_t offset = 0;

	gva = user_addr_untagged(staging->abi, gva);
	while (next_untagged(staging, &offset, &write)) {
		if (write.id != id)
			continue;
		if (gva - write.gva < write.len || write.gva - gva < len)
			return true;
	}
	return false;
}

void staging_overlay(const struct staging *staging, uint32_t id, uint64_t gva, void *buf,
		     size_t len)
{
	struct staged write;
	size_t offset = 0;

	gva = user_addr_untagged(staging->abi, gva);
	while (next_untagged(staging, &offset, &write)) {
		/* offset of the common bytes in each; at least one is 0, and both if disjoint */
		uint64_t into_write = gva - write.gva < write.len ? gva - write.gva : 0;
		uint64_t into_buf = write.gva - gva < len ? write.gva - gva : 0;
		size_t n = write.len - into_write;

		if (write.id != id || write.gva + into_write != gva + into_buf)
			continue;
		if (n > len - into_buf)
			n = len - into_buf;
		memcpy((uint8_t *)buf + into_buf, write.bytes + into_write, n);
	}
}

/* Make room for the registers before the writes, and write them there. Return: their number. */
cold_fn static uint32_t encode_regs(struct staging *staging)
{
	const struct staging_state *state = &staging->state;
	uint8_t *at = writes(staging);
	uint32_t nr = 0;

	memmove(at + regs_size(state->reg_mask), at, state->writes_size);
	for (uint32_t i = 0; i < PORTAL_NR_REGS; i++) {
		const struct portal_wire_reg wire = {
			.reg = htole32(i),
			.value = htole64(state->regs[i]),
		};

		if (state->reg_mask & 1ull << i)
			memcpy(at + nr++ * sizeof(wire), &wire, sizeof(wire));
	}
	return nr;
}

size_t staging_encode(struct staging *staging)
{
	const struct staging_state *state = &staging->state;
	struct portal_wire_verdict *wire = (struct portal_wire_verdict *)staging->payload;

	wire->flags = htole32(state->flags);
	wire->arg_mask = htole32(state->arg_mask);
	wire->ret = htole64((uint64_t)state->ret);
	wire->nr_writes = htole32(state->nr_writes);
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		wire->args[i] = htole64(state->args[i]);
	wire->nr_regs = htole32(state->reg_mask ? encode_regs(staging) : 0);
	return sizeof(*wire) + regs_size(state->reg_mask) + state->writes_size;
}
