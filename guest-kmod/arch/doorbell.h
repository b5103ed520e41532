/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instruction that leaves the guest, by architecture and host. It implements the calling
 * convention of docs/protocol.md section 2. The rest of the module uses channel/doorbell.h.
 */
#ifndef GUEST_ARCH_DOORBELL_H
#define GUEST_ARCH_DOORBELL_H

#include <linux/types.h>

#include <portal/wire.h>

/* the doorbell window of the portal device, set by the driver when it binds; NULL if it has none */
extern void __iomem *doorbell_window;

static inline const void __iomem *doorbell_at(u32 index, u32 kind)
{
	return doorbell_window +
	       (kind << PORTAL_DOORBELL_KIND_SHIFT | index << PORTAL_DOORBELL_MMIO_SHIFT);
}

#if defined(CONFIG_X86_64)
#include <asm/kvm_para.h>

static inline bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	return kvm_hypercall3(PORTAL_DOORBELL_NR, gpa, 1, (u64)PORTAL_DOORBELL_TAG << 32 | kind) ==
	       0;
}
#elif defined(CONFIG_ARM64)
#include <linux/arm-smccc.h>

/* KVM must be able to decode the load: one register, no write-back. */
static inline u32 doorbell_read(const void __iomem *at, phys_addr_t gpa)
{
	register unsigned long page asm("x1") = gpa;
	u32 result;

	asm volatile("ldr %w0, [%1]" : "=r"(result) : "r"(at), "r"(page) : "memory");
	return result;
}

static inline bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	unsigned long call = PORTAL_DOORBELL_HVC64 | kind << PORTAL_DOORBELL_KIND_SHIFT | index;
	struct arm_smccc_res res;

	if (doorbell_window)
		return doorbell_read(doorbell_at(index, kind), gpa) == 0;
	arm_smccc_1_1_hvc(call, gpa, &res);
	return res.a0 == call;
}
#elif defined(CONFIG_ARM)
#include <linux/arm-smccc.h>

static inline u32 doorbell_read(const void __iomem *at, phys_addr_t gpa)
{
	register unsigned long page asm("r1") = gpa;
	u32 result;

	asm volatile("ldr %0, [%1]" : "=r"(result) : "r"(at), "r"(page) : "memory");
	return result;
}

/* The pool is in low memory, so the address fits into a register. */
static inline bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	unsigned long call = PORTAL_DOORBELL_HVC32 | kind << PORTAL_DOORBELL_KIND_SHIFT | index;
	struct arm_smccc_res res;

	if (doorbell_window)
		return doorbell_read(doorbell_at(index, kind), gpa) == 0;
	arm_smccc_1_1_hvc(call, (unsigned long)gpa, &res);
	return res.a0 == call;
}
#else
#error "no doorbell for this architecture"
#endif

#endif /* GUEST_ARCH_DOORBELL_H */
