/* SPDX-License-Identifier: MIT */
/*
 * The instruction that leaves the guest, of docs/protocol.md section 2; each architecture has its
 * own.
 */
#ifndef GUEST_DOORBELL_H
#define GUEST_DOORBELL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * doorbell_call() - not counted
 * @gpa: of the page, any
 * @index: of the page in the pool, any that the architecture's doorbell can say
 * @kind: likewise
 *
 * Return: it was served.
 */
bool doorbell_call(uint64_t gpa, uint32_t index, uint32_t kind);

/** doorbell_no_calls() - with a hello in page 0: what resembles its ring and is none, each checked.
 */
void doorbell_no_calls(void);

#endif
