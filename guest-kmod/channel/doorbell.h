/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doorbell: hands a page to the VMM and waits until it comes back. The instruction that leaves
 * the guest is in arch/doorbell.h. It knows nothing of sessions.
 */
#ifndef GUEST_DOORBELL_H
#define GUEST_DOORBELL_H

#include <linux/preempt.h>
#include <linux/types.h>

#include <portal/wire.h>

#include "arch/doorbell.h"

/**
 * doorbell_call() - hand a page to the VMM and wait until it hands it back
 * @gpa: guest physical address of a page of the pool, page aligned
 * @index: its place in the pool
 * @kind: PORTAL_CALL_*
 *
 * Preemption is off while the vCPU is away, so that the ring belongs to one task. Not on a machine
 * without the portal device: the instruction may be undefined there.
 *
 * Context: any in which the caller may touch the page.
 * Return: true when the ring was served, false when nobody is there or it was refused.
 */
static inline bool doorbell_call(phys_addr_t gpa, u32 index, u32 kind)
{
	bool served;

	preempt_disable();
	served = doorbell_trap(gpa, index, kind);
	preempt_enable();
	return served;
}

#endif /* GUEST_DOORBELL_H */
