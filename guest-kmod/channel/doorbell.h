/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doorbell: passes a page to the VMM and waits until the VMM returns it. The instruction that
 * leaves the guest is in arch/doorbell.h. It knows nothing of sessions.
 */
#ifndef GUEST_DOORBELL_H
#define GUEST_DOORBELL_H

#include <linux/preempt.h>
#include <linux/types.h>

#include <portal/wire.h>

#include "arch/doorbell.h"

/**
 * doorbell_call() - pass a page to the VMM and wait until the VMM returns it
 * @gpa: guest physical address of a page of the pool, page aligned
 * @index: index of the page in the pool
 * @kind: PORTAL_CALL_*
 *
 * Preemption is disabled during the call, so that the vCPU runs no other task meanwhile. Not on a
 * machine without the portal device, where the instruction may be undefined.
 *
 * Context: any in which the caller may access the page.
 * Return: true if the host served the call; false if it refused the call or there is no host.
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
