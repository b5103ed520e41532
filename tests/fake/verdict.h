/* SPDX-License-Identifier: MIT */
/* Verdicts as the fake guest reads them: checked and split into their parts. */
#ifndef FAKE_VERDICT_H
#define FAKE_VERDICT_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct fake_verdict - a verdict
 * @head: its header
 * @regs: head.nr_regs registers
 * @writes: head.nr_writes writes with their bytes, borrowed
 * @writes_size: bytes of @writes
 */
struct fake_verdict {
	struct portal_wire_verdict head;
	struct portal_wire_reg regs[PORTAL_NR_REGS];
	const uint8_t *writes;
	size_t writes_size;
};

/**
 * fake_verdict_read() - check a verdict
 * @data: @size bytes
 * @when: PORTAL_WHEN_* of the event that it answers
 *
 * Return: false: it is malformed.
 */
bool fake_verdict_read(const uint8_t *data, size_t size, uint32_t when,
		       struct fake_verdict *ret_verdict);

#endif
