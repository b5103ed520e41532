/* SPDX-License-Identifier: MIT */
#include "fake/verdict.h"

#include <endian.h>
#include <string.h>

static bool is_head_valid(const struct portal_wire_verdict *head, uint32_t when)
{
	bool is_entry = when == PORTAL_WHEN_ENTER;

	if (le32toh(head->flags) & ~(is_entry ? PORTAL_VERDICT_SKIP : PORTAL_VERDICT_RET))
		return false;
	if (le32toh(head->arg_mask) >> (is_entry ? PORTAL_NR_ARGS : 0))
		return false;
	return le32toh(head->nr_regs) <= PORTAL_NR_REGS;
}

static bool are_regs_valid(const struct fake_verdict *verdict)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < le32toh(verdict->head.nr_regs); i++) {
		uint32_t reg = le32toh(verdict->regs[i].reg);

		if (reg >= PORTAL_NR_REGS || seen >> reg & 1 || verdict->regs[i].reserved != 0)
			return false;
		seen |= 1ull << reg;
	}
	return true;
}

static bool are_writes_valid(const struct fake_verdict *verdict)
{
	size_t at = 0;

	for (uint32_t i = 0; i < le32toh(verdict->head.nr_writes); i++) {
		struct portal_wire_write write;
		uint64_t padded;

		if (sizeof(write) > verdict->writes_size - at)
			return false;
		memcpy(&write, verdict->writes + at, sizeof(write));
		at += sizeof(write);
		padded = ((uint64_t)le32toh(write.len) + 7) / 8 * 8;
		if (write.len == 0 || padded > verdict->writes_size - at)
			return false;
		at += padded;
	}
	return at == verdict->writes_size;
}

bool fake_verdict_read(const uint8_t *data, size_t size, uint32_t when,
		       struct fake_verdict *ret_verdict)
{
	size_t regs;

	if (size < sizeof(ret_verdict->head))
		return false;
	memcpy(&ret_verdict->head, data, sizeof(ret_verdict->head));
	if (!is_head_valid(&ret_verdict->head, when))
		return false;
	regs = le32toh(ret_verdict->head.nr_regs) * sizeof(ret_verdict->regs[0]);
	if (regs > size - sizeof(ret_verdict->head))
		return false;
	memcpy(ret_verdict->regs, data + sizeof(ret_verdict->head), regs);
	ret_verdict->writes = data + sizeof(ret_verdict->head) + regs;
	ret_verdict->writes_size = size - sizeof(ret_verdict->head) - regs;
	return are_regs_valid(ret_verdict) && are_writes_valid(ret_verdict);
}
