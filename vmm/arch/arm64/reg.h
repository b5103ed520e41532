/* SPDX-License-Identifier: MIT */
/* Private to arch/arm64: access to single registers of a vCPU, by KVM's register identifiers
 * (Documentation/virt/kvm/api.rst, 4.68). */
#ifndef ARCH_ARM64_REG_H
#define ARCH_ARM64_REG_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

#include "kvm/vcpu.h"

/* a 64-bit register, named by its field in struct kvm_regs */
#define REG_CORE(place) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(place))
/* counted in units of 32 bits */
#define REG_X(nr) (REG_CORE(regs.regs[0]) + 2 * (uint64_t)(nr))
/* R14_svc (Arm ARM, "Mapping of the general-purpose registers between the Execution states") */
#define REG_LR_SVC REG_X(18)
#define REG_PC	   REG_CORE(regs.pc)
#define REG_PSTATE REG_CORE(regs.pstate)

/* EL1h with debug, SError, IRQ and FIQ masked, as arm64/booting.rst requires */
#define PSTATE_BOOT 0x3c5ull

/* in 32-bit state: SVC mode with asynchronous aborts, IRQ and FIQ masked, A32 code */
#define PSTATE_BOOT_32BIT 0x1d3ull
#define PSTATE_32BIT	  0x10ull

/** reg_get() - read a register. Return: 0; -errno of KVM_GET_ONE_REG. */
must_check int reg_get(const struct vcpu *vcpu, uint64_t id, uint64_t *ret_value);

/** reg_set() - write a register. Return: 0; -errno of KVM_SET_ONE_REG. */
must_check int reg_set(const struct vcpu *vcpu, uint64_t id, uint64_t value);

#endif
