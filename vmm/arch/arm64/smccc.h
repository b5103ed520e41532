/* SPDX-License-Identifier: MIT */
/*
 * The SMCCC filter of a VM: the hypercalls that KVM forwards to user space. It is in
 * arch/arm64/include/uapi/asm/kvm.h since Linux 6.4. The VMM also builds with older headers, so it
 * is defined here, after Documentation/virt/kvm/devices/vm.rst, "GROUP: KVM_ARM_VM_SMCCC_CTRL".
 */
#ifndef ARCH_ARM64_SMCCC_H
#define ARCH_ARM64_SMCCC_H

#include <stdint.h>

#define SMCCC_VM_CTRL		0 /* attribute group of the VM */
#define SMCCC_VM_FILTER		0 /* value: struct smccc_filter */
#define SMCCC_FILTER_TO_USER	2 /* an action: KVM_EXIT_HYPERCALL */
#define SMCCC_RET_NOT_SUPPORTED UINT64_MAX

/* in kvm_run.hypercall.longmode (newer headers: flags): the instruction was SMC, not HVC */
#define SMCCC_EXIT_SMC 1u

/**
 * struct smccc_filter - action for a range of function identifiers
 * @base: first identifier
 * @nr_functions: number of identifiers
 * @action: SMCCC_FILTER_*
 * @pad: 0
 */
struct smccc_filter {
	uint32_t base;
	uint32_t nr_functions;
	uint8_t action;
	uint8_t pad[15];
};

_Static_assert(sizeof(struct smccc_filter) == 24, "size of struct kvm_smccc_filter");

#endif
