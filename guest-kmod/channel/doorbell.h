/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The doorbell: passes a page to the VMM and waits until the VMM returns it, on this CPU or on a
 * given one. The instruction that leaves the guest is in arch/doorbell.h. It does not know what is
 * in the page.
 */
#ifndef GUEST_DOORBELL_H
#define GUEST_DOORBELL_H

#include <linux/preempt.h>
#include <linux/smp.h>
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

/**
 * doorbell_call_from() - make a call and report the CPU that made it
 * @gpa: as for doorbell_call()
 * @index: as for doorbell_call()
 * @kind: PORTAL_CALL_*
 * @ret_cpu: the CPU on which the call was made, also if it was refused
 *
 * Context: as doorbell_call().
 * Return: as doorbell_call().
 */
static inline bool doorbell_call_from(phys_addr_t gpa, u32 index, u32 kind, unsigned int *ret_cpu)
{
	bool served;

	*ret_cpu = get_cpu();
	served = doorbell_trap(gpa, index, kind);
	put_cpu();
	return served;
}

/**
 * doorbell_answer_from() - send an answer from a given CPU
 * @gpa: as for doorbell_call()
 * @index: as for doorbell_call()
 * @cpu: the CPU, from doorbell_call_from()
 *
 * The call is PORTAL_CALL_ANSWER if the task is on @cpu, and else PORTAL_CALL_ANSWER_REMOTE by an
 * inter-processor call, for which the task waits.
 *
 * Context: process, interrupts enabled.
 * Return: 0; -ENODEV: the host refused the call; -ENXIO: @cpu is offline, no call was made.
 */
int __must_check doorbell_answer_from(phys_addr_t gpa, u32 index, unsigned int cpu);

#endif /* GUEST_DOORBELL_H */
