/* SPDX-License-Identifier: MIT */
/*
 * The SMCCC filter of a VM: which hypercalls KVM hands to user space. Linux 6.4's
 * arch/arm64/include/uapi/asm/kvm.h has these; headers that are older are built against, too, so
 * they are written out here after Documentation/virt/kvm/devices/vm.rst, "GROUP:
 * KVM_ARM_VM_SMCCC_CTRL".
 */
#ifndef ARCH_ARM64_SMCCC_H
#define ARCH_ARM64_SMCCC_H

#include <stdint.h>

#define SMCCC_VM_CTRL		0 /* group of attributes of the VM */
#define SMCCC_VM_FILTER		0 /* takes a struct smccc_filter */
#define SMCCC_FILTER_TO_USER	2 /* an action: KVM_EXIT_HYPERCALL */
#define SMCCC_RET_NOT_SUPPORTED UINT64_MAX

/* of kvm_run.hypercall.longmode, which newer headers call flags, too: it was a SMC, not a HVC */
#define SMCCC_EXIT_SMC 1u

/**
 * struct smccc_filter - what is to happen to a range of function identifiers
 * @base: first one
 * @nr_functions: how many
 * @action: SMCCC_FILTER_*
 * @pad: 0
 */
struct smccc_filter {
	uint32_t base;
	uint32_t nr_functions;
	uint8_t action;
	uint8_t pad[15];
};

_Static_assert(sizeof(struct smccc_filter) == 24, "as the kernel has it");

#endif
