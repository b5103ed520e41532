/* SPDX-License-Identifier: MIT */
/* The instruction that exits to the VMM (docs/protocol.md section 2), for each architecture. */
#ifndef GUEST_DOORBELL_H
#define GUEST_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * doorbell_call() - make a call that nr_calls does not count
 * @gpa: address of the page; may be invalid
 * @index: number of the page in the pool; any value that the doorbell can transfer
 * @kind: of the call; any value that the doorbell can transfer
 *
 * Return: the call was served.
 */
bool doorbell_call(uint64_t gpa, uint32_t index, uint32_t kind);

/**
 * doorbell_no_calls() - execute, with a hello in page 0, instructions that resemble a call but are
 * none; check that each is refused.
 */
void doorbell_no_calls(void);

#endif
